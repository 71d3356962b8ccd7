from __future__ import annotations

from luthier.bundle import model_card
from tests.bundle.made_up import MadeUp
from tests.bundle.made_up_images import MadeUpImages

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


def test_the_card_of_an_image_model_says_what_the_networks_see(image_classifier: MadeUpImages) -> None:
    card = model_card(image_classifier.manifest, name="photos", rows=1_000, sealed_rows=200, comparisons=[], warnings=[])

    assert "Predicts `class` (multiclass) from the images of `photos`.\nClasses: bag, coat, shoe." in card
    assert "On 200 sealed images of 1,000, opened once after the last choice:" in card
    assert "## Inputs\n\n- `image`: uint8 of any height and width, red, green and blue; the networks see 10 x 12 pixels\n" in card
    assert "- An image of something that is none of the classes gets a class too.\n" in card
