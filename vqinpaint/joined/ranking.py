"""How real completions look to a run's discriminator."""

from __future__ import annotations

from typing import Callable, Optional

import numpy as np
import tensorflow as tf

from vqinpaint.ops.images import to_float
from vqinpaint.options import ModelOptions
from vqinpaint.pictures.masks import is_missing
from vqinpaint.runs import folders, networks

Score = Callable[[np.ndarray, np.ndarray], np.ndarray]


def load_score(run_dir: str, options: ModelOptions) -> Optional[Score]:
    """Makes a function that scores completions by a run's texture discriminator.

    Args:
      run_dir: run folder.
      options: of its model.

    Returns:
      A function from completed uint8 [N, S, S, 3] and mask uint8 [S, S] to float32 [N],
      the mean of the discriminator's patches, higher for pictures that look more real;
      None where there is no discriminator.
    """
    if "texture" not in folders.trained_stages(run_dir):
        return None
    discriminator = networks.load_texture(run_dir, options).discriminator

    def score(completed, mask):
        hole = tf.cast(is_missing(mask), tf.float32)[None, ..., None]
        # One by one, so that a score does not depend on the others.
        scores = [
            tf.reduce_mean(discriminator(to_float(one[None]), hole))
            for one in completed
        ]
        return tf.stack(scores).numpy()

    return score
