"""Insertion of many rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, all with the same columns, as the driver does it.

    SQLAlchemy's own `insert` looks at every value of every row: 256 predictions took it 2.8 ms of a processor, and the driver 1.6
    (SQLite, measured in turns).
    """
    if rows:
        connection.exec_driver_sql(_statement(table.name, tuple(rows[0]), connection.dialect.name), list(rows))


@cache
def _statement(table: str, columns: tuple[str, ...], dialect: str) -> str:
    form = ":{}" if dialect == "sqlite" else "%({})s"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(form.format(name) for name in columns)})"
