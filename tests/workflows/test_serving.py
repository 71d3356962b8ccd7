"""A service is not begun where it could not be used; what answers is told once connections are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.errors import BundleDamaged, SettingInvalid
from luthier.ledger import Ledger
from luthier.serve import ServeSettings
from luthier.workflows.serving import serve
from tests.bundle.made_up import MadeUp
from tests.ledger.made_up import make_model


class Stop(Exception):
    """Ends a service before its first request."""


def stopping(text: str) -> None:
    raise Stop(text)


def test_the_deployment_and_its_address_are_announced(unsure: MadeUp, tmp_path: Path) -> None:
    with pytest.raises(Stop) as said:
        serve(unsure.folder, name="clinic", ledger=tmp_path / "ledger.db", settings=ServeSettings(port=0), announce=stopping)

    assert str(said.value).startswith("clinic (version 1) answers at http://127.0.0.1:")
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        assert ledger.deployments.get("clinic").version == 1


def test_a_service_for_others_needs_a_token_first(unsure: MadeUp, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        serve(unsure.folder, ledger=tmp_path / "ledger.db", settings=ServeSettings(host="0.0.0.0", port=0), announce=stopping)

    assert str(refusal.value) == (
        "A service that others can reach at 0.0.0.0 needs a token, but the ledger has none. "
        "Make one with `luthier token NAME --scope predict`, or listen on 127.0.0.1."
    )


def test_a_spoiled_model_is_never_served(tmp_path: Path) -> None:
    (make_model(tmp_path / "model") / "weights.safetensors").write_bytes(b"other")

    with pytest.raises(BundleDamaged):
        serve(tmp_path / "model", ledger=tmp_path / "ledger.db", settings=ServeSettings(port=0), announce=stopping)
