"""Paddings and shifts that keep the raster order causal (PixelCNN++, Salimans et al. 2017).

Gated PixelCNN (van den Oord et al. 2016, section 2.2) splits what a place may see into
the rows above it and the places to its left, so that stacked convolutions leave no blind
spot. Convolutions over the rows above are padded by `pad_down`, those that see their own
row as well by `pad_down_right`. Both see their own place; the shifts after the first ones
take it away.
"""

from __future__ import annotations

import tensorflow as tf


def shift_down(x: tf.Tensor) -> tf.Tensor:
    """Moves a grid one row down, so that each place holds what was above it.

    Args:
      x: [B, h, w, C].

    Returns:
      [B, h, w, C]; the first row is zero.
    """
    return tf.pad(x, [[0, 0], [1, 0], [0, 0], [0, 0]])[:, :-1]


def shift_right(x: tf.Tensor) -> tf.Tensor:
    """Moves a grid one column right, so that each place holds what was left of it.

    Args:
      x: [B, h, w, C].

    Returns:
      [B, h, w, C]; the first column is zero.
    """
    return tf.pad(x, [[0, 0], [0, 0], [1, 0], [0, 0]])[:, :, :-1]


def pad_down(x: tf.Tensor, kernel_height: int, kernel_width: int) -> tf.Tensor:
    """Pads so that a VALID kernel sees its own row and rows above, centred sideways.

    Args:
      x: [B, h, w, C].
      kernel_height: rows of the kernel.
      kernel_width: columns of the kernel, odd.

    Returns:
      [B, h + kernel_height - 1, w + kernel_width - 1, C].
    """
    side = (kernel_width - 1) // 2
    return tf.pad(x, [[0, 0], [kernel_height - 1, 0], [side, side], [0, 0]])


def pad_down_right(x: tf.Tensor, kernel_height: int, kernel_width: int) -> tf.Tensor:
    """Pads so that a VALID kernel sees nothing below its place or to its right.

    Args:
      x: [B, h, w, C].
      kernel_height: rows of the kernel.
      kernel_width: columns of the kernel.

    Returns:
      [B, h + kernel_height - 1, w + kernel_width - 1, C].
    """
    return tf.pad(x, [[0, 0], [kernel_height - 1, 0], [kernel_width - 1, 0], [0, 0]])
