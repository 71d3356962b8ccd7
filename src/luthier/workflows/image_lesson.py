"""The lesson of a model of images: class folders of old images and new ones, with the newest set apart for the test."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from luthier.bundle import REFERENCE, Bundle
from luthier.core.errors import SettingInvalid
from luthier.data import Source
from luthier.data.cells import as_text
from luthier.data.images import read_listing
from luthier.data.images.references import ImageFile, ImageRow, Reference
from luthier.evaluate import PromotionEvidence, PromotionRules
from luthier.ledger import Deployment, Ledger
from luthier.workflows.lesson import Lesson, NewRows, new_rows, require_all_classes
from luthier.workflows.promoting import judge_answers
from luthier.workflows.source import recorded_source


@contextmanager
def image_lesson(ledger: Ledger, deployment: Deployment, champion: Bundle, data: Source | None, *, only_new: bool) -> Iterator[Lesson]:
    """Old images, then the labeled ones of use, the newest of which judge; the folder stands as long as the block lasts.

    Raises:
        TooFewRows: too few labels came back.
        DataUnreadable: the old images are not there any more.
        SettingInvalid: the model predicts a number of each image.
    """
    if not champion.task.kind.is_classification:
        raise SettingInvalid("Retraining on images needs classes, but this model predicts a number. Fit the images anew with the new ones, and promote that.")
    came = new_rows(ledger, deployment, champion.task)
    _require_folder_names(champion)
    with TemporaryDirectory(prefix="luthier-lesson-") as name:
        folder = Path(name)
        old = 0 if only_new else _lay_old(folder, data if data is not None else recorded_source(ledger, deployment.champion), champion.task.classes)
        _lay_new(folder, came)
        require_all_classes(champion.task, [part.name for part in (folder / "train").iterdir()])
        newest = came.rows[-came.sealed :]
        yield Lesson(
            source=folder,
            settings={"task": "classification", "reference": REFERENCE in champion.manifest.files},
            judge=lambda ours, theirs, rules: _judge(ours, theirs, list(newest["inputs"]), newest["label"].to_list(), rules),
            old=old,
            new=came.rows.height,
            sealed=came.sealed,
            learned_until=came.learned_until,
        )


def _require_folder_names(champion: Bundle) -> None:
    """Classes become folders: a name that leads elsewhere is refused."""
    strange = [name for name in champion.task.classes if name in ("", ".", "..") or "/" in name or "\0" in name]
    if strange:
        raise SettingInvalid(f"Classes must be names of folders, but {strange[0]!r} cannot be one. Fit the images anew, and promote that.")


def _lay_old(folder: Path, source: Source, classes: Sequence[str]) -> int:
    """The champion's own images below `train/`; those that it was judged on teach now, too."""
    listing = read_listing(source)
    known = set(classes)
    for place, (reference, label) in enumerate(zip(listing.references, as_text(listing.labels), strict=True)):
        if label not in known:
            raise SettingInvalid(f"Old images must be of the champion's classes, but one is of {label!r}. Leave such images out, or fit all of them anew.")
        _lay(folder / "train" / str(label), f"old-{place}", reference)
    return len(listing.references)


def _lay_new(folder: Path, came: NewRows) -> None:
    learned = came.rows.height - came.sealed
    for place, (content, label) in enumerate(zip(came.rows["inputs"], came.rows["label"], strict=True)):
        file = folder / ("train" if place < learned else "test") / label / f"new-{place}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(_suffix(content)).write_bytes(content)


def _lay(folder: Path, name: str, reference: Reference) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(reference, ImageFile):
        (folder / f"{name}{reference.path.suffix}").symlink_to(reference.path.absolute())
    elif isinstance(reference, ImageRow):
        Image.fromarray(np.asarray(reference.pixels[reference.row]).squeeze()).save(folder / f"{name}.png")
    else:
        with reference.stream() as stream:
            content = stream.read()
        (folder / name).with_suffix(_suffix(content)).write_bytes(content)


def _suffix(content: bytes) -> str:
    """The ending of an encoded image's format."""
    return f".{(Image.open(io.BytesIO(content)).format or 'png').lower()}"


def _judge(champion: Bundle, challenger: Bundle, images: Sequence[bytes], labels: list[str], rules: PromotionRules) -> PromotionEvidence:
    answers = champion.predict_proba(list(images)), challenger.predict_proba(list(images))
    places = {name: place for place, name in enumerate(champion.task.classes)}
    return judge_answers(champion, challenger, np.array([places[label] for label in labels]), *answers, rules)
