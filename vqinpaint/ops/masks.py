"""Random holes for training, drawn inside the graph, a batch at a time.

The recipes are the authors', stated for 256x256 pictures and scaled to other sizes. All
random numbers of a picture's hole are one row of `draws`, so that a hole does not depend
on the batch that it is drawn in. Masks are True where the picture is missing.
"""

from __future__ import annotations

import math

import tensorflow as tf

_STROKES = (1, 3)  # strokes in a mask
_VERTICES = (4, 11)  # corners of a stroke without its first point
_WIDTH = (12, 39)  # of a stroke in pixels of a 256x256 picture
_TURN = 2 * math.pi / 5  # mean angle between segments, in radians
_TURN_RANGE = 2 * math.pi / 15  # largest deviation of a stroke's angles from it

# Shape of the numbers that each choice takes, in their order in a row of `draws`.
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


def draws(seed: tf.Tensor) -> tf.Tensor:
    """All random numbers of one hole.

    Args:
      seed: int [2]; the same seed gives the same numbers.

    Returns:
      float32 [n], evenly distributed from 0 up to, but without, 1.
    """
    count = sum(math.prod(shape) for shape in _CHOICES.values())
    return tf.random.stateless_uniform([count], seed)


def _choices(draws: tf.Tensor) -> dict[str, tf.Tensor]:
    """Parts of `draws` [B, n] by name, [B, ...] each."""
    sizes = [math.prod(shape) for shape in _CHOICES.values()]
    parts = tf.split(draws, sizes, axis=1)
    return {
        name: tf.reshape(part, [-1, *shape])
        for part, (name, shape) in zip(parts, _CHOICES.items())
    }


def integers(draws: tf.Tensor, low: float, high: float) -> tf.Tensor:
    """Whole numbers from `low` to `high`, both included, as float32."""
    return tf.minimum(low + tf.floor(draws * (high - low + 1)), high)


def center(size: int) -> tf.Tensor:
    """The centred hole: the middle half of both sides, a quarter of the area.

    Args:
      size: side of the mask in pixels.

    Returns:
      bool [size, size, 1].
    """
    quarter = size // 4
    inner = tf.ones([size - 2 * quarter, size - 2 * quarter, 1], tf.bool)
    return tf.pad(inner, [[quarter, quarter], [quarter, quarter], [0, 0]])


def box(size: int, draws: tf.Tensor) -> tf.Tensor:
    """Squares of half the side at random places.

    As in the authors' code, whose upper bound is exclusive, a square never touches the
    last row or the last column.

    Args:
      size: side of the masks in pixels.
      draws: float32 [B, n], rows from the function `draws`.

    Returns:
      bool [B, size, size, 1].
    """
    half = size // 2
    corner = integers(_choices(draws)["corner"], 0, size - half - 1)[..., None]
    inside = tf.range(size, dtype=tf.float32) - corner
    inside = (inside >= 0) & (inside < half)  # [B, 2, size]
    return (inside[:, 0, :, None] & inside[:, 1, None])[..., None]


def strokes(size: int, draws: tf.Tensor) -> tf.Tensor:
    """Free-form brush strokes (Yu et al. 2019, algorithm 1).

    One to three chains of segments with round ends. The authors' code goes on to mirror
    the mask at random but discards the mirrored copy, so nothing is mirrored here either.

    Args:
      size: side of the masks in pixels, a multiple of 16.
      draws: float32 [B, n], rows from the function `draws`.

    Returns:
      bool [B, size, size, 1].
    """
    *parts, used = segments(size, draws)
    starts, ends, widths = parts
    return drawn(size, starts, ends, widths / 2, used)


def drawn(
    size: int,
    starts: tf.Tensor,
    ends: tf.Tensor,
    radius: tf.Tensor,
    used: tf.Tensor,
) -> tf.Tensor:
    """Segments with round ends, N in each of B pictures.

    Args:
      size: side of the masks in pixels, a multiple of 16.
      starts, ends: float32 [B, N, 2], x and y in pixels.
      radius: float32 [B, N] in pixels.
      used: bool [B, N], whether the segment is drawn.

    Returns:
      bool [B, size, size, 1].
    """
    batch = tf.shape(used)[0]
    picture = tf.where(used)[:, :1]
    starts, ends, radius = (tf.boolean_mask(x, used) for x in (starts, ends, radius))
    left, right = _spans(size, starts, ends, radius)
    first = tf.cast(tf.clip_by_value(tf.math.ceil(left), 0, size), tf.int32)
    last = tf.cast(tf.clip_by_value(tf.floor(right) + 1, 0, size), tf.int32)
    # Plus 1 where a span begins and minus 1 behind its end: running sums along a row say
    # how many spans cover a pixel, much faster than distances of all pixels would.
    rows = (tf.cast(picture, tf.int32) * size + tf.range(size)) * size
    after = tf.where(last < size, rows + last, -1)  # -1 is left out of the sum
    places = tf.boolean_mask(tf.stack([rows + first, after]), first < last, axis=1)
    change = tf.constant([[1.0], [-1.0]]) * tf.ones_like(places, tf.float32)
    edges = tf.math.unsorted_segment_sum(change, places, batch * size * size)
    cover = _running_sums(tf.reshape(edges, [batch * size, size]))
    return tf.reshape(cover, [batch, size, size, 1]) > 0.5


def _running_sums(x: tf.Tensor, part: int = 16) -> tf.Tensor:
    """`tf.cumsum` of small whole numbers along the last axis, five times as fast.

    First within parts, by a product with a triangular matrix of ones, then over parts.

    Args:
      x: float32 [n, size].
      part: length of a part, a divisor of size.

    Returns:
      float32 [n, size / part, part].
    """
    parts = x.shape[1] // part
    upto = tf.linalg.band_part(tf.ones([part, part]), 0, -1)
    within = tf.matmul(tf.reshape(x, [tf.size(x) // part, part]), upto)
    within = tf.reshape(within, [tf.shape(x)[0], parts, part])
    before = tf.linalg.band_part(tf.ones([parts, parts]), 0, -1) - tf.eye(parts)
    return within + tf.matmul(within[..., -1], before)[..., None]


def _spans(
    size: int, starts: tf.Tensor, ends: tf.Tensor, radius: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Where each row of pixels lies within `radius` of a segment.

    The points near a segment are a disc at each end and a strip between them. Together
    they are convex, so that their intersection with a row is a single span.

    Args:
      size: number of rows.
      starts, ends: [N, 2] x and y in pixels.
      radius: [N] in pixels.

    Returns:
      (left, right) [N, size], x in pixels; left > right where a row is out of reach.
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
    # Across: no further than the radius from the line. Along: between its ends.
    across = between(
        below * along_x - radius * length, below * along_x + radius * length, along_y
    )
    along = between(-below * along_y, length**2 - below * along_y, along_x)
    strip = x_a + tf.maximum(across[0], along[0]), x_a + tf.minimum(across[1], along[1])
    empty = (strip[0] > strip[1]) | (length < 1e-3)  # only the discs are left
    strip = tf.where(empty, far, strip[0]), tf.where(empty, -far, strip[1])
    parts = [disc(x_a, y_a), disc(ends[:, :1], ends[:, 1:]), strip]
    # Rounding errors must not lose a pixel that lies exactly on the edge.
    left = tf.reduce_min(tf.stack([part[0] for part in parts]), axis=0) - 1e-3
    return left, tf.reduce_max(tf.stack([part[1] for part in parts]), axis=0) + 1e-3


def segments(
    size: int, draws: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """The segments of all strokes, the same number N in every picture.

    Args:
      size: side of the masks in pixels.
      draws: float32 [B, n], rows from the function `draws`.

    Returns:
      (starts, ends, widths, used): float32 [B, N, 2] x and y in pixels, twice; float32
      [B, N] in pixels; bool [B, N], whether the segment is drawn.
    """
    chosen, scale = _choices(draws), size / 256
    number = integers(chosen["number"], *_STROKES)[:, None, None]
    vertices = integers(chosen["vertices"], *_VERTICES)
    width = tf.floor(integers(chosen["width"], *_WIDTH) * scale)
    spread = _TURN_RANGE * chosen["spread"]
    low, high = _TURN - spread[..., :1], _TURN + spread[..., 1:]
    angle = low + (high - low) * chosen["angle"]
    many, corners = angle.shape[1:]
    angle = tf.where(tf.range(corners) % 2 == 0, 2 * math.pi - angle, angle)
    mean_radius = math.sqrt(2 * size**2) / 8
    # The quantile function of the normal distribution is infinite at 0.
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


def random(size: int, draws: tf.Tensor) -> tf.Tensor:
    """`box` or `strokes`, each with probability 1/2: the authors' random holes.

    Args:
      size: side of the masks in pixels, a multiple of 16.
      draws: float32 [B, n], rows from the function `draws`.

    Returns:
      bool [B, size, size, 1].
    """
    tails = _choices(draws)["coin"] >= 0.5
    drawn = strokes(size, tf.boolean_mask(draws, tails))
    return tf.tensor_scatter_nd_update(box(size, draws), tf.where(tails), drawn)
