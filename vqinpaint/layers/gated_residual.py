"""Gated residual block and causal attention of the structure generator.

The widths of the attention and the place of dropout follow the authors' code
(`gated_resnet` in net/nn.py).
"""

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.weight_norm import WeightNormConvolution, WeightNormDense
from vqinpaint.ops import attention
from vqinpaint.ops.activations import BY_NAME, gate


class GatedResidual(keras.layers.Layer):
    """Two convolutions, a gate and a sum, with optional extra inputs (section 3.3).

    With y = gate(conv(f(conv(f(x)) + dense(f(side))) + dense(f(condition)))) the block
    returns x + dropout(y), or x + dropout(y + attention(y)) where `attend` is given.
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
      dropout: share of the branch's values (everything that is added to x) that is set
        to zero in training; the others are divided by 1 - dropout.
      salt: int that makes this block's dropout mask differ from other blocks'.
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
        dropout=0.0,
        salt=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.nonlinearity = nonlinearity
        self.dropout = dropout
        self.salt = salt
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
            hidden += self.attend(hidden)
        return x + self._dropped(hidden, dropout_seed)

    def _dropped(self, branch, seed):
        """Dropout of the whole branch; without a seed (int [2]) it passes unchanged."""
        if seed is None or not self.dropout:
            return branch
        seed = tf.random.experimental.stateless_fold_in(seed, self.salt)
        return tf.nn.experimental.stateless_dropout(branch, self.dropout, seed)


class CausalAttention(keras.layers.Layer):
    """Multi-head attention to strictly earlier codes, projected back to C channels.

    Every head has C // 8 channels of keys and queries and C // 2 of values, however many
    heads there are (section 3.3).
    [B, h, w, C] -> the same

    Args:
      channels: C, at least 8.
      heads: how many.
      number: callable that names the next layer of a kind, see `naming.Numbering`.
    """

    def __init__(self, channels, heads, number, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads
        first = number("wndense", take=3 * heads)
        key, value = channels // 8, channels // 2
        self.queries = WeightNormDense(heads * key, heads=heads, name=first[0])
        self.keys = WeightNormDense(heads * key, heads=heads, name=first[1])
        self.values = WeightNormDense(heads * value, heads=heads, name=first[2])
        self.project = WeightNormDense(channels, name=number("wndense"))

    def call(self, x):
        mixed = attention.causal_attention(
            self.queries(x), self.keys(x), self.values(x), self.heads
        )
        return self.project(mixed)
