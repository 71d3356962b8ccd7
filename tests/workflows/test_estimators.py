"""The scikit-learn front keeps scikit-learn's conventions and gives what a saved bundle gives."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from luthier import LuthierClassifier, load
from luthier.core.errors import OutputExists


@pytest.fixture(scope="module")
def patients() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    return pd.DataFrame({"age": generator.uniform(20, 90, 120), "smokes": generator.choice(["yes", "no", None], 120), "zip": generator.integers(100, 105, 120)})


@pytest.fixture(scope="module")
def classifier(patients) -> LuthierClassifier:
    ill = np.where(patients["age"] + 20 * (patients["smokes"] == "yes") > 60, 7, -1)
    return LuthierClassifier(work="2k", folds=2, kinds={"zip": "category"}).fit(patients, ill)


def test_predictions_are_the_callers_classes_and_probabilities_follow_their_order(classifier, patients):
    probabilities = classifier.predict_proba(patients)

    assert classifier.classes_.tolist() == [-1, 7]
    assert np.array_equal(classifier.predict(patients), np.array([-1, 7])[probabilities.argmax(axis=1)])
    assert classifier.score(patients, classifier.predict(patients)) == 1.0


def test_kinds_override_that_numbers_are_numbers(classifier):
    kinds = {column.name: column.kind for column in classifier.record_.columns}

    assert kinds == {"age": "numeric", "smokes": "category", "zip": "category"}


def test_saved_copied_and_pickled_estimators_predict_the_same(classifier, patients, tmp_path):
    expected = classifier.predict_proba(patients)

    classifier.save(tmp_path / "model")

    assert np.array_equal(copy.deepcopy(classifier).predict_proba(patients), expected)
    assert np.array_equal(pickle.loads(pickle.dumps(classifier)).predict_proba(patients), expected)
    assert np.allclose(load(tmp_path / "model").predict_proba(patients), expected, atol=1e-6)
    with pytest.raises(OutputExists, match="exists already"):
        classifier.save(tmp_path / "model")


def test_a_row_has_the_same_probabilities_to_the_last_bit_in_any_company(classifier, patients):
    together = classifier.predict_proba(patients)

    alone = np.concatenate([classifier.predict_proba(patients[row : row + 1]) for row in range(20)])

    assert np.array_equal(alone, together[:20])


def test_blank_and_equal_looking_classes_stay_apart():
    rows = np.random.default_rng(1).uniform(size=(40, 2))
    labels = np.array(["", " "], dtype=object)[(rows[:, 0] > 0.5).astype(int)]

    fitted = LuthierClassifier(work="2k", folds=2, force_through=("target-leak",)).fit(rows, labels)

    assert set(fitted.predict(rows)) <= {"", " "}
    assert fitted.classes_.tolist() == ["", " "]
