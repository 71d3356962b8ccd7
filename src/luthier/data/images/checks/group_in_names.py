"""group-in-names: file names that begin alike, such as `patient12_003.png`, may belong together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import polars as pl

from luthier.core.findings import Finding, Severity
from luthier.data.images.image_set import ImageSet

NAME = "group-in-names"
PATTERNS = (r"([^/]+)_[^_/]*$", r"([^/]+)-[^-/]*$", r"/([^/]+)/[^/]+/?$")
"What is proposed for `--group-from-name`: what stands before the last `_` or `-` of the file's name, or its folder inside the class folder."
_FEWEST_GROUPS, _MATCHED, _ROWS_A_GROUP = 10, 0.9, 2.0


def check(images: ImageSet) -> Iterable[Finding]:
    """Propose `--group-from-name` where beginnings of names repeat."""
    if images.dataset.schema.group is not None:
        return
    for pattern in PATTERNS:
        groups = [match[1] for match in map(re.compile(pattern).search, images.names) if match is not None]
        if _may_be_groups(images, groups):
            different = len(set(groups))
            shown = ", ".join(repr(name) for name, _ in Counter(groups).most_common(3))
            yield Finding(
                name=NAME,
                severity=Severity.NOTE,
                evidence=f"The names share {different:,} beginnings, {len(groups) / different:.1f} images each, such as {shown}.",
                remedy=f"If images with one beginning show the same thing or person, give --group-from-name '{pattern}': "
                "then they stay on one side of every split.",
            )
            return


def _may_be_groups(images: ImageSet, groups: list[str]) -> bool:
    if len(groups) < _MATCHED * images.dataset.rows:
        return False
    different, classes = pl.Series(groups).n_unique(), len(images.dataset.task.classes)
    return max(_FEWEST_GROUPS, 2 * classes) <= different <= len(groups) / _ROWS_A_GROUP
