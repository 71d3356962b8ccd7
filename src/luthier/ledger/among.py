"""Among: the condition that a column holds one of many values, whose number may differ each time.

They go into the query as one array, or as one JSON text: a query with as many parameters as values is another query for every number of
them. SQLite's driver keeps the last 128, which took megabytes, and PostgreSQL needed twice the time (both measured in turns).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import BindParameter, ColumnElement, Connection, Text, TypeDecorator, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine


class _JsonText(TypeDecorator[Sequence[Any]]):
    impl, cache_ok = Text, True

    def process_bind_param(self, value: Sequence[Any] | None, dialect: object) -> str:
        return orjson.dumps(value).decode()


def among(connection: Connection, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """One of some values."""
    return _condition(connection.dialect.name, column, lambda kind: bindparam(None, list(values), type_=kind))


def among_parameter(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """As `among`, for a query that is made once and takes the values under a name."""
    return _condition(dialect, column, lambda kind: bindparam(name, type_=kind))


def _condition(dialect: str, column: ColumnElement[Any], parameter: Callable[[TypeEngine[Any]], BindParameter[Any]]) -> ColumnElement[bool]:
    if dialect != "sqlite":
        return column == any_(parameter(ARRAY(column.type)))
    return column.in_(select(func.json_each(parameter(_JsonText())).table_valued("value").c.value))
