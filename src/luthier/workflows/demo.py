"""demo: a fit of a table or of pictures that come with the package."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from luthier.core.errors import DataUnreadable, SettingInvalid
from luthier.core.listener import Listener
from luthier.ledger import Ledger
from luthier.workflows.fit import fit
from luthier.workflows.result import FitResult

FULL_SET = Path("/usr/share/datasets/fashion-mnist")
"Where the Debian package dataset-fashion-mnist puts all 70,000 pictures."
IDX_FILES = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """One thing to try."""

    data: str
    "File or folder among the examples of the package."
    target: str | None
    "Column to predict; None where the classes of pictures are."
    budget: str
    "Time from the start to the written report, where none is given."
    full_budget: str = ""
    "The same for the full set; empty where there is none."


DEMOS = {
    "health": Demo(data="thyroid_diagnosis.csv", target="diagnosis", budget="2m"),
    "retail": Demo(data="fashion_mnist", target=None, budget="5m", full_budget="10m"),
}
"By the name that the user types."


def demo(
    name: str,
    *,
    full: bool = False,
    budget: str | None = None,
    work: str | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    force: bool = False,
    ledger: Ledger | str | Path | None = None,
    listener: Listener | None = None,
    started: float | None = None,
) -> FitResult:
    """Fit an example; the model goes to `luthier-demo-NAME` unless `out` says otherwise.

    Args:
        full: take the full set, which a Debian package holds, in place of the small one that comes with Luthier.
        budget: None is the demo's own, which is enough to see something.
    """
    found = demo_named(name, full=full)
    folder = Path(out) if out is not None else Path(f"luthier-demo-{name}{'-full' if full else ''}")
    time = budget or (found.full_budget if full else found.budget)
    with demo_data(found, full=full) as data:
        return fit(data, target=found.target, budget=time, work=work, seed=seed, out=folder, force=force, ledger=ledger, listener=listener, started=started)


def demo_named(name: str, *, full: bool = False) -> Demo:
    """The demo of that name.

    Raises:
        SettingInvalid: there is none, or it has no full set.
    """
    if name not in DEMOS:
        raise SettingInvalid(f"A demo must be one of {', '.join(DEMOS)}, but {name!r} came.")
    if full and not DEMOS[name].full_budget:
        fuller = ", ".join(other for other, found in DEMOS.items() if found.full_budget)
        raise SettingInvalid(f"--full must come with a demo that has a full set ({fuller}), but {name} has none. Leave it away.")
    return DEMOS[name]


@contextmanager
def demo_data(found: Demo, *, full: bool, full_set: Path = FULL_SET) -> Iterator[Path]:
    """What the demo fits, for as long as the block lasts.

    Raises:
        DataUnreadable: the full set is not installed.
    """
    examples = Path(str(files("luthier.examples") / found.data))
    if not full:
        yield examples
        return
    missing = [file for file in IDX_FILES if not (full_set / file).is_file()]
    if missing:
        raise DataUnreadable(f"The full Fashion-MNIST must be in {full_set}, but {missing[0]} is not there. Run: sudo apt-get install dataset-fashion-mnist")
    with TemporaryDirectory() as temporary:  # the package's folder does not name its classes
        folder = Path(temporary) / full_set.name
        folder.mkdir()
        for file in IDX_FILES:
            (folder / file).symlink_to(full_set / file)
        shutil.copy(examples / "classes.txt", folder)
        yield folder
