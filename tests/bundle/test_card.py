from __future__ import annotations

from luthier.bundle import model_card
from tests.bundle.made_up import MadeUp

CARD = """\
# Model card: kind

Predicts `kind` (multiclass) from 7 columns of `patients.csv`.
Classes: 1, 2, 10.

## How good it is

On 200 sealed rows of 1,000, opened once after the last choice:

| score | value | 95 % interval |
|---|---|---|
| Log-loss | 0.25 | 0.2 to 0.3 |

## Compared with baselines

- Better than the constant.

## What it is

A weighted mean of networks:

- 50%: made-up, 2 networks
- 50%: made-up, 1 network

## What to be careful about

- Few rows.
"""


def test_a_card_says_what_a_stranger_must_know(classifier: MadeUp) -> None:
    card = model_card(classifier.manifest, name="patients.csv", rows=1_000, sealed_rows=200, comparisons=["Better than the constant."], warnings=["Few rows."])

    assert card.startswith(CARD)
    assert "- `color`: category\n" in card
    assert card.endswith("## Where it comes from\n\n- Seed: 0\n")


def test_sections_without_anything_to_say_are_left_out(regressor: MadeUp) -> None:
    card = model_card(regressor.manifest, name="rows", rows=10, sealed_rows=2, comparisons=[], warnings=[])

    assert "Compared with baselines" not in card
    assert "Classes:" not in card
