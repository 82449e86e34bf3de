"""Holes for training, drawn inside the graph, a batch at a time: true where missing.

The recipes are the authors', stated for 256x256 pictures and scaled to other sizes. All
that chance decides about a picture's hole is one row of `draws`, so that a hole does not
depend on the batch it is drawn in.
"""

import math

import tensorflow as tf

_STROKES = (1, 3)  # strokes in a mask
_VERTICES = (4, 11)  # corners of a stroke, first point not counted
_WIDTH = (12, 39)  # in pixels of a 256x256 picture
_TURN = 2 * math.pi / 5  # mean angle between segments
_TURN_RANGE = 2 * math.pi / 15


# How many numbers each choice takes, in their order in a row of `draws`.
_CHOICES = {
    "coin": [],
    "corner": [2],
    "number": [],
    "vertices": [_STROKES[1], 1],
    "width": [_STROKES[1], 1],
    "start": [_STROKES[1], 2],
    "spread": [_STROKES[1], 2],
    "angle": [_STROKES[1], _VERTICES[1]],
    "radius": [_STROKES[1], _VERTICES[1]],
}


def draws(seed):
    """All that is random about one hole. seed: int [2]. float32 [n], from 0 up to 1."""
    count = sum(math.prod(shape) for shape in _CHOICES.values())
    return tf.random.stateless_uniform([count], seed)


def _choices(draws):
    """float32 [B, n] -> dict of [B, ...] by choice."""
    sizes = [math.prod(shape) for shape in _CHOICES.values()]
    parts = tf.split(draws, sizes, axis=1)
    return {
        name: tf.reshape(part, [-1, *shape])
        for part, (name, shape) in zip(parts, _CHOICES.items())
    }


def _integers(draws, low, high):
    """Whole numbers from `low` to `high`, as float32."""
    return tf.minimum(low + tf.floor(draws * (high - low + 1)), high)


def center(size):
    """The middle half of both sides, a quarter of the area: bool [size, size, 1]."""
    quarter = size // 4
    inner = tf.ones([size - 2 * quarter, size - 2 * quarter, 1], tf.bool)
    return tf.pad(inner, [[quarter, quarter], [quarter, quarter], [0, 0]])


def box(size, draws):
    """Squares of half the side at random places: bool [B, size, size, 1].

    As in the authors' code, whose upper bound is exclusive, a square never touches the
    last row or the last column.
    """
    half = size // 2
    corner = _integers(_choices(draws)["corner"], 0, size - half - 1)[..., None]
    inside = tf.range(size, dtype=tf.float32) - corner
    inside = (inside >= 0) & (inside < half)  # [B, 2, size]
    return (inside[:, 0, :, None] & inside[:, 1, None])[..., None]


def strokes(size, draws):
    """Free-form brush strokes (Yu et al. 2019, algorithm 1): bool [B, size, size, 1].

    One to three chains of round-ended segments. The authors' code then means to mirror
    the mask at random, but throws the mirrored copy away; so no mirroring here either.
    """
    batch = tf.shape(draws)[0]
    *parts, used = segments(size, draws)
    picture = tf.where(used)[:, :1]
    starts, ends, widths = (tf.boolean_mask(part, used) for part in parts)
    left, right = _spans(size, starts, ends, widths / 2)
    first = tf.cast(tf.clip_by_value(tf.math.ceil(left), 0, size), tf.int32)
    last = tf.cast(tf.clip_by_value(tf.floor(right) + 1, 0, size), tf.int32)
    # One up where a span begins and one down after it; the sums along a row say how many
    # spans cover a pixel. Much cheaper than to ask every pixel for its distance.
    rows = (tf.cast(picture, tf.int32) * size + tf.range(size)) * size
    after = tf.where(last < size, rows + last, -1)  # -1 is left out of the sum
    places = tf.boolean_mask(tf.stack([rows + first, after]), first < last, axis=1)
    change = tf.constant([[1.0], [-1.0]]) * tf.ones_like(places, tf.float32)
    edges = tf.math.unsorted_segment_sum(change, places, batch * size * size)
    cover = _running_sums(tf.reshape(edges, [batch * size, size]))
    return tf.reshape(cover, [batch, size, size, 1]) > 0.5


def _running_sums(x, part=16):
    """tf.cumsum of small whole numbers along [..., size], five times as fast.

    First within parts, by a product with a triangle of ones, then over the parts.
    """
    parts = x.shape[1] // part
    upto = tf.linalg.band_part(tf.ones([part, part]), 0, -1)
    within = tf.matmul(tf.reshape(x, [tf.size(x) // part, part]), upto)
    within = tf.reshape(within, [tf.shape(x)[0], parts, part])
    before = tf.linalg.band_part(tf.ones([parts, parts]), 0, -1) - tf.eye(parts)
    return within + tf.matmul(within[..., -1], before)[..., None]


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


def segments(size, draws):
    """All strokes' segments, N a picture.

    Returns:
      (starts [B, N, 2], ends [B, N, 2] as x and y; widths [B, N]; bool [B, N], which to
      draw).
    """
    chosen, scale = _choices(draws), size / 256
    number = _integers(chosen["number"], *_STROKES)[:, None, None]
    vertices = _integers(chosen["vertices"], *_VERTICES)
    width = tf.floor(_integers(chosen["width"], *_WIDTH) * scale)
    spread = _TURN_RANGE * chosen["spread"]
    low, high = _TURN - spread[..., :1], _TURN + spread[..., 1:]
    angle = low + (high - low) * chosen["angle"]
    many, corners = angle.shape[1:]
    angle = tf.where(tf.range(corners) % 2 == 0, 2 * math.pi - angle, angle)
    mean_radius = math.sqrt(2 * size**2) / 8
    # The inverse of the normal distribution, which has no value at 0.
    normal = tf.math.ndtri(tf.maximum(chosen["radius"], 1e-7))
    radius = mean_radius + mean_radius // 2 * normal
    radius = tf.clip_by_value(radius, 0, 2 * mean_radius)
    step = tf.stack([radius * tf.cos(angle), radius * tf.sin(angle)], axis=-1)
    point = tf.floor(size * chosen["start"])
    points = [point]
    for i in range(corners):
        point = tf.floor(tf.clip_by_value(point + step[:, :, i], 0, size))
        points.append(point)
    points = tf.stack(points, axis=2)  # [B, strokes, corners + 1, 2]
    places = tf.range(corners, dtype=tf.float32), tf.range(many, dtype=tf.float32)
    used = (places[0] < vertices) & (places[1][:, None] < number)
    return (
        tf.reshape(points[:, :, :-1], [-1, many * corners, 2]),
        tf.reshape(points[:, :, 1:], [-1, many * corners, 2]),
        tf.repeat(width[..., 0], corners, axis=1),
        tf.reshape(used, [-1, many * corners]),
    )


def random(size, draws):
    """A coin between `box` and `strokes`, as the authors train for random holes."""
    tails = _choices(draws)["coin"] >= 0.5
    drawn = strokes(size, tf.boolean_mask(draws, tails))
    return tf.tensor_scatter_nd_update(box(size, draws), tf.where(tails), drawn)
