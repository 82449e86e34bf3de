"""Losses of Pluralistic Image Completion, each a mean over batch and places."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from vqinpaint.ops.gaussians import Gaussian, divergence, prior_of_hole
from vqinpaint.ops.images import resize_aligned
from vqinpaint.ops.shapes import sizes
from vqinpaint.options.pic import PicOptions


def divergences(
    options: PicOptions, mask: tf.Tensor, posterior: Gaussian, prior: Gaussian
) -> dict[str, tf.Tensor]:
    """How far the posterior is from the hole's prior, and the learned prior from it.

    Args:
      options: `kl_direction` is that of the first divergence; with one path the learned
        prior is held against that of the hole instead of the posterior.
      mask: float32 [B, H, W, 1], 1 where missing.
      posterior, prior: what the heads give, [B, h, w, Z].

    Returns:
      `kl_rec` and `kl_g`, float32 [] each, in nats a value, not weighted.
    """
    wide = prior_of_hole(mask)
    pair = (wide, posterior) if options.kl_direction == "code" else (posterior, wide)
    target = wide if options.train_paths == "one" else posterior.fixed()
    return {
        "kl_rec": tf.reduce_mean(divergence(*pair)),
        "kl_g": tf.reduce_mean(divergence(target, prior)),
    }


def error_over_scales(
    pictures: Sequence[tf.Tensor], image: tf.Tensor, mask: tf.Tensor | None = None
) -> tf.Tensor:
    """Sum over the scales of the mean absolute error.

    Args:
      pictures: [B, H_s, W_s, 3] each.
      image: the truth, [B, H, W, 3]; it is resized to each scale.
      mask: float32 [B, H, W, 1], 1 where an error does not count; the mean is over all
        pixels all the same. At smaller scales its border is soft.
    """

    def at(picture):
        size = sizes(picture)[1:3]
        error = tf.abs(picture - resize_aligned(image, size))
        return error if mask is None else error * resize_aligned(1 - mask, size)

    return tf.add_n([tf.reduce_mean(at(picture)) for picture in pictures])


def discriminator(kind: str, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """Loss of a discriminator: half of that of pictures and half of that of others.

    Args:
      kind: "lsgan" or "hinge".
      real, fake: scores of any shape.
    """
    if kind == "hinge":
        up, down = tf.nn.relu(1 - real), tf.nn.relu(1 + fake)
    else:
        up, down = tf.square(real - 1), tf.square(fake)
    return 0.5 * (tf.reduce_mean(up) + tf.reduce_mean(down))


def adversarial(kind: str, fake: tf.Tensor) -> tf.Tensor:
    """Loss of the generator whose pictures have these scores; see `discriminator`."""
    if kind == "hinge":
        return -tf.reduce_mean(fake)
    return tf.reduce_mean(tf.square(fake - 1))
