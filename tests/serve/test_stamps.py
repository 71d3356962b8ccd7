from __future__ import annotations

from luthier.serve.stamps import Stamps


def test_moments_never_go_back_where_the_clock_does() -> None:
    clock = iter([5_000, 5_000, 1_000, 4_000, 9_000])
    stamps = Stamps(lambda: next(clock))

    taken = [stamps.take() for _ in range(5)]

    assert taken == [5_000, 5_001, 5_002, 5_003, 9_000]


def test_ids_are_ordered_by_time_and_differ_among_services() -> None:
    first, second = Stamps(lambda: 7), Stamps(lambda: 7)

    ids = [first.prediction_id(first.take()) for _ in range(3)]

    assert ids == sorted(ids)
    assert len(set(ids)) == 3
    assert {len(name) for name in ids} == {32}
    assert second.prediction_id(second.take()) not in ids


def test_a_clock_that_is_put_right_is_followed_under_new_ids() -> None:
    clock = iter([7_200_000_000, 1_000, 7_200_000_000])
    stamps = Stamps(lambda: next(clock))

    taken = [(stamp := stamps.take(), stamps.prediction_id(stamp)) for _ in range(3)]

    assert [stamp for stamp, _ in taken] == [7_200_000_000, 1_000, 7_200_000_000]
    assert len({name for _, name in taken}) == 3
