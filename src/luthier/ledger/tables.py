"""The tables of the ledger: the same on SQLite and on PostgreSQL.

Names and hashes that stand in millions of rows are stored as small numbers (`key`). A prediction has a `place`: its minute and its
number within that minute (see `places.py`), so that rows evenly spread over any window are found by arithmetic on the index.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    column,
    table,
)

METADATA = MetaData()
_KEY = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself under this very type only

ledger_format = Table("ledger_format", METADATA, Column("number", Integer, nullable=False))

runs = Table(
    "runs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False, index=True),
    Column("ended_at", BigInteger),
    Column("seed", BigInteger, nullable=False),
    Column("budget_seconds", Float),
    Column("score", Float),
    Column("score_lower", Float),
    Column("score_upper", Float),
    Column("bundle", Text),
    Column("facts", Text, nullable=False),
)

run_points = Table(
    "run_points",
    METADATA,
    Column("run", Text, ForeignKey("runs.id"), primary_key=True),
    Column("title", Text, primary_key=True),
    Column("fold", Integer, primary_key=True),
    Column("seconds", Float, nullable=False),
    Column("epochs", LargeBinary, nullable=False),
    Column("errors", LargeBinary, nullable=False),
    Column("metric", Text, nullable=False),
)

bundles = Table(
    "bundles",
    METADATA,
    Column("key", _KEY, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("run", Text),
    Column("uri", Text, nullable=False),
    Column("scores", Text, nullable=False),
)

deployments = Table(
    "deployments",
    METADATA,
    Column("key", _KEY, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("version", BigInteger, nullable=False),
    Column("champion", Text, ForeignKey("bundles.hash"), nullable=False),
    Column("challenger", Text, ForeignKey("bundles.hash")),
    Column("created_at", BigInteger, nullable=False),
    Column("policy", Text, nullable=False),
)

promotions = Table(
    "promotions",
    METADATA,
    Column("deployment", ForeignKey("deployments.key"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("before", Text, ForeignKey("bundles.hash")),
    Column("after", Text, ForeignKey("bundles.hash"), nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

predictions = Table(
    "predictions",
    METADATA,
    Column("key", _KEY, primary_key=True),
    Column("deployment", ForeignKey("deployments.key"), nullable=False),
    Column("id", Text, nullable=False),
    Column("bundle", ForeignKey("bundles.key"), nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("inputs", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    UniqueConstraint("deployment", "id"),
    Index("predictions_by_place", "deployment", "bundle", "place", "at"),
)

shadows = Table(
    "shadows",
    METADATA,
    Column("key", _KEY, primary_key=True),
    Column("deployment", ForeignKey("deployments.key"), nullable=False),
    Column("id", Text, nullable=False),
    Column("bundle", ForeignKey("bundles.key"), nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    UniqueConstraint("deployment", "bundle", "id"),
    Index("shadows_by_place", "deployment", "bundle", "place", "at"),
)

labels = Table(
    "labels",
    METADATA,
    Column("key", _KEY, primary_key=True),
    Column("deployment", ForeignKey("deployments.key"), nullable=False),
    Column("prediction_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("observed_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    UniqueConstraint("deployment", "prediction_id", "label", "observed_at", "source"),
)

labeled = Table(
    "labeled",
    METADATA,
    Column("deployment", ForeignKey("deployments.key"), primary_key=True),
    Column("bundle", ForeignKey("bundles.key"), primary_key=True),
    Column("place", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("prediction", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Which predictions have a label, each once, with a place among their like; `prediction` is the prediction's own place."""

traffic = Table(
    "traffic",
    METADATA,
    Column("deployment", ForeignKey("deployments.key"), primary_key=True),
    Column("sort", Text, primary_key=True),
    Column("minute", BigInteger, primary_key=True),
    Column("bundle", ForeignKey("bundles.key"), primary_key=True),
    Column("rows", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Rows of a sort (predictions, shadows, labeled) in each minute."""

passes = Table(
    "passes",
    METADATA,
    Column("id", _KEY, primary_key=True),
    Column("deployment", ForeignKey("deployments.key"), nullable=False, index=True),
    Column("bundle", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("since", BigInteger),
    Column("until", BigInteger),
    Column("rows", BigInteger, nullable=False),
    Column("labeled", BigInteger, nullable=False),
    Column("alpha", Float, nullable=False),
    Column("record", Text, nullable=False),
)

alarms = Table(
    "alarms",
    METADATA,
    Column("id", _KEY, primary_key=True),
    Column("deployment", ForeignKey("deployments.key"), nullable=False, index=True),
    Column("bundle", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("since", BigInteger),
    Column("p_value", Float),
    Column("effect", Float),
    Column("text", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("closed_at", BigInteger),
    Column("closed_why", Text),
)

tokens = Table(
    "tokens",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

labels_in_force = table(
    "labels_in_force", *(column(name, labels.c[name].type) for name in ("deployment", "prediction_id", "label", "observed_at", "received_at", "source"))
)
"""A view: of all facts about a prediction the one that was observed last, and of those the one that was received last."""

_VIEW = DDL("""
CREATE VIEW labels_in_force AS
SELECT fact.deployment, fact.prediction_id, fact.label, fact.observed_at, fact.received_at, fact.source
FROM labels AS fact
WHERE NOT EXISTS (
    SELECT 1 FROM labels AS later
    WHERE later.deployment = fact.deployment AND later.prediction_id = fact.prediction_id
      AND (later.observed_at, later.received_at, later.key) > (fact.observed_at, fact.received_at, fact.key)
)
""")


def create_tables(connection: Connection) -> None:
    """All tables of the newest format, in an empty database."""
    METADATA.create_all(connection, checkfirst=False)
    connection.execute(_VIEW)
