"""P-IDS and U-IDS: how often a linear classifier takes completions for true pictures."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from vqinpaint import shipped
from vqinpaint.errors import SetupError


class Discriminability(NamedTuple):
    """The two figures, each the mean of a column."""

    paired: np.ndarray  # bool [N]: a completion looks more real than its own truth
    unpaired: np.ndarray  # float [N]: share of the wrong among a pair's two answers

    def figures(self) -> dict[str, float]:
        """The means by name."""
        return {
            "p_ids": float(self.paired.mean()),
            "u_ids": float(self.unpaired.mean()),
        }


def discriminability(truth: np.ndarray, completions: np.ndarray) -> Discriminability:
    """Tries to tell completions from true pictures by a hyperplane through features.

    Zhao et al. 2021 ("Large scale image completion via co-modulated generative
    adversarial networks"), section 4: a linear support vector machine is fitted to the
    features of both sets. U-IDS is its share of wrong answers on the same features, P-IDS
    the share of pairs whose completion it finds more real than the truth. Half is the
    best that there is to reach. With fewer pictures than features a hyperplane may part
    any two sets, and both figures are 0 whatever the completions.

    Args:
      truth: float [N, D].
      completions: float [N, D], of the same pictures in the same order.

    Raises:
      ValueError: the sets differ in shape, or are empty.
      SetupError: scikit-learn is not installed.
    """
    if truth.shape != completions.shape or not truth.size:
        raise ValueError(
            f"discriminability was given {list(truth.shape)} and "
            f"{list(completions.shape)}; give it [N, D] twice."
        )
    if not has_library():
        raise SetupError(
            "P-IDS and U-IDS need scikit-learn, which is not installed; "
            f"{shipped.install_command('metrics')}."
        )
    from sklearn.svm import LinearSVC

    machine = LinearSVC(dual=False)
    count = len(truth)
    with warnings.catch_warnings():
        # The definition takes the default number of iterations, whether or not it is enough.
        warnings.simplefilter("ignore")
        machine.fit(np.concatenate([truth, completions]), np.repeat([1, 0], count))
    real, filled = (
        machine.decision_function(truth),
        machine.decision_function(completions),
    )
    wrong = (real <= 0).astype("f8") + (filled > 0)
    return Discriminability(filled > real, wrong / 2)


def has_library() -> bool:
    """Whether scikit-learn is installed, without which neither figure can be measured."""
    try:
        import sklearn.svm  # noqa: F401
    except ImportError:
        return False
    return True
