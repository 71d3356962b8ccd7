from __future__ import annotations

import pytest
import torch

from tests.optim.paths import DECAYS, LAYOUT, column, slope, stacked, start_weights

WARMUP = (0.0, 0.01, 0.02, 0.03) + (0.03,) * 16 + (0.01,) * 5


def _three_points(row, rates, *, decay, beta1, beta2, eps):
    """The published algorithm with its three points written out: x, y and z."""
    x, z, square, weight_sum, largest = row.clone(), row.clone(), torch.zeros_like(row), 0.0, 0.0
    factors, decays = LAYOUT.learning_rate_factors().to(row.dtype).round(decimals=6), LAYOUT.decay_mask().to(row.dtype)
    for step, rate in enumerate(rates):
        y = (1 - beta1) * z + beta1 * x
        gradient = slope(y, step)
        square = beta2 * square + (1 - beta2) * gradient**2
        direction = gradient / ((square / (1 - beta2 ** (step + 1))).sqrt() + eps) + decay * decays * y
        largest = max(largest, rate)
        weight_sum += largest**2
        share = largest**2 / weight_sum if weight_sum else 0.0
        z = z - rate * factors * direction
        x = (1 - share) * x + share * z
    return x


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-11), (torch.float32, 5e-6)], ids=["float64", "float32"])
def test_two_members_of_one_matrix_reach_the_published_averages_through_a_warmup_and_a_fall(dtype, tolerance):
    settings = ({"beta1": 0.9, "beta2": 0.95, "eps": 1e-8}, {"beta1": 0.6, "beta2": 0.999, "eps": 1e-3})
    optimizer, start = stacked("schedule-free-adamw", settings), start_weights(2, dtype=dtype)

    weights = start.clone()
    state = optimizer.start(weights)
    for step, rate in enumerate(WARMUP):
        optimizer.step_(weights, slope(weights, step), state, learning_rate=column([rate, 2 * rate]), weight_decay=column(DECAYS), layout=LAYOUT)
    reached = optimizer.weights_to_judge(weights, state)

    for member, scale in enumerate((1, 2)):
        expected = _three_points(start[member], [scale * rate for rate in WARMUP], decay=DECAYS[member], **settings[member])
        torch.testing.assert_close(reached[member], expected, rtol=0, atol=tolerance)


def test_the_average_starts_at_the_weights_and_parts_from_the_point_of_the_gradients_at_the_second_step():
    optimizer, weights = stacked("schedule-free-adamw", [{}] * 2), start_weights(2)
    state = optimizer.start(weights)
    distances = []

    for step in range(3):
        distances.append(float((optimizer.weights_to_judge(weights, state) - weights).norm()))
        optimizer.step_(weights, slope(weights, step), state, learning_rate=column([0.1, 0.1]), weight_decay=column([0.0, 0.0]), layout=LAYOUT)

    assert distances[:2] == pytest.approx([0, 0], abs=1e-12)
    assert distances[2] > 1e-3
