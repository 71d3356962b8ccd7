from __future__ import annotations

import numpy as np
import pytest

from luthier.monitor.joint_rows import JointRows
from luthier.monitor.looks import looks_at


def joint(values: np.ndarray) -> JointRows:
    return JointRows(values=values, names=tuple(f"c{place}" for place in range(values.shape[1])), rows_then=len(values) // 2)


def test_all_permutations_at_once_give_what_each_gives_alone() -> None:
    rng = np.random.default_rng(0)
    looks, labels = looks_at(joint(rng.normal(size=(60, 3)))), rng.permuted(np.tile(np.repeat([-1 / 30, 1 / 30], 30)[:, None], (1, 5)), axis=0)

    together = looks.statistics(labels)

    alone = np.concatenate([looks.statistics(labels[:, [place]]) for place in range(5)], axis=1)
    assert together == pytest.approx(alone, rel=1e-3)


def test_the_strongest_pair_is_the_one_whose_relation_differs() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(400, 5))
    values[200:, 3] = values[200:, 1]

    assert looks_at(joint(values)).strongest_pair(np.repeat([-1 / 200, 1 / 200], 200)[:, None]) == (1, 3)
