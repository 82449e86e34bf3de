"""Codebook that follows a moving average of the vectors it replaces."""

from typing import NamedTuple

import tensorflow as tf

from vqinpaint.ops import vq


class Quantized(NamedTuple):
    """Result of a code look-up."""

    vectors: (
        tf.Tensor
    )  # [B, h, w, D] nearest codes; the gradient passes straight through
    indices: tf.Tensor  # int32 [B, h, w]
    commitment: tf.Tensor  # [B] mean squared distance to the codes, for the encoder


class Codebook(tf.keras.layers.Layer):
    """Nearest-code look-up with codes learned by moving averages (VQ-VAE, appendix A.1).

    [B, h, w, D] -> Quantized

    Codes are running sums of their vectors over running counts. Both averages are
    zero-debiased as in TensorFlow 1 (Adam's correction), so the first step in training
    replaces the initial codes entirely: a code that wins no vector then becomes zero.

    Args:
      size: number of codes K.
      decay: of the moving averages.
      epsilon: Laplace smoothing of the counts.
    """

    def __init__(self, size, decay=0.99, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
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
            initializer=tf.keras.initializers.RandomNormal(stddev=1.0),
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

    def call(self, x, training=False):
        indices = vq.nearest_code(x, self.codes)
        vectors = self.vectors_of(indices)
        commitment = tf.reduce_mean(
            tf.math.squared_difference(x, tf.stop_gradient(vectors)), axis=[1, 2, 3]
        )
        if training:
            self._follow(tf.stop_gradient(x), indices)
        straight_through = x + tf.stop_gradient(vectors - x)
        return Quantized(straight_through, indices, commitment)

    def vectors_of(self, indices):
        """Code vectors by index: int [...] -> [..., D]."""
        return vq.look_up(indices, self.codes)

    def _follow(self, x, indices):
        """Moves both averages by one step and rebuilds the codes from them."""
        flat = tf.reshape(x, [-1, x.shape[-1]])
        chosen = tf.one_hot(tf.reshape(indices, [-1]), self.size)
        counts = vq.replica_sum(tf.reduce_sum(chosen, axis=0))
        sums = vq.replica_sum(tf.matmul(flat, chosen, transpose_a=True))
        steps = self.steps_taken + 1
        debias = 1 - tf.pow(self.decay, steps)
        biased_counts = vq.blend(self.biased_counts, counts, self.decay)
        biased_sums = vq.blend(self.biased_sums, sums, self.decay)
        counts, sums = biased_counts / debias, biased_sums / debias
        self.steps_taken.assign(steps)
        self.biased_counts.assign(biased_counts)
        self.biased_sums.assign(biased_sums)
        self.counts.assign(counts)
        self.sums.assign(sums)
        total = tf.reduce_sum(counts)
        smoothed = (counts + self.epsilon) / (total + self.size * self.epsilon) * total
        self.codes.assign(sums / smoothed)

    def get_config(self):
        return {
            **super().get_config(),
            "size": self.size,
            "decay": self.decay,
            "epsilon": self.epsilon,
        }
