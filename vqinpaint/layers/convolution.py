"""Plain and gated convolutions of the VQ-VAE and the texture generator."""

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.initializers import FanInNormal
from vqinpaint.ops.dilated import dilated_convolution


def convolution(filters, kernel_size, strides=1, name=None):
    """Keras convolution with SAME padding and the authors' initial weights."""
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides,
        padding="same",
        kernel_initializer=FanInNormal(),
        name=name,
    )


def transposed_convolution(filters, name=None):
    """Keras 4x4 transposed convolution of stride 2: [B, h, w, C] -> [B, 2h, 2w, filters]."""
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

    [B, h, w, C] -> [B, h / strides, w / strides, filters / 2]

    Args:
      filters: output channels of the convolution, features and gates together.
      kernel_size, strides, dilation_rate, name: as of `keras.layers.Conv2D`; one dilation
        for both sides, over 1 only with a stride of 1 and padding "same".

    Raises:
      ValueError: a dilation of another kind.
    """

    def __init__(self, filters, kernel_size, strides=1, dilation_rate=1, **kwargs):
        kwargs.setdefault("padding", "same")
        kwargs.setdefault("kernel_initializer", FanInNormal())
        super().__init__(
            filters, kernel_size, strides, dilation_rate=dilation_rate, **kwargs
        )
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

    def convolution_op(self, inputs, kernel):
        """What Keras calls for the convolution itself."""
        rate = self.dilation_rate[0]
        if rate == 1:
            return super().convolution_op(inputs, kernel)
        return dilated_convolution(inputs, kernel, rate)

    def call(self, x):
        features, gates = tf.split(super().call(x), 2, axis=-1)
        return tf.nn.elu(features) * tf.sigmoid(gates)


class GatedUpConvolution(GatedConvolution):
    """Nearest-neighbour doubling, then a gated convolution.

    [B, h, w, C] -> [B, 2h, 2w, filters / 2]
    """

    def call(self, x):
        return super().call(tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2))


class ResidualBlock(keras.layers.Layer):
    """x + conv1x1(ELU(conv3x3(ELU(x)))), as in VQ-VAE-2. [B, h, w, C] -> the same.

    Args:
      channels: C.
      inner_channels: output channels of the 3x3 convolution.
    """

    def __init__(self, channels, inner_channels, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.inner_channels = inner_channels
        self.inner = convolution(inner_channels, 3, name="inner")
        self.outer = convolution(channels, 1, name="outer")

    def call(self, x):
        return x + self.outer(tf.nn.elu(self.inner(tf.nn.elu(x))))

    def get_config(self):
        return {
            **super().get_config(),
            "channels": self.channels,
            "inner_channels": self.inner_channels,
        }
