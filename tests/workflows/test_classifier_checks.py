"""scikit-learn's own checks of an estimator, all of them, on the classifier."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from luthier import LuthierClassifier

# The checks use toy data, on which columns that give the answer away are the rule.
ESTIMATOR = LuthierClassifier(work="500", folds=2, force_through=("target-leak",))
ENOUGH_TO_LEARN = "2k"
"Work for the check that asks for a score."


@pytest.mark.filterwarnings("ignore")  # the checks provoke and suppress warnings of their own
@parametrize_with_checks([ESTIMATOR])
def test_scikit_learn_accepts_the_classifier(estimator, check):
    learns = check.func.__name__ == "check_classifiers_train"

    check(estimator.set_params(work=ENOUGH_TO_LEARN) if learns else estimator)
