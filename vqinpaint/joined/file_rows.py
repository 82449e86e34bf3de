"""Rows of encoded pictures, as every family's signatures take them."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.joined.rows import draw_fault, same_number
from vqinpaint.ops import decoding, encoded


def rows_of_files(
    image_bytes: tf.Tensor,
    mask_bytes: tf.Tensor,
    seed: tf.Tensor,
    temperature: tf.Tensor,
) -> list[tf.Tensor]:
    """The inputs of a batch, which must have the same number of rows."""
    return same_number(
        image_bytes=image_bytes,
        mask_bytes=mask_bytes,
        seed=seed,
        temperature=temperature,
    )


def decoded_row(
    image_bytes: tf.Tensor,
    mask_bytes: tf.Tensor,
    seed: tf.Tensor,
    temperature: tf.Tensor,
    number: int,
) -> tuple[tuple[tf.Tensor, ...], tf.Tensor]:
    """One row's picture, mask, seed and temperature, and what is wrong with them.

    Args:
      image_bytes, mask_bytes: string [], encoded pictures.
      seed, temperature: of the row.
      number: completions of the row.
    """
    pictures, fault = decoding.decode(image_bytes=image_bytes, mask_bytes=mask_bytes)
    fault = tf.strings.join([fault, draw_fault(seed, temperature, number)])
    return (*pictures.values(), seed, temperature), fault


def fitted(
    image: tf.Tensor, mask: tf.Tensor, side: int
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """A decoded row at the model's side.

    Returns:
      (mask of the picture's own size; picture and mask uint8 [side, side, ...]).
    """
    mask = encoded.mask_like(decoding.to_grey(mask), image)
    return mask, *encoded.fit(image, mask, side)
