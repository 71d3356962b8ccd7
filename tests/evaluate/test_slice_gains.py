import numpy as np

from luthier.evaluate import Slice
from luthier.evaluate.slice_gains import SliceGain, judge_slices


def test_many_unchanged_slices_are_called_worse_by_luck_in_at_most_one_case_of_twenty():
    rng, false = np.random.default_rng(0), 0
    slices = [Slice(column="city", level=str(number), inside=np.arange(1_000) // 50 == number) for number in range(20)]
    for _ in range(300):
        false += any(gain.is_worse for gain in judge_slices(slices, rng.normal(size=1_000), bound=0.0, alpha=0.05))

    assert false / 300 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)  # three standard errors


def test_a_slice_may_be_worse_up_to_the_bound():
    part = Slice(column="sex", level="f", inside=np.ones(200, dtype=bool))
    gains = -0.05 + 0.1 * np.random.default_rng(0).normal(size=200)

    assert judge_slices([part], gains, bound=0.0, alpha=0.05)[0].is_worse
    assert not judge_slices([part], gains, bound=0.05, alpha=0.05)[0].is_worse


def test_the_worst_slice_comes_first():
    slices = [Slice(column="sex", level=level, inside=np.arange(200) % 2 == place) for place, level in enumerate("fm")]
    gains = np.random.default_rng(0).normal(size=200) - np.tile([0.0, 1.0], 100)

    assert [gain.level for gain in judge_slices(slices, gains, bound=0.0, alpha=0.05)] == ["m", "f"]


def test_the_sentence_of_a_worse_slice():
    gain = SliceGain(column="sex", level="f", rows=812, gain=-0.214, bound=0.03, p_value=0.00042, is_worse=True)

    assert gain.sentence == (
        "No slice may be worse by more than 0.03 a row, but sex = f is worse by 0.214 (812 rows, p = 0.00042). Look at these rows before you promote."
    )
