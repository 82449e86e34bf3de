"""One draw from logits by the Gumbel-max trick, with temperature, top-k and top-p."""

import math
from typing import NamedTuple

import tensorflow as tf


class Draw(NamedTuple):
    """What a sampler drew."""

    codes: tf.Tensor  # int32 [N, h, w]
    bits: tf.Tensor  # float32 [N, h, w] of the drawn codes under the model itself
    entropy: tf.Tensor  # float32 [N, h, w] bits, of the model's distribution there
    passes: tf.Tensor  # int32 [], how often logits were asked for


class Control(NamedTuple):
    """How adventurous a draw is."""

    temperature: tf.Tensor  # float32 [N], 0 = always the likeliest code
    top_k: tf.Tensor  # int32 [], only the k likeliest codes; 0 = all
    top_p: tf.Tensor  # float32 [], only the likeliest codes that share p; 1 = all


def choose(logits, noise, control):
    """Draws argmax(logits / temperature + noise) among the codes that are allowed.

    Written as logits + temperature * noise, which ranks alike and needs no exception at
    temperature 0.

    Args:
      logits: [N, ..., K].
      noise: [N, ..., K] standard Gumbel noise.
      control: `Control`.

    Returns:
      int32 [N, ...].
    """
    temperature = tf.reshape(control.temperature, [-1] + [1] * (logits.shape.rank - 1))
    scores = logits + temperature * noise

    def limited():
        allowed = _allowed(logits, temperature, control)
        return tf.where(allowed, scores, -float("inf"))

    # Sorting costs more than all the rest here.
    limits = (control.top_k > 0) | (control.top_p < 1)
    scores = tf.cond(limits, limited, lambda: scores)
    return tf.argmax(scores, axis=-1, output_type=tf.int32)


def cost(logits, codes):
    """(bits of the codes, entropy in bits) under the model itself, whatever the control.

    [N, ..., K], int32 [N, ...] -> two float32 [N, ...]
    """
    log_shares = tf.nn.log_softmax(logits)
    drawn = tf.gather(log_shares, codes, batch_dims=codes.shape.rank)
    entropy = -tf.reduce_sum(tf.exp(log_shares) * log_shares, axis=-1)
    return -drawn / math.log(2), entropy / math.log(2)


def _allowed(logits, temperature, control):
    """Which codes top-k and top-p leave: bool [N, ..., K]. The likeliest always stays."""
    size, batch_dims = logits.shape[-1], logits.shape.rank - 1
    order = tf.argsort(logits, axis=-1, direction="DESCENDING", stable=True)
    rank = tf.argsort(order, axis=-1, stable=True)
    limit = tf.where(control.top_k > 0, control.top_k, size)
    # At temperature 0 the draw ignores the noise anyway; any positive value will do.
    shares = tf.nn.softmax(logits / tf.maximum(temperature, 1e-3))
    ranked = tf.gather(shares, order, batch_dims=batch_dims)
    before = tf.cumsum(ranked, axis=-1, exclusive=True)
    within = tf.gather(before, rank, batch_dims=batch_dims) < control.top_p
    return (rank < limit) & (within | (control.top_p >= 1)) | (rank == 0)
