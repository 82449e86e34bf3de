"""Random holes as Pluralistic Image Completion draws them for training.

Like those of `ops.masks` they are made inside the graph of rows of random numbers. Sizes
in pixels are the authors' and do not scale with the picture, so that sides of 256 are
meant. The authors draw irregular holes with OpenCV; here the same shapes are drawn exactly
to their borders, where up to 1.4 % of the pixels differ from OpenCV's.
"""

from __future__ import annotations

import math

import tensorflow as tf

from vqinpaint.ops.masks import drawn, integers

_BOXES = (1, 5)  # boxes in a regular hole
_SHAPES = (16, 64)  # shapes in an irregular hole
_THICKNESS = (4, 20)  # of lines and arcs, and radius of discs, in pixels
_TURNS = (3, 180)  # of arcs, in degrees
_LINE, _DISC, _ARC = 0, 1, 2
# Shares of the shapes up to which a draw makes a line, and then a disc.
_LINES, _DISCS = 0.6, 0.8
_PARTS = 18  # straight parts of an arc
# Random numbers of a hole: a coin, a number and the boxes', a number and the shapes'.
_SIZES = (1, 1, 4 * _BOXES[1], 1, 9 * _SHAPES[1])


def draws(seed: tf.Tensor) -> tf.Tensor:
    """All random numbers of one hole: float32 [n], as `ops.masks.draws`."""
    return tf.random.stateless_uniform([sum(_SIZES)], seed)


def regular(size: int, draws: tf.Tensor) -> tf.Tensor:
    """One to five boxes, the smaller the more there are.

    Args:
      size: side of the masks in pixels, a multiple of 16.
      draws: float32 [B, n], rows from the function `draws`.

    Returns:
      bool [B, size, size, 1].
    """
    _, number, rows, *_ = tf.split(draws, _SIZES, axis=1)
    number = integers(number, *_BOXES)
    rows = tf.reshape(rows, [-1, _BOXES[1], 4])
    corner = integers(
        rows[..., :2], 0.0, tf.floor(size - size / (number + 1))[..., None]
    )
    least = tf.floor(size / (number + 7))[..., None]
    sides = integers(rows[..., 2:], least, size - corner)
    used = tf.range(_BOXES[1], dtype=tf.float32) < number
    return boxes(size, tf.concat([corner, sides], axis=-1), used)


def boxes(size: int, values: tf.Tensor, used: tf.Tensor) -> tf.Tensor:
    """Draws boxes.

    Args:
      size: side of the masks in pixels.
      values: float32 [B, N, 4], first row and column, height and width.
      used: bool [B, N], whether the box is drawn.

    Returns:
      bool [B, size, size, 1].
    """
    first, sides = values[..., :2, None], values[..., 2:, None]
    places = tf.range(size, dtype=tf.float32)
    inside = (places >= first) & (places < first + sides)  # [B, N, 2, size]
    inside &= used[..., None, None]
    both = inside[:, :, 0, :, None] & inside[:, :, 1, None]
    return tf.reduce_any(both, axis=1)[..., None]


def irregular(size: int, draws: tf.Tensor) -> tf.Tensor:
    """16 to 64 lines, discs and arcs of ellipses; arguments and result as of `regular`."""
    *_, number, rows = tf.split(draws, _SIZES, axis=1)
    used = tf.range(_SHAPES[1], dtype=tf.float32) < integers(number, *_SHAPES)
    rows = tf.reshape(rows, [-1, _SHAPES[1], 9])
    coin = rows[..., 0]
    kinds = tf.where(coin < _LINES, _LINE, tf.where(coin < _DISCS, _DISC, _ARC))
    places = integers(rows[..., 1:5], 1.0, float(size))
    turns = integers(rows[..., 5:8], *map(float, _TURNS))
    thickness = integers(rows[..., 8:], *map(float, _THICKNESS))
    values = tf.concat([places, turns, thickness], axis=-1)
    return shapes(size, kinds, values, used)


def shapes(
    size: int, kinds: tf.Tensor, values: tf.Tensor, used: tf.Tensor
) -> tf.Tensor:
    """Draws lines, discs and arcs.

    Args:
      size: side of the masks in pixels, a multiple of 16.
      kinds: int32 [B, N], 0 for a line, 1 for a disc, 2 for an arc.
      values: float32 [B, N, 8]. First four places in pixels: x and x, y and y of a line's
        ends; x and y of a disc, and two that are not looked at; x and y of an ellipse's
        centre, and its half-axes. Then an ellipse's turn and the angles at which its arc
        begins and ends, in degrees. Last the thickness, or the radius of a disc.
      used: bool [B, N], whether the shape is drawn.

    Returns:
      bool [B, size, size, 1].
    """
    a, b, c, d, turn, begin, end, thickness = tf.unstack(values, axis=-1)
    is_arc = kinds == _ARC
    # Lines and discs are drawn as the first part of what would be their arc.
    line = tf.stack([a, c], axis=-1), tf.stack([b, d], axis=-1)
    centre = tf.stack([a, b], axis=-1)
    is_line = (kinds == _LINE)[..., None]
    starts, ends = (tf.where(is_line, point, centre) for point in line)
    share = tf.range(_PARTS + 1, dtype=tf.float32) / _PARTS
    angle = (begin[..., None] + (end - begin)[..., None] * share) * math.pi / 180
    along, across = c[..., None] * tf.cos(angle), d[..., None] * tf.sin(angle)
    turn = turn[..., None] * math.pi / 180
    x = along * tf.cos(turn) - across * tf.sin(turn)
    y = along * tf.sin(turn) + across * tf.cos(turn)
    points = centre[..., None, :] + tf.stack([x, y], axis=-1)  # [B, N, parts + 1, 2]
    choose = is_arc[..., None, None]
    starts = tf.where(choose, points[..., :-1, :], starts[..., None, :])
    ends = tf.where(choose, points[..., 1:, :], ends[..., None, :])
    radius = tf.where(kinds == _DISC, thickness, thickness / 2 + 0.5)
    first = tf.range(_PARTS) == 0
    drawn_parts = used[..., None] & (is_arc[..., None] | first)
    many = _PARTS * values.shape[1]
    return drawn(
        size,
        tf.reshape(starts, [-1, many, 2]),
        tf.reshape(ends, [-1, many, 2]),
        tf.repeat(radius, _PARTS, axis=1),
        tf.reshape(drawn_parts, [-1, many]),
    )


def pic(size: int, draws: tf.Tensor) -> tf.Tensor:
    """`regular` or `irregular`, each with probability 1/2: the authors' default.

    Arguments and result are as of `regular`.
    """
    tails = draws[:, 0] >= 0.5
    shown = irregular(size, tf.boolean_mask(draws, tails))
    return tf.tensor_scatter_nd_update(regular(size, draws), tf.where(tails), shown)
