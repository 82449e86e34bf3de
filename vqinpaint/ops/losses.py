"""Losses, one value per picture or place; the stages average them."""

from __future__ import annotations

import math

import tensorflow as tf

from vqinpaint.ops import vq


def squared_error(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Mean squared error of each picture.

    Args:
      a, b: [B, H, W, C].

    Returns:
      [B].
    """
    return tf.reduce_mean(tf.math.squared_difference(a, b), axis=[1, 2, 3])


def absolute_error(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Mean absolute error of each picture.

    Args:
      a, b: [B, H, W, C].

    Returns:
      [B].
    """
    return tf.reduce_mean(tf.abs(a - b), axis=[1, 2, 3])


def bits(logits: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
    """Bits of each code under the prior: its negative log-likelihood to base 2.

    Args:
      logits: [..., K].
      indices: int [...], the codes.

    Returns:
      [...], 0 or more.
    """
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=indices, logits=logits)
    return nats / math.log(2)


def code_feature_loss(
    features: tf.Tensor, indices: tf.Tensor, codes: tf.Tensor
) -> tf.Tensor:
    """Cross-entropy between squashed distances to the codes and the true codes.

    The VQ feature losses of the paper's section 3.4, with the authors' logit scale of 10.

    Args:
      features: [B, h, w, D] encoder output for a completed picture.
      indices: int [B, h, w] codes of the true picture.
      codes: [D, K], one code a column.

    Returns:
      [B * h * w] nats.
    """
    logits = 10 * vq.squashed_similarity(vq.squared_distances(features, codes))
    return tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.reshape(indices, [-1]), logits=logits
    )


def hinge_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """Hinge loss of the discriminator (SN-PatchGAN, Yu et al. 2019).

    Half the loss of real scores below 1 plus half that of fake scores above -1; the
    halves are the authors'.

    Args:
      real: [B, N] scores of true pictures.
      fake: [B, N] scores of completions.

    Returns:
      [B], 0 or more.
    """
    return 0.5 * tf.reduce_mean(tf.nn.relu(1 - real), axis=-1) + 0.5 * tf.reduce_mean(
        tf.nn.relu(1 + fake), axis=-1
    )


def hinge_generator(fake: tf.Tensor) -> tf.Tensor:
    """Adversarial loss of the generator: minus the mean score of its completions.

    Args:
      fake: [B, N] scores.

    Returns:
      [B].
    """
    return -tf.reduce_mean(fake, axis=-1)
