"""Diagonal Gaussians over latent maps, and the divergence between them."""

from __future__ import annotations

from typing import NamedTuple, Union

import tensorflow as tf


class Gaussian(NamedTuple):
    """Independent normal distributions, one for each value of a tensor."""

    mean: Union[tf.Tensor, float]
    deviation: tf.Tensor

    @classmethod
    def of(cls, raw: tf.Tensor) -> Gaussian:
        """From a network's output [..., 2 C]: means, then deviations before a softplus."""
        mean, deviation = tf.split(raw, 2, axis=-1)
        return cls(mean, tf.nn.softplus(deviation))

    def at(self, noise: tf.Tensor) -> tf.Tensor:
        """A draw, from standard normal noise of the shape of the means."""
        return self.mean + self.deviation * noise

    def fixed(self) -> Gaussian:
        """The same, as a constant for the gradient."""
        return Gaussian(tf.stop_gradient(self.mean), tf.stop_gradient(self.deviation))


def divergence(a: Gaussian, b: Gaussian) -> tf.Tensor:
    """Kullback-Leibler divergence KL(a || b) of every value, in nats.

    Example:
      >>> import tensorflow as tf
      >>> from vqinpaint.ops.gaussians import Gaussian, divergence
      >>> one = tf.constant([1.0])
      >>> divergence(Gaussian(one, one), Gaussian(0.0, one)).numpy().tolist()
      [0.5]
    """
    ratio = tf.square(a.deviation / b.deviation)
    distance = tf.square((a.mean - b.mean) / b.deviation)
    return 0.5 * (ratio + distance - 1 - tf.math.log(ratio))


def prior_of_hole(mask: tf.Tensor) -> Gaussian:
    """The prior of what a hole hides: the larger the hole, the wider.

    Args:
      mask: float32 [B, H, W, 1], 1 where missing.

    Returns:
      Gaussian of mean 0 and deviation float32 [B, 1, 1, 1], 0.17 to 1.
    """
    visible = tf.reduce_mean(1 - mask, axis=[1, 2, 3], keepdims=True) - 1e-5
    return Gaussian(0.0, tf.sigmoid(-8 * (visible - 0.8)))
