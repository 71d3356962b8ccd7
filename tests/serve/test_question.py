from __future__ import annotations

from typing import Any

import pytest

from luthier.core.errors import RequestRefused
from luthier.serve.question import Question

REFUSED = {
    "both": ({"rows": ({},), "images": (b"",)}, "A request must hold rows or images, but it holds both or neither. Give one of the two."),
    "neither": ({}, "A request must hold rows or images, but it holds both or neither. Give one of the two."),
    "ids": ({"rows": ({}, {}), "ids": ("a",)}, "Every row must have one prediction id, but 1 ids came for 2 rows. Give as many ids as rows."),
    "twice": (
        {"rows": ({}, {}), "ids": ("a", "a")},
        "Prediction ids must differ from each other, but one of them came twice. Give every row its own.",
    ),
    "unprintable": (
        {"rows": ({},), "ids": ("a\n",)},
        "A prediction id must have 1 to 200 printable characters, but 'a\\n' came. Give another one.",
    ),
    "width": ({"rows": ({},), "widest_interval": float("nan")}, "The widest interval must be a number from 0 on, but nan came. Correct it."),
}


@pytest.mark.parametrize(("fields", "message"), REFUSED.values(), ids=REFUSED)
def test_a_question_that_contradicts_itself_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        Question(**fields)

    assert (str(refused.value), refused.value.status) == (message, 422)
