"""Ready spaces for images: what is worth searching around published recipes of small convolutional networks.

Ranges are those of the named source, moved to what two cores can train; where no source is named, the range is a judgement.
"""

from __future__ import annotations

from luthier.core.recipe import Choice, Recipe, Setting
from luthier.tune.domains import Domain, OneOf, Real, Whole
from luthier.tune.opening import Opening
from luthier.tune.plan import lengths_for_images
from luthier.tune.space import Family, Space

BATCH_SIZES = ((1_000, 32), (10_000, 64), (400_000, 128))
"(training images up to, images a step): short trainings need the steps; a batch that is divided among cores must be large enough for each."
LARGEST_BATCH = 256
IMAGES_LEARNED, EPOCHS = 1_200_000, (24.0, 45.0)
"Images that the longest training of a recipe looks at, and the fewest and most passes over the training images that it may take."
CHANGED = {"augmentation": ("images",)}
"When the settings of an augmentation exist."
FAST_RATES = (0.02, 0.4)
"Learning rates that are searched for networks under Nesterov momentum."


def image_space(*, rows: int, mirrors: bool, weights: str = "") -> Space:
    """The families for images with the settings that are searched, the best bet first.

    Args:
        rows: training images of a fold.
        mirrors: True where an image and its mirror image mean the same: training starts with flips, and answers are means over both.
        weights: file of a trained backbone; its family then comes first.
    """
    made = [_fast_cnn(rows, mirrors), _residual_cnn(rows, mirrors), _wide_resnet(rows, mirrors), _resnet(rows, mirrors)]
    families = [*([_backbone(rows, mirrors, weights)] if weights else []), *made]
    return Space(families={family.recipe.name: family for family in families})


def batch_size_for_images(rows: int) -> int:
    """Images a step for a fold of so many training images."""
    return next((size for limit, size in BATCH_SIZES if rows < limit), LARGEST_BATCH)


def _fast_cnn(rows: int, mirrors: bool) -> Family:
    """airbench94 (arXiv 2404.00498) at a width for two cores: rate 0.1 a step, straight down after a fifth, translation by 2 pixels of 28.

    There the whitened input brings more than everything else; random erasing is from arXiv 1708.04896.
    """
    recipe = _recipe("fast-cnn", rows, mirrors, learning_rate=0.1, warmup=0.2, label_smoothing=0.1, erase=0.2)
    domains: dict[str, Domain] = {
        "net.width": OneOf((16, 24, 32, 48)),
        "net.depth": OneOf((2, 3)),
        "net.bias_rate": OneOf((1.0, 8.0, 64.0)),
    }
    return Family(recipe=recipe, domains={**domains, **_under_nesterov(rows)}, share=0.5)


def _residual_cnn(rows: int, mirrors: bool) -> Family:
    """A pre-activation residual network with one block a stage, trained as wide residual networks are (arXiv 1605.07146)."""
    recipe = _recipe("residual-cnn", rows, mirrors, learning_rate=0.1, warmup=0.15, label_smoothing=0.05, erase=0.2)
    domains: dict[str, Domain] = {"net.width": OneOf((16, 24, 32, 48)), "net.blocks": Whole(1, 3)}
    return Family(recipe=recipe, domains={**domains, **_under_nesterov(rows)}, share=0.25)


def _wide_resnet(rows: int, mirrors: bool) -> Family:
    """WRN-10-2 and its larger kin (arXiv 1605.07146): rate 0.1, weight decay 5e-4, batch 128."""
    recipe = _recipe("wide-resnet", rows, mirrors, learning_rate=0.1, warmup=0.1, label_smoothing=0.0, erase=0.5, net={"blocks": 1, "widen": 2})
    domains: dict[str, Domain] = {"net.blocks": Whole(1, 2), "net.widen": OneOf((1, 2, 4))}
    return Family(recipe=recipe, domains={**domains, **_under_nesterov(rows)}, share=0.15)


def _resnet(rows: int, mirrors: bool) -> Family:
    """ResNet-20 for small images (arXiv 1512.03385) with random erasing (arXiv 1708.04896)."""
    recipe = _recipe("resnet", rows, mirrors, learning_rate=0.1, warmup=0.1, label_smoothing=0.0, erase=0.5)
    domains: dict[str, Domain] = {"net.blocks": Whole(2, 5), "net.width": OneOf((12, 16, 24))}
    return Family(recipe=recipe, domains={**domains, **_under_nesterov(rows)}, share=0.1)


def _backbone(rows: int, mirrors: bool, weights: str) -> Family:
    """A trained backbone whose body goes on learning at a tenth of the head's rate; 1e-4 and weight decay 0.01 are timm's example for fine-tuning."""
    net: dict[str, Setting] = {"weights": weights}
    recipe = _recipe("backbone", rows, mirrors, learning_rate=1e-3, warmup=0.1, label_smoothing=0.1, erase=0.0, net=net, optimizer="adamw")
    return Family(recipe=recipe, domains={"net.body_rate": Real(0.02, 1.0, log=True), **_of_all(rows, (1e-4, 1e-2))}, share=1.0)


def _recipe(
    name: str,
    rows: int,
    mirrors: bool,
    *,
    learning_rate: float,
    warmup: float,
    label_smoothing: float,
    erase: float,
    net: dict[str, Setting] | None = None,
    optimizer: str = "nesterov",
) -> Recipe:
    augmentation: dict[str, Setting] = {"shift": 0.07}
    augmentation |= {"erase": erase} if erase else {}
    augmentation |= {"flip": "alternating"} if mirrors else {}
    return Recipe(
        name=name,
        net=Choice(name=name, settings={**(net or {}), **({"mirror": True} if mirrors else {})}),
        optimizer=Choice(name=optimizer),
        schedule=Choice(name="linear", settings={"warmup": warmup}),
        augmentation=Choice(name="images", settings=augmentation),
        learning_rate=learning_rate,
        weight_decay=5e-4 if optimizer == "nesterov" else 0.01,
        batch_size=batch_size_for_images(rows),
        epochs=round(min(max(IMAGES_LEARNED / rows, EPOCHS[0]), EPOCHS[1])),
        patience=100,
        label_smoothing=label_smoothing,
    )


def _under_nesterov(rows: int) -> dict[str, Domain]:
    return {**_of_all(rows, FAST_RATES), "optimizer.momentum": Real(0.8, 0.95)}


def _of_all(rows: int, rates: tuple[float, float]) -> dict[str, Domain]:
    """What every family searches: rate, decay, smoothing, batch, schedule, and how images are changed (arXiv 2104.00298 for the growing size)."""
    size = batch_size_for_images(rows)
    return {
        "learning_rate": Real(*rates, log=True),
        "decay_rate": Real(1e-6, 1e-3, log=True),
        "label_smoothing": Real(0.02, 0.2, or_zero=0.3),
        "ema_decay": Real(0.95, 0.999, or_zero=0.6),
        "batch_size": OneOf((max(size // 2, 16), size, size * 2)),
        "schedule": OneOf(("linear", "one-cycle", "cosine", "constant"), shares=(0.5, 0.2, 0.2, 0.1)),
        "augmentation": OneOf(("images", "none"), shares=(0.95, 0.05)),
        "augmentation.flip": OneOf(("none", "random", "alternating"), shares=(0.4, 0.2, 0.4), when=CHANGED),
        "net.mirror": OneOf((True, False), shares=(0.6, 0.4)),
        "augmentation.shift": Real(0.02, 0.15, or_zero=0.15, when=CHANGED),
        "augmentation.rotation": Real(2.0, 30.0, or_zero=0.6, when=CHANGED),
        "augmentation.scale": Real(0.05, 0.3, or_zero=0.6, when=CHANGED),
        "augmentation.brightness": Real(0.05, 0.4, or_zero=0.6, when=CHANGED),
        "augmentation.erase": Real(0.1, 0.6, or_zero=0.25, when=CHANGED),
        "augmentation.trivial": Real(0.1, 1.0, or_zero=0.7, when=CHANGED),
        "augmentation.cutmix": Real(0.2, 1.0, or_zero=0.7, when=CHANGED),
        "augmentation.progressive": OneOf((0.7, 1.0), when=CHANGED),
    }


def image_opening(space: Space, *, rows: int) -> Opening:
    """What is tried first on images: the learning-rate schedule, the changes of images, and mirror images the other way.

    Args:
        rows: training images of a fold.
    """
    recipe = next(iter(space.families.values())).recipe
    mirrored = recipe.augmentation.settings.get("flip", "none") != "none"
    return Opening(
        factors=(
            ({}, {"schedule": "constant"}),
            (
                {},
                {"augmentation": "none", "net.mirror": False},
                {"augmentation.flip": "none" if mirrored else "alternating", "net.mirror": not mirrored},
            ),
        ),
        deciding=frozenset({"augmentation.flip", "net.mirror"}),
        epochs=0.35 * lengths_for_images(rows).fold,
    )
