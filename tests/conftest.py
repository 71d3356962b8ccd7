"""Shape annotations are executed under pytest: a tensor of the wrong shape or type fails where it is passed."""

from __future__ import annotations

from jaxtyping import install_import_hook

install_import_hook(["luthier.nets", "luthier.optim", "luthier.fit", "luthier.tune", "luthier.evaluate"], "beartype.beartype")
