"""Inception score, and its form for completions, from probabilities of classes."""

from __future__ import annotations

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities of classes, float64 [N, K], from logits [N, K]."""
    logits = np.asarray(logits, "f8")
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def inception_score(probabilities: np.ndarray, splits: int = 1) -> float:
    """exp of the mean divergence of each picture's classes from those of all pictures.

    Salimans et al. 2016 ("Improved techniques for training GANs"): exp(E KL(p(y|x) ||
    p(y))). High where pictures are of clear and different classes. Their code takes the
    mean over 10 parts in the order of the pictures, which is lower for few pictures and
    depends on the order; one part is free of both.

    Args:
      probabilities: float [N, K], rows with the sum 1.
      splits: number of consecutive parts, at most N.

    Returns:
      1 to K.

    Raises:
      ValueError: there are fewer pictures than parts, or none.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.inception_score import inception_score
      >>> round(inception_score(np.eye(4)), 9)  # four certain classes, each as often
      4.0
    """
    return _mean_over_parts(probabilities, splits, _score)


def modified_inception_score(probabilities: np.ndarray, splits: int = 1) -> float:
    """exp of minus the mean entropy of each picture's classes: how sure the network is.

    The MIS of Zhao et al. 2020 ("UCTGAN: Diverse image inpainting based on unsupervised
    cross-space translation"), as the authors of this network compute it: completions of
    one data set need not be of many classes, so the classes of all pictures play no part.

    Args:
      probabilities, splits: as of `inception_score`; the authors take 10 parts.

    Returns:
      1 / K to 1.

    Raises:
      ValueError: as of `inception_score`.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.inception_score import modified_inception_score
      >>> modified_inception_score(np.array([[0.5, 0.5], [0.5, 0.5]]))
      0.5
    """
    return _mean_over_parts(probabilities, splits, _sureness)


def _score(p):
    overall = p.mean(axis=0, keepdims=True)
    return np.exp((_x_log_x(p) - p * _log(overall)).sum(axis=1).mean())


def _sureness(p):
    return np.exp(_x_log_x(p).sum(axis=1).mean())


def _log(p):
    # 0 log 0 is 0: where a class has no probability, its logarithm plays no part.
    return np.log(np.where(p > 0, p, 1))


def _x_log_x(p):
    return p * _log(p)


def _mean_over_parts(probabilities, splits, function):
    p = np.asarray(probabilities, "f8")
    if p.ndim != 2 or not 1 <= splits <= len(p):
        raise ValueError(
            f"an inception score was asked of probabilities {list(p.shape)} in {splits} "
            "parts; give [N, K] and at most N parts."
        )
    ends = [i * len(p) // splits for i in range(splits + 1)]
    return float(np.mean([function(p[a:b]) for a, b in zip(ends, ends[1:])]))
