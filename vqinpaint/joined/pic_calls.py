"""Calling a model of the family "pic" from Python; see `joined.calls`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from vqinpaint.answers import Wanted, checked
from vqinpaint.joined.calls import checked_control, checked_picture, failures_told


def sample(
    model: Any,
    image: np.ndarray,
    mask: np.ndarray,
    seeds: Sequence[int] | np.ndarray,
    *,
    temperature: float = 1.0,
) -> dict[str, np.ndarray]:
    """Completes one picture once per seed.

    Args:
      model: `joined.pic_signatures.ServedPic`, or a SavedModel of one.
      image, mask, seeds: as of `joined.calls.sample`.
      temperature: factor of the prior's deviations, 0 or more; 0 takes its mean.

    Returns:
      dict of `completed` uint8 [N, S, S, 3] and, if the model has a discriminator,
      `discriminator` float32 [N].

    Raises:
      ValueError: an argument is of another type or shape, or out of range.
      ModelError: the model fails, or answers what it must not.
    """
    image, mask = checked_picture(image, mask)
    checked_control(seeds, temperature)
    seeds = np.asarray(seeds, np.int32)
    with failures_told():
        result = model.sample(
            tf.constant(image),
            tf.constant(mask),
            tf.constant(seeds),
            tf.fill([len(seeds)], float(temperature)),
        )
        outputs = {name: value.numpy() for name, value in result.items()}
    wanted = {"completed": Wanted(np.uint8, (len(seeds), *image.shape))}
    if "discriminator" in outputs:
        wanted["discriminator"] = Wanted(np.float32, (len(seeds),))
    return checked(outputs, wanted, "the model")
