import numpy as np
import pytest

from luthier.monitor import LabelCoverage
from luthier.monitor.label_coverage import measure_coverage


def coverage(**settings):
    return LabelCoverage(**{"rows": 900, "labeled": 400, "oldest": 0.98, "newest": 0.05, "median_delay_seconds": None, "unlike": "", **settings})


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"labeled": 890}, "890 of 900 rows have a label."),
        ({"labeled": 890, "median_delay_seconds": 259_200.0}, "890 of 900 rows have a label, after 3 days in the median."),
        ({"labeled": 890, "median_delay_seconds": 90.0}, "890 of 900 rows have a label, after 90 seconds in the median."),
        (
            {},
            "400 of 900 rows have a label (5 % of the newest third, 98 % of the oldest); labels that come fast may belong to rows unlike the rest.",
        ),
        (
            {"unlike": "their prediction is 3 on average, that of the others 5"},
            "400 of 900 rows have a label (5 % of the newest third, 98 % of the oldest); "
            "they differ from the others: their prediction is 3 on average, that of the others 5.",
        ),
    ],
)
def test_the_sentence_says_how_far_labels_have_come(settings, sentence):
    assert coverage(**settings).sentence == sentence


def test_labels_of_easy_rows_only_are_noticed():
    rng = np.random.default_rng(0)
    sureness = rng.uniform(0.5, 1.0, size=600)

    measured = measure_coverage(sureness > 0.8, np.stack([sureness, 1 - sureness], axis=1))

    assert measured.unlike.startswith("their highest probability is 0.9")


def test_labels_of_rows_like_the_others_are_not():
    rng = np.random.default_rng(0)

    assert measure_coverage(rng.random(600) < 0.4, rng.normal(size=600)).unlike == ""
