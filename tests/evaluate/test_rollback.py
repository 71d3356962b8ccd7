import numpy as np

from luthier.evaluate import RollbackEvidence, judge_rollback
from tests.evaluate.predictions import TASKS, calibrated

BINARY = TASKS[2]


def test_a_champion_that_is_worse_than_its_shadow_is_proven_worse():
    former, truth = calibrated(np.random.default_rng(0), rows=300, classes=2)

    evidence = judge_rollback(BINARY, truth, former[:, ::-1], former)

    assert evidence.proven
    assert 0.0 < evidence.lower < evidence.rise < evidence.upper


def test_a_good_champion_is_ever_called_worse_in_at_most_one_case_of_twenty():
    rng, proven = np.random.default_rng(0), 0
    for _ in range(60):
        champion, truth = calibrated(rng, rows=400, classes=2)
        former = np.clip(champion + 0.1 * rng.normal(size=(400, 1)) * [1, -1], 0.0, 1.0)
        proven += any(judge_rollback(BINARY, truth[:rows], champion[:rows], former[:rows]).proven for rows in (60, 150, 400))

    assert proven <= 3 + 3 * np.sqrt(3 * 0.95)  # three standard errors


def test_few_labels_prove_nothing():
    former, truth = calibrated(np.random.default_rng(0), rows=49, classes=2)

    assert not judge_rollback(BINARY, truth, former[:, ::-1], former).proven


def test_the_sentence_says_everything():
    evidence = RollbackEvidence(
        metric="log_loss", loss="log-loss", rows=900, champion_loss=0.7, former_loss=0.5, rise=0.2, lower=0.11, upper=0.29, margin=0.0, alpha=0.05, proven=True
    )

    assert evidence.sentence == (
        "The champion is proven worse than the model before it: log-loss 0.70 against 0.50 on the same 900 labeled rows "
        "(rise 0.20, 95 % sure to be above 0.11, whenever one looks)."
    )
    assert evidence.to_json()["sentence"] == evidence.sentence
