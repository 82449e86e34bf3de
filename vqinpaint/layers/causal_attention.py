"""Causal attention of the structure generator's prior."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.weight_norm import WeightNormDense
from vqinpaint.ops import attention


class CausalAttention(keras.layers.Layer):
    """Multi-head attention to strictly earlier positions, projected back to C channels.

    Every head has C // 8 channels of queries and keys and C // 2 of values, however many
    heads there are (section 3.3 of the paper; the widths follow `gated_resnet` in the
    authors' net/nn.py). Each of queries, keys and values is one product for all
    heads; head number i owns the i-th equal part of its units.

    Call with x [B, h, w, C] -> [B, h, w, C]. The output at a position depends on
    positions strictly before it in raster order; the first position gets the
    projection's bias alone.

    Args:
      channels: C, at least 8.
      heads: number of heads.
    """

    def __init__(self, channels: int, heads: int, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.heads = heads
        key, value = channels // 8, channels // 2
        self.queries = WeightNormDense(heads * key, name="queries")
        self.keys = WeightNormDense(heads * key, name="keys")
        self.values = WeightNormDense(heads * value, name="values")
        self.project = WeightNormDense(channels, name="project")

    def call(self, x: tf.Tensor) -> tf.Tensor:
        mixed = attention.causal_attention(
            self.queries(x), self.keys(x), self.values(x), self.heads
        )
        return self.project(mixed)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "channels": self.channels,
            "heads": self.heads,
        }
