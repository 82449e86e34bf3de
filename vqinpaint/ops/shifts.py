"""Paddings and shifts that keep raster-order causality, after PixelCNN++."""

import tensorflow as tf


def shift_down(x):
    """Moves the grid one row down; the first row becomes zero. [B, h, w, C]"""
    return tf.pad(x, [[0, 0], [1, 0], [0, 0], [0, 0]])[:, :-1]


def shift_right(x):
    """Moves the grid one column right; the first column becomes zero. [B, h, w, C]"""
    return tf.pad(x, [[0, 0], [0, 0], [1, 0], [0, 0]])[:, :, :-1]


def pad_down(x, kernel_height, kernel_width):
    """Pads so that a VALID kernel sees this row and the rows above, centred sideways."""
    side = (kernel_width - 1) // 2
    return tf.pad(x, [[0, 0], [kernel_height - 1, 0], [side, side], [0, 0]])


def pad_down_right(x, kernel_height, kernel_width):
    """Pads so that a VALID kernel sees nothing below or to the right of its place."""
    return tf.pad(x, [[0, 0], [kernel_height - 1, 0], [kernel_width - 1, 0], [0, 0]])
