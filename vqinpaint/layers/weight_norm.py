"""Weight-normalised convolutions and dense layers of the structure generator."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.ops import shifts
from vqinpaint.ops.dilated import dilated_convolution

_PADDERS = {"down": shifts.pad_down, "down_right": shifts.pad_down_right}


class WeightNormConvolution(keras.layers.Layer):
    """Convolution whose kernel is gain * direction / |direction| per output channel.

    Salimans and Kingma 2016, equation 2, without data-dependent initial values: as in
    the authors' code (`wnconv2d` in net/nn.py) the gain starts at 1 and the direction is
    drawn from a normal distribution with a deviation of 0.05.

    Call with x [B, h, w, C] -> [B, ceil(h / strides), ceil(w / strides), filters].

    Args:
      filters: number of output channels.
      kernel_size: (height, width).
      strides: step in both directions.
      dilation: distance of neighbouring kernel values in both directions; over 1 only
        with a stride of 1 and padding "same".
      padding: "same", or "down" / "down_right" for causal kernels (`ops.shifts`).

    Raises:
      ValueError: a dilation comes with another stride or padding.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: tuple[int, int],
        strides: int = 1,
        dilation: int = 1,
        padding: str = "same",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if dilation > 1 and (strides > 1 or padding != "same"):
            raise ValueError(
                f"a dilation of {dilation} needs a stride of 1 and padding 'same', not "
                f"{strides} and '{padding}'."
            )
        self.filters = filters
        self.kernel_size = tuple(kernel_size)
        self.strides = strides
        self.dilation = dilation
        self.padding = padding

    def build(self, input_shape: tf.TensorShape) -> None:
        shape = (*self.kernel_size, input_shape[-1], self.filters)
        _add_weights(self, shape)

    def kernel(self) -> tf.Tensor:
        """The normalised kernel, float32 [height, width, C, filters]."""
        return _normalised(self)

    def fuse(self, kept: tf.DType = tf.float32) -> None:
        """Normalises the kernel once, for inference; the layer cannot train any more.

        Args:
          kept: type in which the normalised kernel is stored.
        """
        _fuse(self, kept)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        kernel = tf.cast(self.kernel(), x.dtype)
        if self.dilation > 1:
            x = dilated_convolution(x, kernel, self.dilation)
        elif self.padding == "same":
            x = tf.nn.conv2d(x, kernel, self.strides, "SAME")
        else:
            x = _PADDERS[self.padding](x, *self.kernel_size)
            x = tf.nn.conv2d(x, kernel, self.strides, "VALID")
        return tf.nn.bias_add(x, self.bias)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "dilation": self.dilation,
            "padding": self.padding,
        }


class WeightNormDense(keras.layers.Layer):
    """Weight-normalised 1x1 convolution, `nin` in the authors' net/nn.py.

    Call with x [..., C] -> [..., units].

    Args:
      units: number of output channels.
    """

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: tf.TensorShape) -> None:
        _add_weights(self, (input_shape[-1], self.units))

    def kernel(self) -> tf.Tensor:
        """The normalised kernel, float32 [C, units]."""
        return _normalised(self)

    def fuse(self, kept: tf.DType = tf.float32) -> None:
        """Normalises the kernel once, for inference; the layer cannot train any more.

        Args:
          kept: type in which the normalised kernel is stored.
        """
        _fuse(self, kept)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        kernel = tf.cast(self.kernel(), x.dtype)
        flat = tf.matmul(tf.reshape(x, [-1, x.shape[-1]]), kernel)
        flat = tf.nn.bias_add(flat, self.bias)
        return tf.reshape(flat, tf.concat([tf.shape(x)[:-1], [self.units]], axis=0))

    def get_config(self) -> dict:
        return {**super().get_config(), "units": self.units}


def _add_weights(layer, shape):
    layer.fused = None
    # Norms are taken in full precision, whatever the layer computes in.
    full = {"experimental_autocast": False}
    start = keras.initializers.RandomNormal(stddev=0.05)
    layer.direction = layer.add_weight("direction", shape, initializer=start, **full)
    layer.gain = layer.add_weight("gain", shape[-1:], initializer="ones", **full)
    layer.bias = layer.add_weight("bias", shape[-1:], initializer="zeros")


def _fuse(layer, kept):
    kernel = tf.cast(layer.kernel(), kept)
    layer.fused = tf.Variable(kernel, trainable=False, name="kernel")


def _normalised(layer):
    if layer.fused is not None:
        return tf.cast(layer.fused.read_value(), layer.bias.dtype)
    return _weight_norm(*map(tf.convert_to_tensor, (layer.direction, layer.gain)))


@tf.custom_gradient
def _weight_norm(direction, gain):
    """gain * direction / |direction|: Salimans and Kingma 2016, equation 2.

    The gradient (equation 3) is written out, because the one that TensorFlow composes
    makes twice as many copies of every kernel.
    """
    axes = list(range(direction.shape.rank - 1))
    squares = tf.reduce_sum(tf.square(direction), axes)
    inverse = tf.math.rsqrt(tf.maximum(squares, 1e-12))
    scale = gain * inverse

    def gradients(upstream):
        along = tf.reduce_sum(upstream * direction, axes) * inverse
        return upstream * scale - direction * (along * inverse * scale), along

    return direction * scale, gradients
