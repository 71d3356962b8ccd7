"""NannyML's univariate drift, with its own settings: ten chunks, Jensen-Shannon distance, three standard deviations of the reference's chunks."""

from __future__ import annotations

import logging

import nannyml
from given import Given, Verdict, serve


def judge(given: Given) -> Verdict:
    """Run it on one draw; a column is called drifted where any of its chunks raises an alert."""
    names = list(given.then.columns)
    calculator = nannyml.UnivariateDriftCalculator(column_names=names, treat_as_categorical=given.categories)
    calculator.fit(given.then)
    told = calculator.calculate(given.now).filter(period="analysis").to_df()
    alerts = {name: any(told[key].fillna(False).any() for key in told.columns if key[0] == name and key[-1] == "alert") for name in names}
    drifted = [name for name in names if alerts[name]]
    return Verdict(drifted, bool(drifted))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    serve(judge, distribution="nannyml")
