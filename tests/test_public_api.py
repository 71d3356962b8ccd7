"""What is public is what the folders' `__init__` files say, and importing the package stays light."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import luthier

HEAVY = ("torch", "sklearn", "polars", "pyarrow", "pandas", "scipy", "onnx", "onnxruntime", "jinja2", "plotly", "sqlalchemy", "fastapi")
IN_USE = ("deploying", "labeling", "serving", "monitoring", "comparing", "promoting", "triggers")
"Workflows of a model in use that train nothing."
FOLDERS = [module.name for module in pkgutil.walk_packages(luthier.__path__, "luthier.") if module.ispkg]


def exported(module: ModuleType) -> set[str]:
    """Names that a folder's `__init__` brings in: neither submodules nor private."""
    names = {name for name, value in vars(module).items() if not name.startswith("_") and name != "annotations"}
    return {name for name in names if not isinstance(getattr(module, name), ModuleType)}


@pytest.mark.parametrize("name", FOLDERS)
def test_all_lists_what_a_folder_exports(name):
    module = importlib.import_module(name)

    assert sorted(getattr(module, "__all__", [])) == sorted(exported(module))


@pytest.mark.parametrize("name", luthier.__all__)
def test_every_public_name_of_the_package_exists(name):
    assert getattr(luthier, name) is not None
    assert name in dir(luthier)


@pytest.mark.parametrize("first", ["luthier.fit", "luthier.workflows.fit", "luthier.workflows.estimators"])
def test_fit_is_the_function_whatever_was_imported_before(first):
    code = f"import luthier, {first}, luthier.fit.population; from luthier import fit; assert luthier.fit is fit is sys.modules['luthier.workflows.fit'].fit"

    subprocess.run([sys.executable, "-c", f"import sys; {code}"], check=True)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="^module 'luthier' has no attribute 'fitt'$"):
        luthier.fitt  # noqa: B018


@pytest.mark.parametrize(
    "statement",
    [
        "import luthier",
        "import luthier; luthier.errors.LuthierError",
        "import sys; sys.argv = ['luthier', '--help']; from luthier.cli import main\ntry: main()\nexcept SystemExit: pass",
    ],
    ids=["import", "errors", "help"],
)
def test_nothing_heavy_is_imported_before_it_is_needed(statement):
    code = f"{statement}\nimport sys; sys.stderr.write(' '.join(name for name in {HEAVY} if name in sys.modules))"

    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert process.stderr == ""


@pytest.mark.parametrize(
    "names",
    [
        "luthier.core, luthier.data, luthier.evaluate, luthier.bundle, luthier.report, luthier.workflows.load",
        "luthier.ledger, luthier.serve, luthier.monitor, luthier.web",
        ", ".join(f"luthier.workflows.{name}" for name in IN_USE),
    ],
    ids=["predict-and-judge", "serve-and-watch", "in-use"],
)
def test_what_trains_nothing_imports_no_torch(names):
    code = f"import sys, {names}; sys.stderr.write('torch' * ('torch' in sys.modules))"

    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert process.stderr == ""


def test_runs_are_listed_without_what_reads_or_judges_data(tmp_path):
    code = (
        "import sys\nfrom luthier.ledger import Ledger\nLedger.open('ledger.db').close()\nfrom luthier.cli import main\n"
        "try: main(['runs', '--ledger', 'ledger.db'])\nexcept SystemExit as end: assert end.code == 0\n"
        "sys.stderr.write(' '.join({'torch', 'sklearn', 'scipy', 'onnx', 'onnxruntime', 'fastapi'} & set(sys.modules)))"
    )

    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert (process.stdout, process.stderr) == ("The ledger knows no such run.\n", "")


def test_the_version_is_the_one_that_is_installed():
    assert importlib.metadata.version("luthier") == luthier.__version__
