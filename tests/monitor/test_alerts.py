from __future__ import annotations

import json

from luthier.monitor.alerts import Alert, chance_words, in_trigger_order, since_words


def alert(kind: str, p_value: float) -> Alert:
    return Alert(kind=kind, subject="age", since=None, p_value=p_value, effect=0.3, text="It moved.", remedy="Look.")


def test_quality_speaks_before_drift_and_drift_before_odd_cells_the_surest_first() -> None:
    alerts = [alert("data-quality", 0.0), alert("drift", 0.01), alert("drift", 0.001), alert("estimated-quality", 0.02), alert("realised-quality", 0.03)]

    ordered = in_trigger_order(alerts)

    assert [one.p_value for one in ordered] == [0.03, 0.02, 0.001, 0.01, 0.0]


def test_an_alert_survives_json() -> None:
    told = alert("drift", 0.001)

    assert Alert.from_json(json.loads(json.dumps(told.to_json()))) == told


def test_a_chance_too_small_to_be_known_is_not_given_as_a_number() -> None:
    assert chance_words(1e-30, 0.01) == "Chance alone does not explain it (p < 1e-9; this test may use 0.01 of the error budget)."
    assert since_words(1.7e9) == " since 2023-11-14 22:13 UTC"
