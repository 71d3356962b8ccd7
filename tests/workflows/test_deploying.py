"""A model answers under a name: its folder's, or one that is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.errors import BundleDamaged, BundleMissing, BundleUnknown, DeploymentExists, SettingInvalid
from luthier.ledger import Deployment, Ledger
from luthier.workflows.deploying import current_user, deploy
from tests.bundle.made_up import MadeUp
from tests.ledger.made_up import make_model


def test_a_folder_is_kept_and_answers_under_its_own_name(ledger: Ledger, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "ill people.luthier")

    deployment = deploy(ledger, folder, why="to try it")

    assert (deployment.name, deployment.version) == ("ill-people", 1)
    assert ledger.bundles.get(deployment.champion).name == "ill people.luthier"
    assert [(change.kind, change.who, change.why) for change in ledger.deployments.history("ill-people")] == [("deploy", current_user(), "to try it")]


def test_the_same_model_is_deployed_once(ledger: Ledger, clinic: Deployment, unsure: MadeUp) -> None:
    assert deploy(ledger, unsure.folder, name="clinic") == clinic
    assert deploy(ledger, "clinic") == clinic
    assert deploy(ledger, clinic.champion[:8], name="clinic") == clinic


def test_a_folder_counts_before_a_deployment_of_its_name(ledger: Ledger, clinic: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_model(tmp_path / "clinic")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(DeploymentExists):
        deploy(ledger, "clinic")


def test_a_stored_model_answers_under_the_name_that_it_was_kept_with(ledger: Ledger, tmp_path: Path) -> None:
    stored = ledger.bundles.keep(make_model(tmp_path / "model"), name="lab.luthier")

    assert deploy(ledger, stored.hash).name == "lab"


def test_another_model_takes_no_name_that_is_taken(ledger: Ledger, clinic: Deployment, sure: MadeUp) -> None:
    other = ledger.bundles.keep(sure.folder).hash

    with pytest.raises(DeploymentExists) as refusal:
        deploy(ledger, sure.folder, name="clinic")

    assert str(refusal.value) == (
        f"'clinic' is answered by {clinic.champion[:12]}, not by {other[:12]}. "
        f"Promote the new model on evidence with `luthier promote clinic {other[:12]}`, or give it another --name."
    )


@pytest.mark.parametrize(("name", "advice"), [("clinik", "Did you mean 'clinic'?"), ("zzz", "A folder is looked for from {here!r}.")], ids=["near", "far"])
def test_what_is_no_model_is_refused(ledger: Ledger, clinic: Deployment, name: str, advice: str) -> None:
    with pytest.raises(BundleMissing) as refusal:
        deploy(ledger, name)

    assert str(refusal.value) == (
        f"A model must be a folder that a fit wrote, a stored bundle's hash or a deployment's name, but {name!r} is none of these. "
        + advice.format(here=str(Path.cwd()))
    )


def test_a_deployment_keeps_its_name(ledger: Ledger, clinic: Deployment) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        deploy(ledger, "clinic", name="ward")

    assert str(refusal.value) == "A deployment keeps its name, but 'clinic' was to answer as 'ward'. Leave --name out, or name a model's folder."


def test_a_name_that_fits_into_no_url_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid):
        deploy(ledger, make_model(tmp_path / "model"), name="a/b")


def test_a_spoiled_model_is_not_deployed(ledger: Ledger, tmp_path: Path) -> None:
    (make_model(tmp_path / "model") / "model.onnx").write_bytes(b"other")

    with pytest.raises(BundleDamaged):
        deploy(ledger, tmp_path / "model")
    with pytest.raises(BundleUnknown):
        deploy(ledger, "abcdef")
    assert ledger.deployments.all() == ()
