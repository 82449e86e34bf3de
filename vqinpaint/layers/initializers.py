"""The authors' initial weights."""

from __future__ import annotations

import math
from collections.abc import Sequence

import tensorflow as tf

from vqinpaint.environment.keras2 import keras


@keras.utils.register_keras_serializable("vqinpaint")
class FanInNormal(keras.initializers.Initializer):
    """Truncated normal of deviation 1 / sqrt(fan-in), cut at two deviations.

    As in `conv2d` and `deconv2d` of the authors' net/nn.py. Keras's VarianceScaling
    differs: it rescales for the cut and takes the fan of transposed kernels from the
    wrong axis.

    Args:
      transposed: whether kernels are [h, w, out, in] rather than [h, w, in, out].
      seed: fixes the draw; None takes another one each time.
    """

    def __init__(self, transposed: bool = False, seed: int | None = None):
        self.transposed = transposed
        self.seed = seed

    def __call__(
        self, shape: Sequence[int], dtype: tf.DType | None = None, **kwargs
    ) -> tf.Tensor:
        fan_in = math.prod(shape[:-2]) * shape[-1 if self.transposed else -2]
        return keras.initializers.TruncatedNormal(
            stddev=1 / math.sqrt(fan_in), seed=self.seed
        )(shape, dtype)

    def get_config(self) -> dict:
        return {"transposed": self.transposed, "seed": self.seed}
