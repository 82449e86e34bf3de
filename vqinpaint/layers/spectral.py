"""Spectrally normalised convolution of the discriminator."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras


def _normalise(vector):
    return vector / (tf.norm(vector) + 1e-12)


class SpectralConvolution(keras.layers.Conv2D):
    """Convolution whose kernel is divided by its largest singular value.

    Miyato et al. 2018, algorithm 1: one power iteration per forward pass, from the
    stored left vector. The kernel itself is never overwritten and the gradient passes
    through the singular value. A call does not move the stored vector; training passes
    the result of `arrived` on to `move`.

    Call with x [B, h, w, C] -> [B, ceil(h / strides), ceil(w / strides), filters].

    One property of the authors' graph (`snconv2d` in net/nn.py) is kept on purpose:
    there the backward pass reads the left vector after it was moved, so that the
    gradient through the power iteration uses the new vector where the value used the
    old one.

    Args:
      filters, kernel_size, strides: as of `keras.layers.Conv2D`.
      product_dtype: name of the type that the convolution computes and returns; None
        takes that of Keras's global policy. Weights and norms are float32 always.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int] = 5,
        strides: int | tuple[int, int] = 2,
        product_dtype: str | None = None,
        **kwargs,
    ):
        kwargs.setdefault("padding", "same")
        kwargs.setdefault(
            "kernel_initializer", keras.initializers.TruncatedNormal(stddev=0.05)
        )
        kwargs["dtype"] = "float32"
        super().__init__(filters, kernel_size, strides, **kwargs)
        policy = keras.mixed_precision.global_policy()
        self.product_dtype = product_dtype or policy.compute_dtype

    def build(self, input_shape: tf.TensorShape) -> None:
        super().build(input_shape)
        self.left = self.add_weight(
            "left",
            (1, self.filters),
            initializer=keras.initializers.TruncatedNormal(stddev=1.0),
            trainable=False,
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )

    def call(self, x: tf.Tensor) -> tf.Tensor:
        kernel, _ = self._normalised(self.kernel)
        x, kernel, bias = (
            tf.cast(v, self.product_dtype) for v in (x, kernel, self.bias)
        )
        return tf.nn.bias_add(self.convolution_op(x, kernel), bias)

    def arrived(self) -> tf.Tensor:
        """The left vector at which a call with the present kernel arrives.

        Returns:
          float32 [1, filters], of length one.
        """
        return self._normalised(self.kernel)[1]

    def move(self, left: tf.Tensor, applied: tf.Tensor | bool = True) -> None:
        """Replaces the stored left vector.

        Args:
          left: float32 [1, filters], from `arrived`.
          applied: bool scalar; where it is False the stored vector stays.
        """
        self.left.assign(tf.where(applied, left, self.left))

    def get_config(self) -> dict:
        return {**super().get_config(), "product_dtype": self.product_dtype}

    def _normalised(self, kernel):
        """(kernel over its largest singular value, the left vector arrived at)."""
        matrix = tf.reshape(kernel, [-1, self.filters])
        fixed = tf.stop_gradient(matrix)
        start = tf.matmul(self.left, fixed, transpose_b=True)
        left = _normalise(tf.matmul(_normalise(start), fixed))
        left = tf.stop_gradient(left)
        # The value of `start` with the gradient of left * matrix^T, as said above.
        moved = tf.matmul(left, matrix, transpose_b=True)
        right = _normalise(start + moved - tf.stop_gradient(moved))
        sigma = tf.matmul(tf.matmul(right, matrix), left, transpose_b=True)
        return kernel / sigma[0, 0], left
