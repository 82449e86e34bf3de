"""The authors' initial weights."""

import math

from vqinpaint.environment.keras2 import keras


@keras.utils.register_keras_serializable("vqinpaint")
class FanInNormal(keras.initializers.Initializer):
    """Truncated normal with deviation 1 / sqrt(fan-in), cut at two deviations.

    Keras' VarianceScaling rescales for the cut and takes the fan of transposed
    kernels from the wrong axis; the authors do neither.

    Args:
      transposed: whether kernels are [h, w, out, in] rather than [h, w, in, out].
      seed: optional int.
    """

    def __init__(self, transposed=False, seed=None):
        self.transposed = transposed
        self.seed = seed

    def __call__(self, shape, dtype=None, **kwargs):
        fan_in = math.prod(shape[:-2]) * shape[-1 if self.transposed else -2]
        return keras.initializers.TruncatedNormal(
            stddev=1 / math.sqrt(fan_in), seed=self.seed
        )(shape, dtype)

    def get_config(self):
        return {"transposed": self.transposed, "seed": self.seed}
