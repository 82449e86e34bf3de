"""Structural attention of the texture generator and causal attention of the prior."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.ops import vq
from vqinpaint.ops.precision import to_full
from vqinpaint.ops.shapes import sizes

# The score of a place that must not be attended to; lower than any other.
_FAR_AWAY = -1e10


def structural_attention(structure: tf.Tensor, scale: float) -> tf.Tensor:
    """How much every place of a structure map resembles every other (section 3.4).

    1. 3x3 patches of the map are compared by squared distance.
    2. Each row of distances is standardised and squashed (`vq.squashed_similarity`).
    3. Scores are summed over neighbouring pairs of places, along rows and then along
       columns, so that coherent patches win (attention propagation, Yu et al. 2018).
    4. A softmax over the candidates makes weights of them.

    As in the authors' code no mask takes part: places inside the hole are candidates too.

    Args:
      structure: [B, h, w, D] quantised structure.
      scale: factor of the scores before the softmax; 50 in the paper.

    Returns:
      [B, h*w, h*w]; row i holds the weights of the candidates for place i, in row-major
      order, and sums to 1.
    """
    batch, height, width, depth = sizes(structure)
    places = height * width
    # tf.image.extract_patches does the same, but TFLite does not know it.
    padded = tf.pad(structure, [[0, 0], [1, 1], [1, 1], [0, 0]])
    patches = tf.concat(
        [
            padded[:, dy : dy + height, dx : dx + width]
            for dy in range(3)
            for dx in range(3)
        ],
        axis=-1,
    )
    patches = tf.reshape(patches, [batch, places, 9 * depth])
    norms = tf.reduce_sum(tf.square(patches), axis=-1)
    distances = (
        norms[:, :, None]
        - 2 * tf.matmul(patches, patches, transpose_b=True)
        + norms[:, None, :]
    )
    scores = _sum_diagonal(vq.squashed_similarity(distances))
    scores = _swap_order(scores, height, width)
    scores = _swap_order(_sum_diagonal(scores), width, height)
    return tf.nn.softmax(scores * scale, axis=-1)


def _sum_diagonal(scores: tf.Tensor) -> tf.Tensor:
    """Adds to each score both its neighbours along the diagonal: [B, n, n] -> [B, n, n].

    Entry (i, j) gains (i - 1, j - 1) and (i + 1, j + 1): whether the next place resembles
    the next candidate.
    """
    padded = tf.pad(scores, [[0, 0], [1, 1], [1, 1]])
    return padded[:, :-2, :-2] + scores + padded[:, 2:, 2:]


def _swap_order(scores: tf.Tensor, height: int, width: int) -> tf.Tensor:
    """Turns row-major numbering of both axes into column-major. [B, h*w, h*w]"""
    grid = tf.reshape(scores, [-1, height, width, height, width])
    grid = tf.transpose(grid, [0, 2, 1, 4, 3])
    return tf.reshape(grid, tf.shape(scores))


def reassemble(weights: tf.Tensor, features: tf.Tensor, ratio: int) -> tf.Tensor:
    """Replaces each patch of a feature map by the weighted sum of all its patches.

    Args:
      weights: [B, h*w, h*w] from `structural_attention` of an [h, w] structure.
      features: [B, r*h, r*w, C].
      ratio: r, the side of a patch. Patches do not overlap, so nothing is averaged.

    Returns:
      [B, r*h, r*w, C].
    """
    batch, height, width, channels = sizes(features)
    rows, columns = height // ratio, width // ratio
    grid = tf.reshape(features, [batch, rows, ratio, columns, ratio, channels])
    grid = tf.transpose(grid, [0, 1, 3, 2, 4, 5])
    grid = tf.reshape(grid, [batch, rows * columns, -1])
    mixed = tf.matmul(tf.cast(weights, grid.dtype), grid)
    grid = tf.reshape(mixed, [batch, rows, columns, ratio, ratio, channels])
    grid = tf.transpose(grid, [0, 1, 3, 2, 4, 5])
    return tf.reshape(grid, [batch, height, width, channels])


def causal_attention(
    queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor, heads: int
) -> tf.Tensor:
    """Multi-head attention to strictly earlier places in raster order.

    As in PixelSNAIL (Chen et al. 2018), with several heads (Vaswani et al. 2017, section
    3.2). Scores and softmax are float32 whatever the inputs are.

    Args:
      queries, keys: [B, h, w, heads * k]; head after head along the channels.
      values: [B, h, w, heads * v].
      heads: number of heads.

    Returns:
      [B, h, w, heads * v]; zero at the first place, which has no earlier one.
    """
    batch, height, width, depth = tf.unstack(tf.shape(values))
    places = height * width

    def split(x):  # [B, h, w, heads * d] -> [B, heads, h*w, d]
        return tf.transpose(
            tf.reshape(x, [batch, places, heads, x.shape[-1] // heads]), [0, 2, 1, 3]
        )

    scaled = to_full(queries) / tf.sqrt(float(queries.shape[-1] // heads))
    queries = split(tf.cast(scaled, queries.dtype))
    keys, values = split(keys), split(values)
    scores = to_full(tf.matmul(queries, keys, transpose_b=True))
    index = tf.range(places)
    # Added, not selected: one pass over the largest tensor less, and two in the gradient.
    scores += tf.where(index[None, :] < index[:, None], 0.0, _FAR_AWAY)
    weights = tf.cast(tf.nn.softmax(scores), values.dtype)
    mixed = tf.matmul(weights, values)
    mixed *= tf.cast(index > 0, mixed.dtype)[:, None]
    mixed = tf.transpose(mixed, [0, 2, 1, 3])
    return tf.reshape(mixed, [batch, height, width, depth])


def attend_to_earlier(
    queries: tf.Tensor,
    above: tuple[tf.Tensor, tf.Tensor],
    here: tuple[tf.Tensor, tf.Tensor],
    any_above: tf.Tensor,
) -> tf.Tensor:
    """`causal_attention` at n places of a row, from cached keys and values.

    TFLite cannot compute with tensors of zero places. A cache therefore always holds at
    least one place: where it would be empty, a sentinel position whose key and value are
    zero, and which no query attends to.

    Args:
      queries: [N, heads, n, k].
      above: keys [N, heads, P, k] and values [N, 1, P, v], the values shared by all heads,
        of the P places in the rows above; of a sentinel position alone in the first row.
      here: keys [N, heads, 1 + m + n, k] and values [N, 1, 1 + m + n, v] of a sentinel
        position, the m places of the row before the queries, and the queries' own
        places, in this order. A query attends to the places before its own.
      any_above: bool [], whether there are rows above.

    Returns:
      [N, heads, n, v], zero at a place that has no earlier one.
    """
    queries /= tf.sqrt(float(queries.shape[-1]))
    far = tf.matmul(queries, above[0], transpose_b=True)
    near = tf.matmul(queries, here[0], transpose_b=True)
    places, size = tf.shape(near)[-2], tf.shape(near)[-1]
    index = tf.range(size)[None, :]
    earlier = (index > 0) & (index < tf.range(size - places, size)[:, None])
    near = tf.where(earlier, near, _FAR_AWAY)
    # A softmax over both parts without joining them. A sentinel's value is zero, so only
    # the sums over weights must leave it out.
    largest = tf.where(any_above, tf.reduce_max(far, -1), _FAR_AWAY)
    largest = tf.maximum(largest, tf.reduce_max(near, -1))[..., None]
    far = tf.exp(far - largest)
    near = tf.where(earlier, tf.exp(near - largest), 0.0)
    total = tf.where(any_above, tf.reduce_sum(far, -1), 0.0) + tf.reduce_sum(near, -1)
    mixed = _weighted_sum(far, above[1]) + _weighted_sum(near, here[1])
    return tf.math.divide_no_nan(mixed, total[..., None])


def _weighted_sum(weights: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """[N, heads, n, P] weights of [N, 1, P, v] values, as one product per sample."""
    batch, heads, number, places = tf.unstack(tf.shape(weights))
    flat = tf.reshape(weights, [batch, heads * number, places])
    mixed = tf.matmul(flat, values[:, 0])
    return tf.reshape(mixed, [batch, heads, number, values.shape[-1]])
