"""Plain and gated convolutions of the VQ-VAE and the texture generator."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.initializers import FanInNormal
from vqinpaint.ops import recomputing
from vqinpaint.ops.dilated import dilated_convolution


def convolution(
    filters: int, kernel_size: int, strides: int = 1, name: str | None = None
) -> keras.layers.Conv2D:
    """Keras's convolution with SAME padding and the authors' initial weights.

    [B, h, w, C] -> [B, ceil(h / strides), ceil(w / strides), filters]
    """
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides,
        padding="same",
        kernel_initializer=FanInNormal(),
        name=name,
    )


def transposed_convolution(
    filters: int, name: str | None = None
) -> keras.layers.Conv2DTranspose:
    """Keras's 4x4 transposed convolution with a stride of 2.

    [B, h, w, C] -> [B, 2h, 2w, filters], with the authors' initial weights.
    """
    return keras.layers.Conv2DTranspose(
        filters,
        4,
        2,
        padding="same",
        kernel_initializer=FanInNormal(transposed=True),
        name=name,
    )


class GatedConvolution(keras.layers.Conv2D):
    """ELU features scaled by learned gates (Yu et al. 2019, section 3.1).

    Call with x [B, h, w, C]
    -> [B, ceil(h / strides), ceil(w / strides), filters / 2].

    Args:
      filters: output channels of the convolution, features and gates together.
      kernel_size, strides, dilation_rate: as of `keras.layers.Conv2D`. The dilation is
        the same in both directions, and over 1 only with a stride of 1, padding "same"
        and channels last.

    Raises:
      ValueError: a dilation of another kind.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        dilation_rate: int | tuple[int, int] = 1,
        **kwargs,
    ):
        kwargs.setdefault("padding", "same")
        kwargs.setdefault("kernel_initializer", FanInNormal())
        super().__init__(
            filters, kernel_size, strides, dilation_rate=dilation_rate, **kwargs
        )
        self._recompute = recomputing.wanted()
        plain = (self.strides, self.padding, self.data_format) == (
            (1, 1),
            "same",
            "channels_last",
        )
        if max(self.dilation_rate) > 1 and not (
            plain and len(set(self.dilation_rate)) == 1
        ):
            raise ValueError(
                f"a dilation of {self.dilation_rate} must be the same for both sides, with "
                "a stride of 1, padding 'same' and channels last."
            )

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """The convolution without its bias, which Keras's layer calls."""
        rate = self.dilation_rate[0]
        if rate == 1:
            return super().convolution_op(inputs, kernel)
        return dilated_convolution(inputs, kernel, rate)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        return recomputing.run(self._gated, self._recompute, x)

    def _gated(self, x):
        features, gates = tf.split(super().call(x), 2, axis=-1)
        return tf.nn.elu(features) * tf.sigmoid(gates)


class GatedUpConvolution(GatedConvolution):
    """Doubles both sides by nearest neighbours, then applies a gated convolution.

    Call with x [B, h, w, C] -> [B, 2h, 2w, filters / 2]. Arguments are those of
    `GatedConvolution`.
    """

    def _gated(self, x):
        return super()._gated(tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2))


class ResidualBlock(keras.layers.Layer):
    """x + conv1x1(ELU(conv3x3(ELU(x)))), as in VQ-VAE-2.

    Call with x [B, h, w, C] -> [B, h, w, C].

    Args:
      channels: C.
      inner_channels: output channels of the 3x3 convolution.
    """

    def __init__(self, channels: int, inner_channels: int, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.inner_channels = inner_channels
        self.inner = convolution(inner_channels, 3, name="inner")
        self.outer = convolution(channels, 1, name="outer")
        self._recompute = recomputing.wanted()

    def call(self, x: tf.Tensor) -> tf.Tensor:
        return recomputing.run(self._sum, self._recompute, x)

    def _sum(self, x):
        return x + self.outer(tf.nn.elu(self.inner(tf.nn.elu(x))))

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "channels": self.channels,
            "inner_channels": self.inner_channels,
        }
