"""The one place that spells out a call of a joined model's `sample`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf


def sample(
    model,
    image: np.ndarray,
    mask: np.ndarray,
    seeds: Sequence[int],
    *,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
) -> dict[str, np.ndarray]:
    """Completes one picture, once for each seed.

    Args:
      model: `joined.signatures.ServedInpainter`, `joined.inpainter.Inpainter`, or a
        SavedModel of either, of side S.
      image: uint8 [S, S, 3].
      mask: uint8 [S, S] or [S, S, 1], over 127 where missing.
      seeds: N ints of 32 bits.
      temperature: 0 or more, of all completions.
      top_k: draw among so many likeliest codes alone; 0 = all.
      top_p: draw among the likeliest codes alone that have this share; 1 = all.

    Returns:
      dict of `completed` and `structure` uint8 [N, S, S, 3], `codes` int32 [N, h, w],
      `bits` and `entropy` float32 [N, h, w].
    """
    drawn = model.sample(
        tf.constant(image),
        tf.reshape(mask, [*image.shape[:2], 1]),
        tf.constant(list(seeds), tf.int32),
        tf.fill([len(seeds)], float(temperature)),
        tf.constant(top_k),
        tf.constant(top_p, tf.float32),
    )
    return {name: value.numpy() for name, value in drawn.items()}
