"""Deployments: which model answers under which name, and how it came to that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, final

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from luthier.core.errors import DeploymentExists, DeploymentMoved, SettingInvalid
from luthier.ledger.database import Database
from luthier.ledger.keys import Keys, no_deployment
from luthier.ledger.moments import to_micros, to_moment
from luthier.ledger.plain import from_text, to_text
from luthier.ledger.records import PROMOTION_KINDS, Deployment, Promotion, refuse_unknown
from luthier.ledger.tables import deployments, promotions

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@final
class Deployments:
    """The deployments of a ledger.

    Laws: there is exactly one champion at any time; whoever changes a deployment says which version they saw, and where two saw the same
    one, the first wins and the other is told; a champion and what spoke for it are written together or not at all.
    """

    def __init__(self, database: Database, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._database, self._keys, self._clock = database, keys, clock

    def create(self, name: str, bundle: str, *, who: str, why: str, policy: Mapping[str, Any] | None = None) -> Deployment:
        """Let a model that the ledger keeps answer under a new name.

        Raises:
            SettingInvalid: the name does not fit into a URL.
            BundleUnknown: the ledger does not keep the model.
            DeploymentExists: the name is taken.
        """
        if not _NAME.fullmatch(name):
            raise SettingInvalid(f"A deployment's name is 1 to 64 letters, digits, dots, dashes or underscores, but {name!r} came. Choose another.")
        now = to_micros(self._clock())
        row = {"name": name, "version": 1, "champion": bundle, "created_at": now, "policy": to_text(policy or {})}
        promotion = {"version": 1, "kind": "deploy", "before": None, "after": bundle, "who": who, "why": why, "evidence": to_text({}), "at": now}
        try:
            with self._database.writing() as connection:
                self._keys.bundle(connection, bundle)
                key = connection.execute(insert(deployments).values(**row)).inserted_primary_key
                connection.execute(insert(promotions).values(deployment=key[0] if key else None, **promotion))
                return _read(connection, name)
        except IntegrityError as error:
            raise DeploymentExists(f"A new deployment needs a name of its own, but {name!r} is taken. Choose another, or promote the model to it.") from error

    def get(self, name: str) -> Deployment:
        """The deployment of that name, or `DeploymentMissing`."""
        with self._database.reading() as connection:
            return _read(connection, name)

    def all(self) -> tuple[Deployment, ...]:
        """All deployments by their names."""
        with self._database.reading() as connection:
            return tuple(_deployment_of(row) for row in connection.execute(select(deployments).order_by(deployments.c.name)))

    def move(
        self, name: str, *, expected_version: int, to: str, kind: str, who: str, why: str, evidence: Mapping[str, Any], challenger: str | None = None
    ) -> Deployment:
        """Make another model the champion, and write down what spoke for it: one transaction.

        Args:
            expected_version: the version that the decision was made on.
            to: hash of the new champion.
            kind: promote or rollback.
            challenger: hash of the model that answers in its shadow from now on, such as the former champion.

        Raises:
            DeploymentMoved: somebody else changed the deployment since; nothing was changed.
        """
        refuse_unknown("The kind of a promotion", kind, PROMOTION_KINDS)
        plain = to_text(evidence)
        with self._database.writing() as connection:
            before = self._changed(connection, name, expected_version, champion=to, challenger=challenger)
            change = {"version": expected_version + 1, "kind": kind, "before": before.champion, "after": to, "at": to_micros(self._clock())}
            connection.execute(insert(promotions).values(deployment=before.key, who=who, why=why, evidence=plain, **change))
            return _read(connection, name)

    def shadow(self, name: str, *, expected_version: int, challenger: str | None) -> Deployment:
        """Let a model answer in the champion's shadow, or none.

        Raises:
            DeploymentMoved: somebody else changed the deployment since; nothing was changed.
        """
        with self._database.writing() as connection:
            self._changed(connection, name, expected_version, challenger=challenger)
            return _read(connection, name)

    def set_policy(self, name: str, policy: Mapping[str, Any]) -> Deployment:
        """Replace the settings of a deployment's service and monitor."""
        values = {"policy": to_text(policy), "version": deployments.c.version + 1}
        with self._database.writing() as connection:
            connection.execute(update(deployments).where(deployments.c.name == name).values(**values))
            return _read(connection, name)

    def history(self, name: str) -> tuple[Promotion, ...]:
        """All champions in their order, the first one first."""
        with self._database.reading() as connection:
            key = self._keys.deployment(connection, name)
            query = select(promotions).where(promotions.c.deployment == key).order_by(promotions.c.version)
            return tuple(_promotion_of(name, row) for row in connection.execute(query))

    def _changed(self, connection: Connection, name: str, expected_version: int, **values: str | None) -> Row[Any]:
        """Change the deployment if it is still at the version; the row as it was before."""
        for bundle in values.values():
            if bundle is not None:
                self._keys.bundle(connection, bundle)
        before = connection.execute(select(deployments).where(deployments.c.name == name).with_for_update(key_share=True)).one_or_none()
        if before is None:
            raise no_deployment(connection, name)
        if before.version != expected_version:
            raise DeploymentMoved(
                f"The deployment {name!r} must still be at version {expected_version}, but it is at version {before.version}. "
                "Look at what changed, and decide anew."
            )
        connection.execute(update(deployments).where(deployments.c.key == before.key).values(version=expected_version + 1, **values))
        return before


def _read(connection: Connection, name: str) -> Deployment:
    row = connection.execute(select(deployments).where(deployments.c.name == name)).one_or_none()
    if row is None:
        raise no_deployment(connection, name)
    return _deployment_of(row)


def _deployment_of(row: Row[Any]) -> Deployment:
    values = {name: value for name, value in row._mapping.items() if name != "key"}
    return Deployment(**{**values, "created_at": to_moment(row.created_at), "policy": from_text(row.policy)})


def _promotion_of(name: str, row: Row[Any]) -> Promotion:
    return Promotion(**{**row._mapping, "deployment": name, "evidence": from_text(row.evidence), "at": to_moment(row.at)})
