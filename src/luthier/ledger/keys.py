"""Keys: the small numbers that stand for names and hashes in long tables."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import final

from sqlalchemy import Connection, select

from luthier.core.errors import BundleUnknown, DeploymentMissing
from luthier.ledger.tables import bundles, deployments


@final
class Keys:
    """Looks keys up and remembers them: a name or hash that is in the ledger keeps its key for ever."""

    def __init__(self) -> None:
        self._deployments: dict[str, int] = {}
        self._bundles: dict[str, int] = {}

    def deployment(self, connection: Connection, name: str) -> int:
        """The key of a deployment, or `DeploymentMissing`."""
        if name not in self._deployments:
            key = connection.execute(select(deployments.c.key).where(deployments.c.name == name)).scalar()
            if key is None:
                raise no_deployment(connection, name)
            self._deployments[name] = key
        return self._deployments[name]

    def bundle(self, connection: Connection, hash_: str) -> int:
        """The key of a model, or `BundleUnknown`."""
        if hash_ not in self._bundles:
            key = connection.execute(select(bundles.c.key).where(bundles.c.hash == hash_)).scalar()
            if key is None:
                raise no_bundle(hash_)
            self._bundles[hash_] = key
        return self._bundles[hash_]

    def hashes(self, connection: Connection, keys: Collection[int]) -> dict[int, str]:
        """The hashes of models by their keys."""
        known = {key: hash_ for hash_, key in self._bundles.items()}
        if not known.keys() >= set(keys):
            self._bundles |= {row.hash: row.key for row in connection.execute(select(bundles.c.hash, bundles.c.key))}
            known = {key: hash_ for hash_, key in self._bundles.items()}
        return {key: known[key] for key in keys}


def no_deployment(connection: Connection, name: str) -> DeploymentMissing:
    """The error that names what is there."""
    names = connection.execute(select(deployments.c.name).order_by(deployments.c.name)).scalars().all()
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    listed = f"There are {', '.join(names[:12])}." if names else "Nothing is deployed yet: run luthier serve."
    advice = f"Did you mean {near[0]!r}?" if near else listed
    return DeploymentMissing(f"A deployment must be in the ledger, but {name!r} is not. {advice}")


def no_bundle(hash_: str) -> BundleUnknown:
    """The error for a hash that the ledger does not have."""
    return BundleUnknown(f"A model must be kept in the ledger, but it has none with the hash {hash_!r}. Keep it first, or give another.")
