from __future__ import annotations

import numpy as np

from luthier.tune.proposers import QuasiRandom
from tests.tune.spaces import make_history, make_space, smooth_space

ASKED = {"family": "mlp"}


def test_the_sequence_is_the_same_in_one_batch_or_in_many() -> None:
    space = make_space()
    whole = QuasiRandom(space).ask(100, [], seed=4, fixed=ASKED)

    first = QuasiRandom(space).ask(70, [], seed=4, fixed=ASKED)
    rest = QuasiRandom(space).ask(30, make_history(space, first, lambda point: 1.0), seed=4, fixed=ASKED)

    assert [*first, *rest] == whole


def test_the_first_points_lie_one_in_each_part_of_every_range() -> None:
    space = smooth_space()

    proposals = QuasiRandom(space).ask(64, [], seed=0)

    for path, domain in space.families["mlp"].domains.items():
        parts = np.floor([64 * domain.position(proposal.point[path]) for proposal in proposals])
        assert len(set(parts)) == 64


def test_another_seed_scrambles_another_way() -> None:
    assert QuasiRandom(make_space()).ask(3, [], seed=0) != QuasiRandom(make_space()).ask(3, [], seed=1)
