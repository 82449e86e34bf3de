"""One draw from logits by the Gumbel-max trick, with temperature, top-k and top-p."""

from __future__ import annotations

import math
from typing import NamedTuple

import tensorflow as tf


class Draw(NamedTuple):
    """What a sampler drew.

    Attributes:
      codes: int32 [N, h, w], 0 to K - 1.
      bits: float32 [N, h, w], of each drawn code under the model at temperature 1.
      entropy: float32 [N, h, w], bits, of the model's distribution at each place, given
        the codes drawn before it.
      passes: int32 [], how often the prior was asked for logits.
    """

    codes: tf.Tensor
    bits: tf.Tensor
    entropy: tf.Tensor
    passes: tf.Tensor


class Control(NamedTuple):
    """How a draw departs from the model's own distribution.

    Attributes:
      temperature: float32 [N], divides the logits; 1 leaves them alone, 0 always takes the
        likeliest code.
      top_k: int32 [], draws among the k likeliest codes alone; 0 = among all.
      top_p: float32 [], draws among the fewest likeliest codes that together have at least
        this probability at that temperature (nucleus sampling, Holtzman et al. 2020); 1 =
        among all.
    """

    temperature: tf.Tensor
    top_k: tf.Tensor
    top_p: tf.Tensor


def choose(logits: tf.Tensor, noise: tf.Tensor, control: Control) -> tf.Tensor:
    """Draws codes: argmax(logits / temperature + noise) among those that are allowed.

    With standard Gumbel noise this is a draw from softmax(logits / temperature), the
    Gumbel-max trick (Maddison et al. 2014). Computed as logits + temperature * noise, which
    ranks the codes alike and is defined at temperature 0.

    Args:
      logits: float32 [N, ..., K].
      noise: float32 [N, ..., K] standard Gumbel noise, as of `noise.gumbel`.
      control: `Control`.

    Returns:
      int32 [N, ...], 0 to K - 1.

    Example:
      >>> import tensorflow as tf
      >>> from vqinpaint.sampling.choice import Control, choose
      >>> logits = tf.constant([[2.0, 1.0, 0.0], [2.0, 1.0, 0.0]])
      >>> noise = tf.constant([[0.0, 3.0, 9.0], [0.0, 3.0, 9.0]])
      >>> cold_and_warm = tf.constant([0.0, 1.0])
      >>> all_codes = Control(cold_and_warm, tf.constant(0), tf.constant(1.0))
      >>> choose(logits, noise, all_codes).numpy().tolist()
      [0, 2]
      >>> best_two = Control(cold_and_warm, tf.constant(2), tf.constant(1.0))
      >>> choose(logits, noise, best_two).numpy().tolist()
      [0, 1]
    """
    temperature = tf.reshape(control.temperature, [-1] + [1] * (logits.shape.rank - 1))
    scores = logits + temperature * noise

    def limited():
        allowed = _allowed(logits, temperature, control)
        return tf.where(allowed, scores, -float("inf"))

    # Sorting takes longer than everything else here, and is seldom needed.
    limits = (control.top_k > 0) | (control.top_p < 1)
    scores = tf.cond(limits, limited, lambda: scores)
    return tf.argmax(scores, axis=-1, output_type=tf.int32)


def cost(logits: tf.Tensor, codes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """What drawn codes cost under the model itself, whatever the control was.

    Args:
      logits: float32 [N, ..., K].
      codes: int32 [N, ...].

    Returns:
      (bits, entropy), float32 [N, ...] each: minus log2 of the probability of each code,
      and its mean over all codes that could have been drawn there.

    Example:
      >>> import tensorflow as tf
      >>> from vqinpaint.sampling.choice import cost
      >>> logits = tf.math.log([[0.5, 0.25, 0.25]])
      >>> bits, entropy = cost(logits, tf.constant([1]))
      >>> round(float(bits[0]), 3), round(float(entropy[0]), 3)
      (2.0, 1.5)
    """
    log_shares = tf.nn.log_softmax(logits)
    drawn = tf.gather(log_shares, codes, batch_dims=codes.shape.rank)
    entropy = -tf.reduce_sum(tf.exp(log_shares) * log_shares, axis=-1)
    return -drawn / math.log(2), entropy / math.log(2)


def _allowed(logits: tf.Tensor, temperature: tf.Tensor, control: Control) -> tf.Tensor:
    """Which codes top-k and top-p leave: bool [N, ..., K]. The likeliest always stays."""
    size, batch_dims = logits.shape[-1], logits.shape.rank - 1
    order = tf.argsort(logits, axis=-1, direction="DESCENDING", stable=True)
    rank = tf.argsort(order, axis=-1, stable=True)
    limit = tf.where(control.top_k > 0, control.top_k, size)
    # At temperature 0 the likeliest code is drawn anyway, and it always stays.
    shares = tf.nn.softmax(logits / tf.maximum(temperature, 1e-3))
    ranked = tf.gather(shares, order, batch_dims=batch_dims)
    before = tf.cumsum(ranked, axis=-1, exclusive=True)
    within = tf.gather(before, rank, batch_dims=batch_dims) < control.top_p
    return (rank < limit) & (within | (control.top_p >= 1)) | (rank == 0)
