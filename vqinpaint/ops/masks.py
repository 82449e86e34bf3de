"""Holes for training, drawn from a seed inside the graph: 1 where missing.

Each function returns float32 [size, size, 1]. The recipes are the authors', stated for
256x256 pictures and scaled to other sizes.
"""

import math

import tensorflow as tf

_STROKES = (1, 3)  # strokes in a mask
_VERTICES = (4, 11)  # corners of a stroke, first point not counted
_WIDTH = (12, 39)  # in pixels of a 256x256 picture
_TURN = 2 * math.pi / 5  # mean angle between segments
_TURN_RANGE = 2 * math.pi / 15


def center(size):
    """The middle half of both sides: a quarter of the area."""
    quarter = size // 4
    inner = tf.ones([size - 2 * quarter, size - 2 * quarter, 1])
    return tf.pad(inner, [[quarter, quarter], [quarter, quarter], [0, 0]])


def box(size, seed):
    """A square of half the side at a random place. seed: int [2]."""
    half = size // 2
    top, left = tf.unstack(
        tf.random.stateless_uniform([2], seed, 0, size - half + 1, dtype=tf.int32)
    )
    inner = tf.ones([half, half, 1])
    return tf.pad(
        inner,
        [[top, size - half - top], [left, size - half - left], [0, 0]],
    )


def strokes(size, seed):
    """Free-form brush strokes (Yu et al. 2019, algorithm 1). seed: int [2].

    One to three chains of round-ended segments. The authors' code then means to mirror
    the mask at random, but throws the mirrored copy away; so no mirroring here either.
    """
    starts, ends, widths, used = _segments(size, seed)
    axis = tf.range(size, dtype=tf.float32)
    x, y = axis[None, None, :], axis[None, :, None]

    def part(vector, i):  # one coordinate of all segments, against the pixel grid
        return vector[:, i][:, None, None]

    along_x, along_y = part(ends - starts, 0), part(ends - starts, 1)
    from_x, from_y = x - part(starts, 0), y - part(starts, 1)
    length = tf.maximum(along_x**2 + along_y**2, 1e-6)
    share = tf.clip_by_value((from_x * along_x + from_y * along_y) / length, 0, 1)
    distance = (from_x - share * along_x) ** 2 + (from_y - share * along_y) ** 2
    inside = (distance <= (widths[:, None, None] / 2) ** 2) & used[:, None, None]
    return tf.cast(tf.reduce_any(inside, axis=0), tf.float32)[..., None]


def _segments(size, seed):
    """Ends [N, 2], widths [N] and which of the N segments to draw, of all strokes."""
    many, corners = _STROKES[1], _VERTICES[1]
    scale = size / 256
    seeds = tf.random.experimental.stateless_split(seed, 7)

    def integers(i, shape, bounds):
        return tf.random.stateless_uniform(
            shape, seeds[i], bounds[0], bounds[1] + 1, dtype=tf.int32
        )

    number = integers(0, [], _STROKES)
    vertices = integers(1, [many, 1], _VERTICES)
    width = tf.floor(tf.cast(integers(2, [many, 1], _WIDTH), tf.float32) * scale)
    point = tf.floor(tf.random.stateless_uniform([many, 2], seeds[3], 0, size))
    spread = tf.random.stateless_uniform([many, 2], seeds[4], 0, _TURN_RANGE)
    low, high = _TURN - spread[:, :1], _TURN + spread[:, 1:]
    angle = low + (high - low) * tf.random.stateless_uniform([many, corners], seeds[5])
    angle = tf.where(tf.range(corners) % 2 == 0, 2 * math.pi - angle, angle)
    mean_radius = math.sqrt(2 * size**2) / 8
    radius = mean_radius + mean_radius // 2 * tf.random.stateless_normal(
        [many, corners], seeds[6]
    )
    radius = tf.clip_by_value(radius, 0, 2 * mean_radius)
    step = tf.stack([radius * tf.cos(angle), radius * tf.sin(angle)], axis=-1)
    points = [point]
    for i in range(corners):
        point = tf.floor(tf.clip_by_value(point + step[:, i], 0, size))
        points.append(point)
    points = tf.stack(points, axis=1)  # [strokes, corners + 1, 2]
    used = (tf.range(corners)[None] < vertices) & (tf.range(many)[:, None] < number)
    flat = [many * corners]
    return (
        tf.reshape(points[:, :-1], [*flat, 2]),
        tf.reshape(points[:, 1:], [*flat, 2]),
        tf.reshape(tf.broadcast_to(width, [many, corners]), flat),
        tf.reshape(used, flat),
    )


def random(size, seed):
    """A coin between `box` and `strokes`, as the authors train for random holes."""
    coin, rest = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
    heads = tf.random.stateless_uniform([], coin) < 0.5
    return tf.cond(heads, lambda: box(size, rest), lambda: strokes(size, rest))
