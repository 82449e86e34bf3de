"""Codebook that follows a moving average of the vectors it replaces."""

from typing import NamedTuple

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.ops import vq


class Quantized(NamedTuple):
    """Result of a code look-up."""

    vectors: (
        tf.Tensor
    )  # [B, h, w, D] nearest codes; the gradient passes straight through
    indices: tf.Tensor  # int32 [B, h, w]
    commitment: tf.Tensor  # [B] mean squared distance to the codes, for the encoder


class Usage(NamedTuple):
    """What each code was chosen for in a batch, or in a sum of batches."""

    counts: tf.Tensor  # [K] how often
    sums: tf.Tensor  # [D, K] sum of the vectors it stood for


class Codebook(keras.layers.Layer):
    """Nearest-code look-up with codes learned by moving averages (VQ-VAE, appendix A.1).

    [B, h, w, D] -> Quantized

    Codes are running sums of their vectors over running counts. Both averages are
    zero-debiased as in TensorFlow 1 (Adam's correction), so the first step in training
    replaces the initial codes entirely: a code that wins no vector then becomes zero.
    A call moves nothing; training passes `usage` on to `follow`.

    Args:
      size: number of codes K.
      decay: of the moving averages.
      epsilon: Laplace smoothing of the counts.
    """

    def __init__(self, size, decay=0.99, epsilon=1e-5, **kwargs):
        # Distances need full precision, whatever the network computes in.
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.size = size
        self.decay = decay
        self.epsilon = epsilon

    def build(self, input_shape):
        depth = input_shape[-1]
        # Each replica computes the same new value from sums over all of them.
        same = {
            "trainable": False,
            "synchronization": tf.VariableSynchronization.ON_READ,
            "aggregation": tf.VariableAggregation.ONLY_FIRST_REPLICA,
        }
        self.codes = self.add_weight(
            "codes",
            (depth, self.size),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            **same,
        )
        self.counts = self.add_weight(
            "counts", (self.size,), initializer="zeros", **same
        )
        self.sums = self.add_weight(
            "sums", (depth, self.size), initializer="zeros", **same
        )
        self.biased_counts = self.add_weight(
            "biased_counts", (self.size,), initializer="zeros", **same
        )
        self.biased_sums = self.add_weight(
            "biased_sums", (depth, self.size), initializer="zeros", **same
        )
        self.steps_taken = self.add_weight(
            "steps_taken", (), initializer="zeros", **same
        )

    def call(self, x):
        indices = vq.nearest_code(x, self.codes)
        vectors = self.vectors_of(indices)
        commitment = tf.reduce_mean(
            tf.math.squared_difference(x, tf.stop_gradient(vectors)), axis=[1, 2, 3]
        )
        straight_through = x + tf.stop_gradient(vectors - x)
        return Quantized(straight_through, indices, commitment)

    def vectors_of(self, indices):
        """Code vectors by index: int [...] -> [..., D]."""
        return vq.look_up(indices, self.codes)

    def usage(self, x, indices):
        """`Usage` of a call with x [B, h, w, D] that returned indices [B, h, w]."""
        flat = tf.stop_gradient(tf.reshape(x, [-1, x.shape[-1]]))
        chosen = tf.one_hot(tf.reshape(indices, [-1]), self.size)
        return Usage(
            tf.reduce_sum(chosen, axis=0), tf.matmul(flat, chosen, transpose_a=True)
        )

    def follow(self, usage, applied=True):
        """Moves both averages by one step and rebuilds the codes from them.

        Args:
          usage: `Usage` of the whole batch, over all replicas.
          applied: bool scalar; False leaves everything as it was.
        """
        steps = self.steps_taken + 1
        debias = 1 - tf.pow(self.decay, steps)
        biased_counts = vq.blend(self.biased_counts, usage.counts, self.decay)
        biased_sums = vq.blend(self.biased_sums, usage.sums, self.decay)
        counts, sums = biased_counts / debias, biased_sums / debias
        total = tf.reduce_sum(counts)
        smoothed = (counts + self.epsilon) / (total + self.size * self.epsilon) * total
        moved = (
            (self.steps_taken, steps),
            (self.biased_counts, biased_counts),
            (self.biased_sums, biased_sums),
            (self.counts, counts),
            (self.sums, sums),
            (self.codes, sums / smoothed),
        )
        for variable, value in moved:
            variable.assign(tf.where(applied, value, variable))

    def get_config(self):
        return {
            **super().get_config(),
            "size": self.size,
            "decay": self.decay,
            "epsilon": self.epsilon,
        }
