"""Tokens: who may do what over the network. Only hashes of the secrets are kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from luthier.core.errors import SettingInvalid
from luthier.ledger.database import Database
from luthier.ledger.moments import some_moment, to_micros, to_moment
from luthier.ledger.records import Token
from luthier.ledger.tables import tokens

_PREFIX = "lut_"  # tells people and scanners of leaked secrets what it is


@final
class Tokens:
    """The tokens of a ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def create(self, name: str, scopes: Iterable[str]) -> str:
        """A new secret, shown this once.

        Raises:
            SettingInvalid: the name is or was in use, or the secret would open nothing.
        """
        opened = tuple(dict.fromkeys(scopes))
        if not opened:
            raise SettingInvalid(f"A token must open something, but {name!r} came without scopes. Give it one, such as predict.")
        secret = _PREFIX + secrets.token_urlsafe(32)
        values = {"name": name, "hash": _hash(secret), "scopes": " ".join(opened), "created_at": to_micros(self._clock())}
        try:
            with self._database.writing() as connection:
                connection.execute(insert(tokens).values(**values))
        except IntegrityError as error:
            raise SettingInvalid(f"A token needs a name of its own, but {name!r} is or was in use. Choose another.") from error
        return secret

    def scopes_of(self, secret: str) -> frozenset[str]:
        """What a secret opens; nothing, where it is unknown or revoked. Takes equally long for any wrong secret."""
        given = _hash(secret)
        with self._database.reading() as connection:
            rows = connection.execute(select(tokens.c.hash, tokens.c.scopes).where(tokens.c.revoked_at.is_(None))).all()
        fitting = [row.scopes for row in rows if hmac.compare_digest(row.hash, given)]
        return frozenset(scope for scopes in fitting for scope in scopes.split())

    def revoke(self, name: str) -> Token:
        """Let a token open nothing from now on.

        Raises:
            SettingInvalid: there is no such token.
        """
        named = tokens.c.name == name
        with self._database.writing() as connection:
            connection.execute(update(tokens).where(named, tokens.c.revoked_at.is_(None)).values(revoked_at=to_micros(self._clock())))
            row = connection.execute(select(tokens).where(named)).one_or_none()
        if row is None:
            raise SettingInvalid(f"A token must be in the ledger to be revoked, but it has none named {name!r}. Look at the names of those that it has.")
        return _token_of(row)

    def all(self) -> tuple[Token, ...]:
        """All tokens, also those that were revoked, by their names."""
        with self._database.reading() as connection:
            return tuple(_token_of(row) for row in connection.execute(select(tokens).order_by(tokens.c.name)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _token_of(row: Row[Any]) -> Token:
    return Token(name=row.name, scopes=tuple(row.scopes.split()), created_at=to_moment(row.created_at), revoked_at=some_moment(row.revoked_at))
