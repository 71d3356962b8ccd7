"""scikit-learn's own checks of an estimator, all of them, on the regressor."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from luthier import LuthierRegressor

# The checks use toy data, on which columns that give the answer away are the rule.
ESTIMATOR = LuthierRegressor(work="2k", folds=2, force_through=("target-leak",))


@pytest.mark.filterwarnings("ignore")  # the checks provoke and suppress warnings of their own
@parametrize_with_checks([ESTIMATOR])
def test_scikit_learn_accepts_the_regressor(estimator, check):
    check(estimator)
