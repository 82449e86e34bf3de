"""Attention over the decoder's own features and over those of the known pixels."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.residual import Residual
from vqinpaint.ops.precision import to_full

# Of the fusing block's leaky ReLUs; all other blocks have 0.1.
_FUSE_SLOPE = 0.01


class _Attention(keras.layers.Layer):
    """What both attentions share: likeness of places, and what it adds to x.

    Queries and keys are the same convolution of x, scores are not scaled, and the values
    are x itself. What is added counts nothing at first.

    Args:
      reduction: how many times fewer channels the queries have than x.
    """

    def __init__(self, reduction: int = 4, **kwargs):
        super().__init__(**kwargs)
        self.reduction = reduction

    def get_config(self) -> dict:
        return {**super().get_config(), "reduction": self.reduction}

    def build(self, input_shape: tf.TensorShape) -> None:
        self.query = keras.layers.Conv2D(
            input_shape[-1] // self.reduction,
            1,
            kernel_initializer=keras.initializers.Orthogonal(0.02),
            name="query",
        )
        full = {"initializer": "zeros", "experimental_autocast": False}
        self.gamma = self.add_weight("gamma", [], **full)
        super().build(input_shape)

    def likeness(self, x: tf.Tensor) -> tf.Tensor:
        """How much each place attends to each: float32 [B, h*w, h*w], rows sum to one."""
        query = to_full(self.query(x))
        query = tf.reshape(query, [tf.shape(x)[0], -1, query.shape[-1]])
        return tf.nn.softmax(tf.matmul(query, query, transpose_b=True))

    def _near(self, x, likeness):
        return to_full(x) + self.gamma * _mixed(likeness, x)


class SelfAttention(_Attention):
    """Adds to every place a mean of all places, weighted by likeness; see `_Attention`.

    Call with x [B, h, w, C] -> [B, h, w, C]. Arguments are those of `_Attention`.
    """

    def call(self, x: tf.Tensor) -> tf.Tensor:
        return tf.cast(self._near(x, self.likeness(x)), x.dtype)


class ShortLongAttention(_Attention):
    """Self-attention beside attention to features of the encoder, fused by a block.

    Short+long term attention (section 3.3 of the paper): known places take the encoder's
    features as they are, missing places a mean of them.

    Call with x and far [B, h, w, C], and known [B, h, w, 1], 1 where visible
    -> [B, h, w, C]. Arguments are those of `_Attention`.
    """

    def build(self, input_shape: tf.TensorShape) -> None:
        full = {"initializer": "zeros", "experimental_autocast": False}
        self.alpha = self.add_weight("alpha", [], **full)
        width = input_shape[-1]
        self.fuse_block = Residual(width, width, slope=_FUSE_SLOPE, name="fuse")
        super().build(input_shape)

    def call(self, x: tf.Tensor, far: tf.Tensor, known: tf.Tensor) -> tf.Tensor:
        likeness = self.likeness(x)
        near = self._near(x, likeness)
        mixed = self.alpha * (1 - known) * _mixed(likeness, far)
        distant = mixed + known * to_full(far)
        return self.fuse_block(tf.cast(tf.concat([near, distant], axis=-1), x.dtype))


def _mixed(likeness, values):
    """Means of values [B, h, w, C], weighted by likeness [B, h*w, h*w]."""
    flat = tf.reshape(to_full(values), [tf.shape(values)[0], -1, values.shape[-1]])
    return tf.reshape(tf.matmul(likeness, flat), tf.shape(values))
