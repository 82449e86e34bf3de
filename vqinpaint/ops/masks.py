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
    left, right = _spans(size, starts, ends, widths / 2)
    first = tf.cast(tf.clip_by_value(tf.math.ceil(left), 0, size), tf.int32)
    last = tf.cast(tf.clip_by_value(tf.floor(right) + 1, 0, size), tf.int32)
    drawn = used[:, None] & (first < last)
    # One up where a span begins and one down after it; the sums along a row say how many
    # spans cover a pixel. Much cheaper than to ask every pixel for its distance.
    rows = tf.broadcast_to(tf.range(size)[None] * (size + 1), first.shape)
    places = tf.boolean_mask(tf.stack([rows + first, rows + last]), drawn, axis=1)
    change = tf.constant([[1], [-1]]) * tf.ones_like(places)
    edges = tf.math.unsorted_segment_sum(change, places, size * (size + 1))
    cover = tf.cumsum(tf.reshape(edges, [size, size + 1]), axis=1)[:, :size]
    return tf.cast(cover > 0, tf.float32)[..., None]


def _spans(size, starts, ends, radius):
    """Where each row of pixels lies within `radius` of a segment.

    The points near a segment are a disc at each end and a strip between them. They are
    convex, so that what they share with a row is one span.

    Args:
      size: number of rows.
      starts, ends: [N, 2] x and y.
      radius: [N].

    Returns:
      (left, right) [N, size]; left > right where a row is out of reach.
    """
    y = tf.range(size, dtype=tf.float32)[None]
    radius = radius[:, None]
    x_a, y_a = starts[:, :1], starts[:, 1:]
    along_x, along_y = tf.unstack((ends - starts)[:, None], axis=-1)
    far = 4.0 * size  # beyond any pixel

    def between(low, high, slope):
        """Span of x with low <= slope * x <= high, for slopes of either sign."""
        flat = tf.abs(slope) < 1e-6
        bounds = tf.stack([low, high]) / tf.where(flat, 1.0, slope)
        inside = (low <= 0) & (high >= 0)
        left = tf.where(inside, -far, far)
        return (
            tf.where(flat, left, tf.reduce_min(bounds, 0)),
            tf.where(flat, -left, tf.reduce_max(bounds, 0)),
        )

    def disc(x, centre):
        reach = radius**2 - (y - centre) ** 2
        half = tf.where(reach >= 0, tf.sqrt(tf.maximum(reach, 0)), -2 * far)
        return x - half, x + half

    length = tf.sqrt(along_x**2 + along_y**2)
    below = y - y_a
    # Across: no further than the radius from the line; along: between its ends.
    across = between(
        below * along_x - radius * length, below * along_x + radius * length, along_y
    )
    along = between(-below * along_y, length**2 - below * along_y, along_x)
    strip = x_a + tf.maximum(across[0], along[0]), x_a + tf.minimum(across[1], along[1])
    empty = (strip[0] > strip[1]) | (length < 1e-3)  # then its discs are all
    strip = tf.where(empty, far, strip[0]), tf.where(empty, -far, strip[1])
    parts = [disc(x_a, y_a), disc(ends[:, :1], ends[:, 1:]), strip]
    # Rounding must not cost a pixel on the very edge.
    left = tf.reduce_min(tf.stack([part[0] for part in parts]), axis=0) - 1e-3
    return left, tf.reduce_max(tf.stack([part[1] for part in parts]), axis=0) + 1e-3


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
