from __future__ import annotations

from functools import partial
from math import inf
from pathlib import Path

import pytest

from luthier.core.journal import Journal
from luthier.workflows.going_on import going_on_sentence


@pytest.mark.parametrize(
    ("trainings", "budget", "said"),
    [
        ([], 300.0, "12 of 300 s are used, no training is finished."),
        ([1], inf, "12 s are used, 1 training is finished."),
        ([1, 3], 600.0, "12 of 600 s are used, 4 trainings are finished."),
    ],
)
def test_the_sentence_tells_time_and_trainings(tmp_path: Path, trainings: list[int], budget: float, said: str) -> None:
    journal = Journal.begin(tmp_path, {"seed": 0})
    journal.run_on(lambda: 12.4)
    journal.recall("left at the start", lambda: 280.0)
    for number, count in enumerate(trainings):
        journal.recall(f"training {number + 1}", partial(list, range(count)))

    assert going_on_sentence(tmp_path, budget_seconds=budget) == f"Going on with the run at {tmp_path}: {said}"


def test_a_training_that_was_cut_off_is_not_counted(tmp_path: Path) -> None:
    Journal.begin(tmp_path, {"seed": 0})
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"name": "training 1", "sec')

    assert going_on_sentence(tmp_path, budget_seconds=20.0).endswith("0 of 20 s are used, no training is finished.")
