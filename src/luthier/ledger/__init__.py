"""Floor 2: the ledger. One record of runs, models, deployments, predictions, labels, alarms and promotions, on SQLite or PostgreSQL."""

from luthier.ledger.alarms import Alarms as Alarms
from luthier.ledger.bundles import Bundles as Bundles
from luthier.ledger.deployments import Deployments as Deployments
from luthier.ledger.finding import ledger_for_runs as ledger_for_runs
from luthier.ledger.finding import ledger_in_use as ledger_in_use
from luthier.ledger.labels import Labels as Labels
from luthier.ledger.ledger import Ledger as Ledger
from luthier.ledger.moments import utc_now as utc_now
from luthier.ledger.passes import Passes as Passes
from luthier.ledger.predictions import Predictions as Predictions
from luthier.ledger.records import Alarm as Alarm
from luthier.ledger.records import Coverage as Coverage
from luthier.ledger.records import Deployment as Deployment
from luthier.ledger.records import Label as Label
from luthier.ledger.records import LabelReceipt as LabelReceipt
from luthier.ledger.records import Pass as Pass
from luthier.ledger.records import Prediction as Prediction
from luthier.ledger.records import Promotion as Promotion
from luthier.ledger.records import Run as Run
from luthier.ledger.records import RunPoint as RunPoint
from luthier.ledger.records import StoredBundle as StoredBundle
from luthier.ledger.records import Token as Token
from luthier.ledger.runs import Runs as Runs
from luthier.ledger.tokens import Tokens as Tokens

__all__ = [
    "Alarm",
    "Alarms",
    "Bundles",
    "Coverage",
    "Deployment",
    "Deployments",
    "Label",
    "LabelReceipt",
    "Labels",
    "Ledger",
    "Pass",
    "Passes",
    "Prediction",
    "Predictions",
    "Promotion",
    "Run",
    "RunPoint",
    "Runs",
    "StoredBundle",
    "Token",
    "Tokens",
    "ledger_for_runs",
    "ledger_in_use",
    "utc_now",
]
