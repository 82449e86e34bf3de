"""Spectrally normalised convolution of the discriminator."""

import tensorflow as tf

from vqinpaint.environment.keras2 import keras


def _normalise(vector):
    return vector / (tf.norm(vector) + 1e-12)


class SpectralConvolution(keras.layers.Conv2D):
    """Convolution divided by the largest singular value of its kernel.

    Miyato et al. 2018, algorithm 1: one power iteration per forward pass, from the
    stored left vector. The kernel itself is never overwritten and the gradient passes
    through the singular value. A call moves nothing; training passes `arrived`
    on to `move`.
    [B, h, w, C] -> [B, ceil(h / 2), ceil(w / 2), filters]

    An accident of the authors' TF1 graph is kept: there the backward pass reads the
    left vector after it was moved, so that the gradient through the power iteration
    uses the new vector where the value used the old one.
    """

    def __init__(self, filters, kernel_size=5, strides=2, **kwargs):
        # Norms are taken in full precision, whatever the convolution computes in.
        self._product = keras.mixed_precision.global_policy().compute_dtype
        kwargs.setdefault("padding", "same")
        kwargs.setdefault(
            "kernel_initializer", keras.initializers.TruncatedNormal(stddev=0.05)
        )
        kwargs["dtype"] = "float32"
        super().__init__(filters, kernel_size, strides, **kwargs)

    def build(self, input_shape):
        super().build(input_shape)
        self.left = self.add_weight(
            "left",
            (1, self.filters),
            initializer=keras.initializers.TruncatedNormal(stddev=1.0),
            trainable=False,
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )

    def call(self, x):
        kernel, _ = self._normalised(self.kernel)
        x, kernel, bias = (tf.cast(v, self._product) for v in (x, kernel, self.bias))
        return tf.nn.bias_add(self.convolution_op(x, kernel), bias)

    def arrived(self):
        """[1, filters] the left vector that a call with the present kernel arrives at."""
        return self._normalised(self.kernel)[1]

    def move(self, left, applied=True):
        """Replaces the left vector, or, where `applied` (bool scalar) is False, not."""
        self.left.assign(tf.where(applied, left, self.left))

    def _normalised(self, kernel):
        matrix = tf.reshape(kernel, [-1, self.filters])
        fixed = tf.stop_gradient(matrix)
        start = tf.matmul(self.left, fixed, transpose_b=True)
        left = _normalise(tf.matmul(_normalise(start), fixed))
        left = tf.stop_gradient(left)
        # Worth `start`, with the gradient of left * matrix^T: the accident above.
        moved = tf.matmul(left, matrix, transpose_b=True)
        right = _normalise(start + moved - tf.stop_gradient(moved))
        sigma = tf.matmul(tf.matmul(right, matrix), left, transpose_b=True)
        return kernel / sigma[0, 0], left
