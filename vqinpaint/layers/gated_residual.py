"""Gated residual block and causal attention of the structure generator."""

import tensorflow as tf

from vqinpaint.layers.weight_norm import WeightNormConvolution, WeightNormDense
from vqinpaint.ops import attention
from vqinpaint.ops.activations import BY_NAME, gate


class GatedResidual(tf.keras.layers.Layer):
    """Two convolutions, a gate and a sum, with optional extra inputs (section 3.3).

    x + gate(conv(f(conv(f(x)) + dense(f(side))) + dense(f(condition)))), and where
    `attend` is given, attention is added to what the gate let through.
    [B, h, w, C] -> the same

    Args:
      channels: C.
      inner_channels: width between the convolutions.
      kernel_size: (height, width) of both convolutions.
      padding: of both, see `WeightNormConvolution`.
      dilation: of the first convolution alone.
      nonlinearity: name in `ops.activations.BY_NAME`.
      number: callable that names the next layer of a kind, see `naming.Numbering`.
      has_side, has_condition: whether the call gets these inputs.
      attend: optional `CausalAttention`, built after the other weights.
    """

    def __init__(
        self,
        channels,
        inner_channels,
        kernel_size,
        number,
        padding="same",
        dilation=1,
        nonlinearity="concat_elu",
        has_side=False,
        has_condition=False,
        attend=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.nonlinearity = nonlinearity
        self.inner = WeightNormConvolution(
            inner_channels,
            kernel_size,
            padding=padding,
            dilation=dilation,
            name=number("wnconv2d"),
        )
        self.from_side = None
        if has_side:
            self.from_side = WeightNormDense(inner_channels, name=number("wndense"))
        self.outer = WeightNormConvolution(
            2 * channels, kernel_size, padding=padding, name=number("wnconv2d")
        )
        self.from_condition = None
        if has_condition:
            self.from_condition = WeightNormDense(2 * channels, name=number("wndense"))
        self.attend = attend(number) if attend else None

    def call(self, x, side=None, condition=None, dropout_seed=None):
        activate = BY_NAME[self.nonlinearity]
        hidden = self.inner(activate(x))
        if self.from_side is not None:
            hidden += self.from_side(activate(side))
        hidden = self.outer(activate(hidden))
        if self.from_condition is not None:
            hidden += self.from_condition(activate(condition))
        hidden = gate(hidden)
        if self.attend is not None:
            hidden += self.attend(hidden, dropout_seed=dropout_seed)
        return x + hidden


class CausalAttention(tf.keras.layers.Layer):
    """Eight-head attention to strictly earlier codes, projected back to C channels.

    Keys and queries have C / heads channels a head, values C / 2 (section 3.3).
    [B, h, w, C] -> the same

    Args:
      channels: C.
      heads: how many.
      dropout: share of the projected output dropped when a dropout seed is given.
      number: callable that names the next layer of a kind, see `naming.Numbering`.
    """

    def __init__(self, channels, heads, dropout, number, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        self.dropout = dropout
        first = number("wndense", take=3 * heads)
        self.queries = WeightNormDense(
            channels // heads * heads, heads=heads, name=first[0]
        )
        self.keys = WeightNormDense(
            channels // heads * heads, heads=heads, name=first[1]
        )
        self.values = WeightNormDense(channels // 2 * heads, heads=heads, name=first[2])
        self.project = WeightNormDense(channels, name=number("wndense"))

    def call(self, x, dropout_seed=None):
        mixed = attention.causal_attention(
            self.queries(x), self.keys(x), self.values(x), self.heads
        )
        mixed = self.project(mixed)
        if dropout_seed is None or not self.dropout:
            return mixed
        # One block's noise must not be another's: the layer's name tells them apart.
        seed = tf.random.experimental.stateless_fold_in(
            dropout_seed, int(self.project.name.rsplit("_", 1)[1])
        )
        return tf.nn.experimental.stateless_dropout(mixed, self.dropout, seed)
