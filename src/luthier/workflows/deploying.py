"""Deploying: a bundle answers under a name."""

from __future__ import annotations

import getpass
import re
from difflib import get_close_matches
from pathlib import Path

from luthier.bundle import MANIFEST
from luthier.core.errors import BundleMissing, DeploymentExists, DeploymentMissing, SettingInvalid
from luthier.ledger import Deployment, Ledger, StoredBundle


def deploy(ledger: Ledger, model: str | Path, *, name: str | None = None, who: str | None = None, why: str = "first deployment") -> Deployment:
    """The deployment of a model; made where there is none.

    Args:
        model: a folder that a fit wrote, the hash of a stored bundle (its first letters are enough), or the name of a deployment.
        name: under which it answers; None is the folder's own, without `.luthier`.

    Raises:
        BundleMissing: it is none of these.
        DeploymentExists: another model answers under this name.
        SettingInvalid: the name does not fit into a URL, or a deployment was given another one.
    """
    if not _is_bundle(Path(model)) and (known := _deployment(ledger, str(model))) is not None:
        return _under_its_own_name(known, name)
    stored = _stored(ledger, str(model))
    called = name or _plain(Path(model).resolve().name if _is_bundle(Path(model)) else stored.name)
    there = _deployment(ledger, called)
    if there is None:
        return ledger.deployments.create(called, stored.hash, who=who or current_user(), why=why)
    if there.champion != stored.hash:
        raise DeploymentExists(
            f"{called!r} is answered by {there.champion[:12]}, not by {stored.hash[:12]}. "
            f"Promote the new model on evidence with `luthier promote {called} {stored.hash[:12]}`, or give it another --name."
        )
    return there


def current_user() -> str:
    """Who is recorded where nobody is named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _stored(ledger: Ledger, model: str) -> StoredBundle:
    if _is_bundle(Path(model)):
        return ledger.bundles.keep(Path(model))
    if re.fullmatch(r"[0-9a-f]{6,64}", model):
        return ledger.bundles.get(model)
    near = get_close_matches(model, [deployment.name for deployment in ledger.deployments.all()], n=1, cutoff=0.5)
    advice = f"Did you mean {near[0]!r}?" if near else f"A folder is looked for from {str(Path.cwd())!r}."
    raise BundleMissing(f"A model must be a folder that a fit wrote, a stored bundle's hash or a deployment's name, but {model!r} is none of these. {advice}")


def _under_its_own_name(deployment: Deployment, name: str | None) -> Deployment:
    if name not in (None, deployment.name):
        raise SettingInvalid(f"A deployment keeps its name, but {deployment.name!r} was to answer as {name!r}. Leave --name out, or name a model's folder.")
    return deployment


def _deployment(ledger: Ledger, name: str) -> Deployment | None:
    try:
        return ledger.deployments.get(name)
    except DeploymentMissing:
        return None


def _is_bundle(path: Path) -> bool:
    return (path / MANIFEST).is_file()


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", name.removesuffix(".luthier")).strip(".-_")[:64] or "model"
