"""predict: answers for the rows of a table or for images, in their order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from luthier.bundle import Bundle
from luthier.core.errors import SettingInvalid
from luthier.core.files import refuse_existing, whole_file
from luthier.data import Source

WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    ".csv": pl.DataFrame.write_csv,
    ".tsv": lambda frame, path: frame.write_csv(path, separator="\t"),
    ".parquet": pl.DataFrame.write_parquet,
    ".jsonl": pl.DataFrame.write_ndjson,
    ".ndjson": pl.DataFrame.write_ndjson,
    ".arrow": pl.DataFrame.write_ipc,
}
"How a table is written, by the ending of its name."


def predict(model: str | Path | Bundle, data: Source, *, proba: bool = False, out: str | Path | None = None, force: bool = False) -> pl.DataFrame:
    """Predict the rows of a table; with a model of images, a folder, image files or whatever else `Bundle.predict` takes.

    Args:
        proba: also the probability of each class.
        out: a file to write, whole or not at all.

    Returns:
        The columns `prediction`, with `proba` also `proba_<class>`, of a regression also `lower` and `upper`; a row for each row of the data.
        Of images first the column `image`: the path relative to the folder, or the row.
    """
    path = Path(out) if out is not None else None
    if path is not None:
        if path.suffix.lower() not in WRITERS:
            raise SettingInvalid(f"The output's name must end in {', '.join(WRITERS)}, but {path.name!r} came.")
        refuse_existing(path, force=force)
    bundle = model if isinstance(model, Bundle) else Bundle.load(model)
    predictions = bundle.predict_frame(data, proba=proba)
    if path is not None:
        with whole_file(path) as temporary:
            WRITERS[path.suffix.lower()](predictions, temporary)
    return predictions
