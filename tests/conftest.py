"""Shape annotations are executed under pytest: a tensor of the wrong shape or type fails where it is passed."""

from __future__ import annotations

import os

from jaxtyping import install_import_hook

import tests.typechecking  # the hook finds it by its name

os.environ["LUTHIER_LEDGER"] = ""  # tests that want a ledger say which
install_import_hook(["luthier.nets", "luthier.optim", "luthier.fit"], f"{tests.typechecking.__name__}.checked")
