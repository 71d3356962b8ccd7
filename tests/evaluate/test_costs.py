import numpy as np
import pytest

from luthier.core.errors import SettingInvalid
from luthier.evaluate import Answers, Costs, evaluate, parse_costs
from tests.evaluate.predictions import TASKS, calibrated


def test_the_threshold_has_the_smallest_cost_on_calibrated_probabilities():
    probabilities, truth = calibrated(np.random.default_rng(0), rows=40_000, classes=2)
    costs = Costs(miss=5, false=1)
    thresholds = np.linspace(0.02, 0.6, 30)

    paid = [costs.losses(Answers(truth, probabilities, threshold=threshold)).mean() for threshold in thresholds]

    assert thresholds[np.argmin(paid)] == pytest.approx(costs.threshold, abs=0.05)  # the cost is flat around its minimum
    assert costs.losses(Answers(truth, probabilities, threshold=costs.threshold)).mean() < min(paid) + 0.002


def test_costs_are_counted_on_the_judged_rows():
    evaluation = evaluate(TASKS[2], [1, 1, 0, 0], [[0.7, 0.3], [0.95, 0.05], [0.8, 0.2], [0.9, 0.1]], costs=Costs(miss=4, false=1))

    assert evaluation.cost.threshold == 0.2
    assert evaluation.cost.cost_per_row.value == (4 + 1) / 4
    assert evaluation.cost.cost_per_row_at_half == (4 + 4) / 4
    assert evaluation.confusion == ((1, 1), (1, 1))


@pytest.mark.parametrize("text", ["miss=10", "miss=10;false=1", "10,1", "", "miss=1,miss=2", "miss=1,false=2,other=3", "miss=a,false=1"])
def test_unreadable_costs_are_refused(text):
    with pytest.raises(SettingInvalid) as caught:
        parse_costs(text)

    assert str(caught.value) == f"Costs must look like miss=10,false=1, but {text!r} came."


@pytest.mark.parametrize("text", ["miss=0,false=1", "miss=-1,false=1", "miss=nan,false=1", "miss=inf,false=1"])
def test_a_cost_must_be_a_positive_number(text):
    with pytest.raises(SettingInvalid, match=r"^The cost miss must be more than 0, but (0\.0|-1\.0|nan|inf) came\.$"):
        parse_costs(text)


def test_costs_need_two_classes():
    with pytest.raises(SettingInvalid) as caught:
        evaluate(TASKS[4], [0], [[0.25] * 4], costs=Costs(miss=1, false=1))

    assert str(caught.value) == "Costs of a miss and of a false alarm need two classes, but 'kind' is a multiclass task. Leave --cost out."
