"""Structural attention of the texture generator and causal attention of the prior."""

import tensorflow as tf

from vqinpaint.ops import vq
from vqinpaint.ops.precision import to_full
from vqinpaint.ops.shapes import sizes

# Below any score.
_FAR_AWAY = -1e10


def structural_attention(structure, scale):
    """How much every place of a structure map resembles every other (section 3.4).

    3x3 patches of the map are compared by squared distance, each row is standardised
    and squashed, neighbours that agree along a row and along a column support one
    another ("fuse", twice), and a softmax over the candidates ends it. As in the
    authors' code no mask takes part: places inside the hole are candidates too.

    Args:
      structure: [B, h, w, D] quantised structure.
      scale: softmax scale; 50 in the paper.

    Returns:
      [B, h*w, h*w]; row i holds the weights of the candidates for place i.
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


def _sum_diagonal(scores):
    """Adds to each score those one step back and one step on along the diagonal."""
    padded = tf.pad(scores, [[0, 0], [1, 1], [1, 1]])
    return padded[:, :-2, :-2] + scores + padded[:, 2:, 2:]


def _swap_order(scores, height, width):
    """Turns row-major numbering of both axes into column-major. [B, h*w, h*w]"""
    grid = tf.reshape(scores, [-1, height, width, height, width])
    grid = tf.transpose(grid, [0, 2, 1, 4, 3])
    return tf.reshape(grid, tf.shape(scores))


def reassemble(weights, features, ratio):
    """Replaces each patch of a feature map by the weighted sum of all its patches.

    Args:
      weights: [B, h*w, h*w] from `structural_attention` of an [h, w] structure.
      features: [B, r*h, r*w, C].
      ratio: r, the side of a patch.

    Returns:
      [B, r*h, r*w, C]; patches do not overlap, so nothing is averaged.
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


def causal_attention(queries, keys, values, heads):
    """Multi-head attention to strictly earlier places in raster order.

    Args:
      queries, keys: [B, h, w, heads * k]; head after head along the channels.
      values: [B, h, w, heads * v].
      heads: how many.

    Returns:
      [B, h, w, heads * v]; zero at the first place, which has nothing before it.
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


def attend_to_earlier(queries, above, here, any_above):
    """Causal attention at some positions alone, from cached keys and values.

    TFLite cannot compute with an empty list of positions, so each cache begins with a
    sentinel position: zeros, which no query attends to.

    Args:
      queries: [N, heads, n, k].
      above: (keys [N, heads, P, k], values [N, 1, P, v], which all heads share) of
        positions that are all earlier; of the sentinel alone where there is none.
      here: (keys [N, heads, 1 + m + n, k], values [N, 1, 1 + m + n, v]) of the sentinel,
        m earlier positions and the queries' own, in order. A query attends to those
        before its own.
      any_above: bool [], False where `above` is the sentinel alone.

    Returns:
      [N, heads, n, v], zero where no position is earlier.
    """
    queries /= tf.sqrt(float(queries.shape[-1]))
    far = tf.matmul(queries, above[0], transpose_b=True)
    near = tf.matmul(queries, here[0], transpose_b=True)
    places, size = tf.shape(near)[-2], tf.shape(near)[-1]
    index = tf.range(size)[None, :]
    earlier = (index > 0) & (index < tf.range(size - places, size)[:, None])
    near = tf.where(earlier, near, _FAR_AWAY)
    # A softmax over both parts without joining them. The sentinel's value is zero, so only
    # the sums over weights must leave it out.
    largest = tf.where(any_above, tf.reduce_max(far, -1), _FAR_AWAY)
    largest = tf.maximum(largest, tf.reduce_max(near, -1))[..., None]
    far = tf.exp(far - largest)
    near = tf.where(earlier, tf.exp(near - largest), 0.0)
    total = tf.where(any_above, tf.reduce_sum(far, -1), 0.0) + tf.reduce_sum(near, -1)
    mixed = _weighted_sum(far, above[1]) + _weighted_sum(near, here[1])
    return tf.math.divide_no_nan(mixed, total[..., None])


def _weighted_sum(weights, values):
    """[N, heads, n, P] weights of [N, 1, P, v] values, as one product per sample."""
    batch, heads, number, places = tf.unstack(tf.shape(weights))
    flat = tf.reshape(weights, [batch, heads * number, places])
    mixed = tf.matmul(flat, values[:, 0])
    return tf.reshape(mixed, [batch, heads, number, values.shape[-1]])
