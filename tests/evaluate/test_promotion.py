import numpy as np
import polars as pl
import pytest

from luthier.core.errors import SettingInvalid
from luthier.evaluate import PromotionEvidence, PromotionRules, judge_promotion
from tests.evaluate.predictions import REGRESSION, TASKS

BINARY = TASKS[2]


def noisy(rng, truth_logit, spread):
    """The probability that a model gives whose logit is off by this much."""
    probability = 1 / (1 + np.exp(-truth_logit - spread * rng.normal(size=len(truth_logit))))
    return np.stack([1 - probability, probability], axis=1)


def drawn(rng, rows, *, champion, challenger):
    logit = 2.0 * rng.normal(size=rows)
    truth = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    return truth, noisy(rng, logit, champion), noisy(rng, logit, challenger)


def test_a_clearly_better_challenger_is_accepted():
    evidence = judge_promotion(BINARY, *drawn(np.random.default_rng(0), 1_000, champion=2.0, challenger=0.3))

    assert evidence.accepted
    assert evidence.reasons == ()
    assert 0.0 < evidence.lower < evidence.gain < evidence.upper
    assert evidence.gain == pytest.approx(evidence.champion_loss - evidence.challenger_loss)


def test_an_equally_good_challenger_is_ever_accepted_in_at_most_one_case_of_twenty():
    rng, accepted = np.random.default_rng(0), 0
    for _ in range(60):
        truth, champion, challenger = drawn(rng, 400, champion=1.0, challenger=1.0)
        accepted += any(judge_promotion(BINARY, truth[:rows], champion[:rows], challenger[:rows]).accepted for rows in (60, 150, 400))

    assert accepted <= 3 + 3 * np.sqrt(3 * 0.95)  # three standard errors


def test_a_challenger_that_is_usually_right_and_rarely_disastrous_is_not_accepted():
    truth = np.zeros(400, dtype=int)
    champion = np.tile([0.9, 0.1], (400, 1))
    challenger = np.where((np.arange(400) % 40 == 39)[:, None], [0.001, 0.999], [0.99, 0.01])

    for rows in (60, 100, 400):
        assert not judge_promotion(BINARY, truth[:rows], champion[:rows], challenger[:rows]).accepted


def test_few_labels_decide_nothing():
    evidence = judge_promotion(BINARY, *drawn(np.random.default_rng(0), 49, champion=4.0, challenger=0.1))

    assert evidence.reasons == ("A decision needs at least 50 labeled rows that both models answered, but there are 49. Wait for labels.",)


def test_no_labels_are_a_reason_too():
    evidence = judge_promotion(BINARY, [], np.empty((0, 2)), np.empty((0, 2)))

    assert (evidence.rows, evidence.accepted) == (0, False)
    assert evidence.to_json()["gain"] is None


def test_a_gain_within_the_margin_is_a_reason():
    truth, champion, challenger = drawn(np.random.default_rng(0), 1_000, champion=2.0, challenger=0.3)

    evidence = judge_promotion(BINARY, truth, champion, challenger, rules=PromotionRules(margin=1.0))

    assert evidence.reasons == (
        f"The gain in log-loss must surely be above 1, but it is {evidence.gain:.3g} on 1,000 rows, surely only above {evidence.lower:.3g}. "
        "Wait for more labels, or train a better challenger.",
    )


def test_a_slice_that_becomes_worse_is_a_reason():
    rng = np.random.default_rng(0)
    truth, champion, challenger = drawn(rng, 2_000, champion=3.0, challenger=0.3)
    city = np.where(np.arange(2_000) < 60, "Bern", "Basel")
    challenger[:60] = noisy(rng, -3.0 * (2.0 * truth[:60] - 1.0), 0.1)

    evidence = judge_promotion(BINARY, truth, champion, challenger, inputs=pl.DataFrame({"city": city}))

    assert [part.level for part in evidence.slices if part.is_worse] == ["Bern"]
    assert evidence.reasons == (evidence.slices[0].sentence,)


def test_a_slow_challenger_is_a_reason():
    evidence = judge_promotion(BINARY, *drawn(np.random.default_rng(0), 1_000, champion=2.0, challenger=0.3), latency_ratio=2.34)

    assert evidence.reasons == ("An answer may take at most 1.5 times as long as the champion's, but it takes 2.3 times as long. Choose a smaller network.",)


def test_errors_of_a_regression_are_compared_without_a_bound():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=500)

    evidence = judge_promotion(REGRESSION, truth, truth + 1.5 * rng.normal(size=500), truth + rng.normal(size=500))

    assert evidence.accepted
    assert (evidence.loss, evidence.loss_stands_in) == ("squared error", True)


def test_the_sentence_says_everything():
    evidence = PromotionEvidence(
        metric="log_loss",
        loss="log-loss",
        loss_stands_in=False,
        rows=1_204,
        champion_loss=0.412,
        challenger_loss=0.355,
        gain=0.057,
        lower=0.021,
        upper=0.094,
        margin=0.0,
        alpha=0.05,
        slices=(),
        latency_ratio=1.1,
        accepted=True,
        reasons=(),
    )

    assert evidence.sentence == (
        "The challenger is better: log-loss 0.355 against 0.412 on the same 1,204 labeled rows "
        "(gain 0.057, 95 % sure to be above 0.021 and as sure to be below 0.094, whenever one looks)."
    )
    assert evidence.to_json()["sentence"] == evidence.sentence


def test_answers_to_different_rows_are_refused():
    with pytest.raises(SettingInvalid) as refused:
        judge_promotion(REGRESSION, [1.0, 2.0], [1.0, 2.0], [1.0])

    assert (
        str(refused.value)
        == "Truth and prediction must have the same rows, but truth has the shape (2,) and prediction (1,). Give one prediction for each row."
    )


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"alpha": 0.5}, "alpha must be above 0 and below 0.5, but it is 0.5. Give 0.05 for one wrong promotion in twenty."),
        ({"margin": -0.1}, "margin must not be negative, but it is -0.1. Give 0 for the strictest rule."),
        ({"fewest_rows": 1}, "fewest_rows must be at least 2, but it is 1. One row tells nothing."),
    ],
)
def test_rules_that_make_no_sense_are_refused(setting, message):
    with pytest.raises(SettingInvalid) as refused:
        PromotionRules(**setting)

    assert str(refused.value) == message
