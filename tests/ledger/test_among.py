from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from luthier.ledger import Ledger
from luthier.ledger.among import among, among_parameter
from luthier.ledger.tables import predictions
from tests.ledger.made_up import keep_model, make_predictions


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
def test_a_query_is_the_same_however_many_values_there_are(dialect: Dialect) -> None:
    """A driver remembers queries: one for each number of values grew a service by megabytes an hour."""
    query = select(predictions.c.at).where(among_parameter(dialect.name, predictions.c.id, "ids"))

    made = query.compile(dialect=dialect)

    assert "POSTCOMPILE" not in str(made)
    assert list(made.binds) == ["ids"]


def test_values_are_found_whatever_they_hold(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.deployments.create("clinic", bundle := keep_model(ledger, tmp_path).hash, who="ada", why="")
        ledger.predictions.record(make_predictions(range(300), bundle))
        with ledger.database.reading() as connection:
            found = [
                sorted(connection.execute(select(column).where(among(connection, column, values))).scalars())
                for column, values in (
                    (predictions.c.id, []),
                    (predictions.c.id, ["row-7", 'row-"8"', "é\U0001f912", "row-299", "row-300"]),
                    (predictions.c.at, [2**60, 0]),
                )
            ]

    assert found == [[], ["row-299", "row-7"], []]
