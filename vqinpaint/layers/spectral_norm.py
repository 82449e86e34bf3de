"""Spectrally normalised convolutions of Pluralistic Image Completion.

They differ from `layers.spectral`, which keeps a property of another paper's graph: here
the vectors of the power iteration are constants for the gradient, and one step of
training may pass several times, each pass one iteration further.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.ops.power_iteration import largest_singular_value
from vqinpaint.ops.shapes import sizes


class SpectralNorm(keras.layers.Layer):
    """A convolution whose kernel is divided by its largest singular value.

    Base of both convolutions below. The vector from which the power iteration starts is
    stored, and a call does not move it; see `arrived` and `move`.

    Args:
      filters: output channels.
      product_dtype: name of the type that the convolution computes and returns; None
        takes that of Keras's global policy. Weights and norms are float32 always.
    """

    def __init__(self, filters: int, product_dtype: str | None = None, **kwargs):
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        self.filters = filters
        policy = keras.mixed_precision.global_policy()
        self.product_dtype = product_dtype or policy.compute_dtype
        self.fused = None

    def _add_weights(self, shape):
        """Uniform kernels and biases by the fan-in, PyTorch's default."""
        bound = 1 / math.sqrt(math.prod(shape[:-1]))
        # An initializer each, as one gives the same numbers twice.
        kernel, bias = (
            keras.initializers.RandomUniform(-bound, bound) for _ in range(2)
        )
        self.kernel = self.add_weight("kernel", shape, initializer=kernel)
        self.bias = self.add_weight("bias", [self.filters], initializer=bias)
        self.left = self.add_weight(
            "left",
            shape[-1:],
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            trainable=False,
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )

    def _convolve(self, x, kernel):
        raise NotImplementedError

    def call(self, x: tf.Tensor, passes: int = 1) -> tf.Tensor:
        """Convolves with the kernel as it is after `passes` power iterations."""
        kernel = self.normalised_kernel(passes)
        x, kernel, bias = (
            tf.cast(v, self.product_dtype) for v in (x, kernel, self.bias)
        )
        return tf.nn.bias_add(self._convolve(x, kernel), bias)

    def normalised_kernel(self, passes: int = 1) -> tf.Tensor:
        """The kernel over its largest singular value, of the kernel's shape."""
        if self.fused is not None:
            return tf.cast(self.fused.read_value(), tf.float32)
        return self.kernel / largest_singular_value(self.kernel, self.left, passes)[0]

    def fuse(self, kept: tf.DType = tf.float32) -> None:
        """Normalises the kernel once, for inference; the layer cannot train any more.

        Args:
          kept: type in which the normalised kernel is stored.
        """
        kernel = tf.cast(self.normalised_kernel(), kept)
        self.fused = tf.Variable(kernel, trainable=False, name="kernel")

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "filters": self.filters,
            "product_dtype": self.product_dtype,
        }


class SpectralNormConvolution(SpectralNorm):
    """Normalised convolution with a stride of 1 and a bias.

    Call with x [B, h, w, C] -> [B, h, w, filters], or smaller by kernel_size - 1 with
    padding "valid".

    Args:
      filters, product_dtype: as of `SpectralNorm`.
      kernel_size: side of the kernel.
      padding: "same" or "valid".
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        padding: str = "same",
        product_dtype: str | None = None,
        **kwargs,
    ):
        super().__init__(filters, product_dtype, **kwargs)
        self.kernel_size = kernel_size
        self.padding = padding

    def build(self, input_shape: tf.TensorShape) -> None:
        side = self.kernel_size
        self._add_weights([side, side, input_shape[-1], self.filters])
        super().build(input_shape)

    def _convolve(self, x, kernel):
        return tf.nn.conv2d(x, kernel, 1, self.padding.upper())

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "padding": self.padding,
        }


class SpectralNormUpConvolution(SpectralNorm):
    """Normalised 3x3 transposed convolution with a stride of 2.

    Call with x [B, h, w, C] -> [B, 2h, 2w, filters]. Tap k of the kernel takes input
    pixel q to output pixel 2 q - 1 + k, as PyTorch does with a padding and an output
    padding of 1; TensorFlow's "SAME" is shifted by a pixel. The rows of the matrix whose
    singular value counts are the input channels.
    """

    def build(self, input_shape: tf.TensorShape) -> None:
        self._add_weights([3, 3, self.filters, input_shape[-1]])
        super().build(input_shape)

    def _convolve(self, x, kernel):
        batch, height, width, _ = sizes(x)
        shape = [batch, 2 * height + 1, 2 * width + 1, self.filters]
        return tf.nn.conv2d_transpose(x, kernel, shape, 2, "VALID")[:, 1:, 1:]


def layers_of(module: tf.Module) -> list[SpectralNorm]:
    """The normalised layers of a network, in an order that is always the same."""
    return [part for part in module.submodules if isinstance(part, SpectralNorm)]


def arrived(module: tf.Module, passes: int = 1) -> list[tf.Tensor]:
    """The vectors at which a network's power iterations arrive after some passes.

    They depend on the kernels, so ask before a step changes these.
    """
    return [
        largest_singular_value(layer.kernel, layer.left, passes)[1]
        for layer in layers_of(module)
    ]


def move(
    module: tf.Module, vectors: Iterable[tf.Tensor], applied: tf.Tensor | bool = True
) -> None:
    """Replaces a network's stored vectors.

    Args:
      module: the network.
      vectors: from `arrived`.
      applied: bool scalar; where it is False the stored vectors stay.
    """
    for layer, left in zip(layers_of(module), vectors):
        layer.left.assign(tf.where(applied, left, layer.left))
