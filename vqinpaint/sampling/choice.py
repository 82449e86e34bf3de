"""One draw from logits by the Gumbel-max trick, with temperature, top-k and top-p."""

from typing import NamedTuple

import tensorflow as tf

from vqinpaint.ops import losses


class Choice(NamedTuple):
    """What was drawn at one place of every row, or at all places of a grid."""

    codes: tf.Tensor  # int32 [N, ...]
    bits: tf.Tensor  # float32 [N, ...] of the drawn codes under the model itself
    entropy: tf.Tensor  # float32 [N, ...] bits, of the model's distribution there


class Control(NamedTuple):
    """How adventurous a draw is."""

    temperature: tf.Tensor  # float32 [N], 0 = always the likeliest code
    top_k: tf.Tensor  # int32 [], only the k likeliest codes; 0 = all
    top_p: tf.Tensor  # float32 [], only the likeliest codes that share p; 1 = all


def choose(logits, noise, control):
    """Draws argmax(logits / temperature + noise) among the codes that are allowed.

    Written as logits + temperature * noise, which ranks alike and needs no exception at
    temperature 0. Bits and entropy are those of the unaltered logits.

    Args:
      logits: [N, K].
      noise: [N, K] standard Gumbel noise.
      control: `Control`.

    Returns:
      `Choice` of [N] tensors.
    """
    temperature = control.temperature[:, None]
    allowed = _allowed(logits, temperature, control)
    scores = tf.where(allowed, logits + temperature * noise, -float("inf"))
    codes = tf.argmax(scores, axis=-1, output_type=tf.int32)
    return Choice(codes, losses.bits(logits, codes), losses.entropy_bits(logits))


def _allowed(logits, temperature, control):
    """Which codes top-k and top-p leave: bool [N, K]. The likeliest always stays."""
    size = logits.shape[-1]
    order = tf.argsort(logits, axis=-1, direction="DESCENDING", stable=True)
    rank = tf.argsort(order, axis=-1, stable=True)
    limit = tf.where(control.top_k > 0, control.top_k, size)
    # At temperature 0 the draw ignores the noise anyway; any positive value will do.
    shares = tf.nn.softmax(logits / tf.maximum(temperature, 1e-3))
    ranked = tf.gather(shares, order, batch_dims=1)
    before = tf.cumsum(ranked, axis=-1, exclusive=True)
    within = tf.gather(before, rank, batch_dims=1) < control.top_p
    return (rank < limit) & (within | (control.top_p >= 1)) | (rank == 0)
