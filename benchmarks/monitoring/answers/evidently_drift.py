"""Evidently's preset for drift, with its own settings."""

from __future__ import annotations

from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset
from given import Given, Verdict, serve


def judge(given: Given) -> Verdict:
    """Run the preset on one draw."""
    numbers = [name for name in given.then.columns if name not in given.categories]
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=given.categories)
    then, now = (Dataset.from_pandas(frame, data_definition=definition) for frame in (given.then, given.now))
    drifted, whole = [], False
    for metric in Report([DataDriftPreset()]).run(now, then).dict()["metrics"]:
        settings = metric["config"]
        if settings["type"].endswith("DriftedColumnsCount"):
            whole = metric["value"]["share"] >= settings["drift_share"]
        elif settings["type"].endswith("ValueDrift"):
            is_p_value = "p_value" in settings["method"]
            if metric["value"] < settings["threshold"] if is_p_value else metric["value"] >= settings["threshold"]:
                drifted.append(settings["column"])
    return Verdict(drifted, whole)


if __name__ == "__main__":
    serve(judge, distribution="evidently")
