import numpy as np

from luthier.evaluate import Interval
from luthier.monitor.assumptions import CONCEPT, Assumption, calibration_assumption, loss_model_assumption, region_assumption
from luthier.monitor.cbpe import Calibration
from luthier.monitor.dle import DirectLosses
from luthier.monitor.region import Outside

SOUND = Calibration(error=Interval(value=0.017, lower=0.007, upper=0.029), by_chance=0.019, p_value=0.6)
UNSOUND = Calibration(error=Interval(value=0.104, lower=0.086, upper=0.12), by_chance=0.014, p_value=0.005)


def direct(explained):
    return DirectLosses(then=np.ones(2), now=np.ones(2), correlation=0.41, explained=explained, leftover=1.0)


def test_sound_probabilities():
    assumption = calibration_assumption(SOUND, SOUND, rows=2_000)

    assert assumption.holds
    assert assumption.sentence == (
        "On 2,000 labeled reference rows the calibration error is 0.017 (95 % interval 0.007 to 0.029, 0.019 by chance), no more than chance explains."
    )


def test_mended_probabilities():
    assumption = calibration_assumption(UNSOUND, SOUND, rows=2_000)

    assert assumption.holds
    assert assumption.sentence == (
        "On 2,000 labeled reference rows the calibration error is 0.104 (95 % interval 0.086 to 0.120, 0.014 by chance), more than chance explains; "
        "the estimate uses recalibrated probabilities (0.017 (95 % interval 0.007 to 0.029, 0.019 by chance))."
    )


def test_probabilities_beyond_mending():
    assumption = calibration_assumption(UNSOUND, UNSOUND, rows=2_000)

    assert assumption.holds is False
    assert assumption.sentence == (
        "On 2,000 labeled reference rows the calibration error is 0.104 (95 % interval 0.086 to 0.120, 0.014 by chance), "
        "and 0.104 (95 % interval 0.086 to 0.120, 0.014 by chance) after recalibration: too much for an estimate."
    )


def test_a_loss_model_that_explains_something_and_one_that_does_not():
    opening = "On 900 labeled reference rows that it did not learn from, the estimate explains"

    assert (
        loss_model_assumption(direct(0.16), loss="squared error", rows=900).sentence
        == f"{opening} 16 % of the variance of the squared error (rank correlation 0.41)."
    )
    assert loss_model_assumption(direct(0.0), loss="squared error", rows=900) == Assumption(
        name="loss model", holds=False, sentence=f"{opening} 0 % of the variance of the squared error (too little to tell a hard row from an easy one)."
    )


def test_rows_outside_the_region():
    outside = Outside(share=Interval(value=0.2, lower=0.18, upper=0.22), strange_cells=150, far=50, rows=1_000, expected=0.01)

    assert region_assumption(outside) == Assumption(
        name="region",
        holds=False,
        sentence="20 % of 1,000 rows lie outside the region of the reference (150 with an unseen category or a number out of range, 50 far from all of its "
        "rows); unchanged rows would show about 1 %.",
    )
    assert region_assumption(None).sentence == "There are no inputs to compare, so whether the rows lie where the reference has rows is unknown."


def test_what_cannot_be_seen_is_always_said():
    assert CONCEPT.holds is None
    assert CONCEPT.sentence == "An estimate without labels cannot see that the same inputs now mean something else: only labels show that."
    assert Assumption.from_json(CONCEPT.to_json()) == CONCEPT
