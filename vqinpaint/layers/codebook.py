"""Codebook that follows a moving average of the vectors it replaces."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.ops import vq


class Quantized(NamedTuple):
    """Result of a code look-up."""

    # float32 [B, h, w, D], the nearest codes; gradients pass to the input unchanged.
    vectors: tf.Tensor
    indices: tf.Tensor  # int32 [B, h, w], which codes
    commitment: (
        tf.Tensor
    )  # float32 [B], mean squared distance of the input to its codes


class Usage(NamedTuple):
    """How often each code was chosen in a batch and what for; batches can be summed."""

    counts: tf.Tensor  # float32 [K]
    sums: tf.Tensor  # float32 [D, K], sum of the vectors that each code stands for


class Codebook(keras.layers.Layer):
    """Look-up of the nearest of K codes, which are learned by moving averages.

    VQ-VAE (van den Oord et al. 2017), appendix A.1; `vector_quantize` in the authors'
    net/nn.py. Call with x [B, h, w, D] -> `Quantized`.

    A code is the moving sum of the vectors that it stood for over the moving count of
    them. Both averages are zero-debiased as in TensorFlow 1 (the correction that Adam
    makes), so the first step in training replaces the initial codes entirely: a code
    that wins no vector then becomes zero. A call changes no variable; training passes
    `usage` on to `follow`.

    Args:
      size: number of codes K.
      decay: of both moving averages, between 0 and 1.
      epsilon: Laplace smoothing of the counts.
    """

    def __init__(self, size: int, decay: float = 0.99, epsilon: float = 1e-5, **kwargs):
        # Distances need full precision, whatever the network computes in.
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.size = size
        self.decay = decay
        self.epsilon = epsilon

    def build(self, input_shape: tf.TensorShape) -> None:
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

    def call(self, x: tf.Tensor) -> Quantized:
        indices = vq.nearest_code(x, self.codes)
        vectors = self.vectors_of(indices)
        commitment = tf.reduce_mean(
            tf.math.squared_difference(x, tf.stop_gradient(vectors)), axis=[1, 2, 3]
        )
        straight_through = x + tf.stop_gradient(vectors - x)
        return Quantized(straight_through, indices, commitment)

    def vectors_of(self, indices: tf.Tensor) -> tf.Tensor:
        """Code vectors by index: int [...] -> float32 [..., D]."""
        return vq.look_up(indices, self.codes)

    def usage(self, x: tf.Tensor, indices: tf.Tensor) -> Usage:
        """What a call chose its codes for.

        Args:
          x: float [B, h, w, D], the input of the call.
          indices: int32 [B, h, w], which the call returned for it.
        """
        flat = tf.stop_gradient(tf.reshape(x, [-1, x.shape[-1]]))
        chosen = tf.one_hot(tf.reshape(indices, [-1]), self.size)
        return Usage(
            tf.reduce_sum(chosen, axis=0), tf.matmul(flat, chosen, transpose_a=True)
        )

    def follow(self, usage: Usage, applied: tf.Tensor | bool = True) -> None:
        """Moves both averages by one step and rebuilds the codes from them.

        Args:
          usage: of the whole batch, summed over all replicas.
          applied: bool scalar; where it is False every variable stays as it is.
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

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "size": self.size,
            "decay": self.decay,
            "epsilon": self.epsilon,
        }
