"""Residual blocks of Pluralistic Image Completion.

All of them sum a main branch of two 3x3 convolutions and a shortcut of one; every
convolution is spectrally normalised. `passes` is that of `SpectralNorm.call`.
"""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.instance_norm import InstanceNorm
from vqinpaint.layers.spectral_norm import (
    SpectralNormConvolution,
    SpectralNormUpConvolution,
)
from vqinpaint.ops import recomputing
from vqinpaint.ops.precision import to_full

SLOPE = 0.1  # of the leaky ReLU for negative values


def _leaky(x, slope=SLOPE):
    return tf.nn.leaky_relu(x, slope)


def _halved(x):
    return tf.nn.avg_pool2d(x, 2, 2, "VALID")


class _Block(keras.layers.Layer):
    """A block whose inner values can be computed again instead of kept."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._recompute = recomputing.wanted()

    def call(self, x: tf.Tensor, passes: int = 1) -> tf.Tensor:
        return recomputing.run(lambda x: self._sum(x, passes), self._recompute, x)


class Residual(_Block):
    """Activations before the convolutions, and a shortcut without any.

    Call with x [B, h, w, C] -> [B, h, w, filters], or half as high and wide if `down`.

    Args:
      filters: output channels.
      hidden: channels between the two convolutions.
      slope: of the leaky ReLUs.
      down: whether both branches end in an average over 2x2 pixels.
    """

    def __init__(
        self,
        filters: int,
        hidden: int,
        slope: float = SLOPE,
        down: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters, self.hidden = filters, hidden
        self.slope, self.down = slope, down
        self.conv1 = SpectralNormConvolution(hidden, name="conv1")
        self.conv2 = SpectralNormConvolution(filters, name="conv2")
        self.bypass = SpectralNormConvolution(filters, 1, name="bypass")

    def _sum(self, x, passes):
        main = self.conv1(_leaky(x, self.slope), passes)
        main = self.conv2(_leaky(main, self.slope), passes)
        whole = main + self.bypass(x, passes)
        return _halved(whole) if self.down else whole

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "filters": self.filters,
            "hidden": self.hidden,
            "slope": self.slope,
            "down": self.down,
        }


class EntryResidual(_Block):
    """The block that takes a picture: no activation before its first convolution.

    Call with x [B, h, w, C] -> [B, h/2, w/2, filters].

    Args:
      filters: output channels.
    """

    def __init__(self, filters: int, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.conv1 = SpectralNormConvolution(filters, name="conv1")
        self.conv2 = SpectralNormConvolution(filters, name="conv2")
        self.bypass = SpectralNormConvolution(filters, 1, name="bypass")

    def _sum(self, x, passes):
        main = self.conv2(_leaky(self.conv1(x, passes)), passes)
        return _halved(main) + self.bypass(_halved(x), passes)

    def get_config(self) -> dict:
        return {**super().get_config(), "filters": self.filters}


class UpResidual(_Block):
    """Doubles both sides by transposed convolutions, with instance norm before each
    activation.

    Call with x [B, h, w, C] -> [B, 2h, 2w, filters].

    Args:
      filters: output channels.
    """

    def __init__(self, filters: int, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.norm1 = InstanceNorm(name="norm1")
        self.conv1 = SpectralNormConvolution(filters, name="conv1")
        self.norm2 = InstanceNorm(name="norm2")
        self.conv2 = SpectralNormUpConvolution(filters, name="conv2")
        self.bypass = SpectralNormUpConvolution(filters, name="bypass")

    def _sum(self, x, passes):
        main = self.conv1(_leaky(self.norm1(x)), passes)
        main = self.conv2(_leaky(self.norm2(main)), passes)
        return main + self.bypass(x, passes)

    def get_config(self) -> dict:
        return {**super().get_config(), "filters": self.filters}


class ToPicture(keras.layers.Layer):
    """A picture of features: leaky ReLU, mirrored border, convolution, tanh.

    Call with x [B, h, w, C] -> float32 [B, h, w, 3] in [-1, 1].
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = SpectralNormConvolution(3, padding="valid", name="conv1")

    def call(self, x: tf.Tensor) -> tf.Tensor:
        around = [[0, 0], [1, 1], [1, 1], [0, 0]]
        x = tf.pad(_leaky(x), around, mode="REFLECT")
        return tf.tanh(to_full(self.conv1(x)))
