"""Gated residual block of the structure generator."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.causal_attention import CausalAttention
from vqinpaint.layers.weight_norm import WeightNormConvolution, WeightNormDense
from vqinpaint.ops import recomputing
from vqinpaint.ops.activations import BY_NAME, gate


class GatedResidual(keras.layers.Layer):
    """Two convolutions, a gate and a sum, with optional extra inputs.

    Section 3.3 of the paper; the place of dropout follows `gated_resnet` in the authors'
    net/nn.py. With f the nonlinearity and
    y = gate(conv(f(conv(f(x)) + dense(f(side))) + dense(f(condition)))) the block
    returns x + dropout(y), or x + dropout(y + attend(y)) where it has attention.

    Call with x [B, h, w, C] and, as the arguments below say, `side` [B, h, w, C] and
    `condition` [B or 1, h, w, C'] -> [B, h, w, C]. In place of `condition` the call also
    takes `added`, dense(f(condition)), where that is known already. With `dropout_seed`, int32 [2], dropout is
    on; without it the block is deterministic.

    Args:
      channels: C.
      inner_channels: number of channels between the convolutions.
      kernel_size: (height, width) of both convolutions.
      padding: of both convolutions, see `WeightNormConvolution`.
      dilation: of the first convolution.
      nonlinearity: name in `ops.activations.BY_NAME`.
      has_side: whether the call takes `side`.
      has_condition: whether the call takes `condition`.
      attend: `CausalAttention` over C channels, or None for a block without attention.
      dropout: share of the branch's values (everything that is added to x) that is set
        to zero when dropout is on; the others are divided by 1 - dropout.
      salt: integer that is folded into the seed, so that blocks with different salts
        have independent dropout masks.
    """

    def __init__(
        self,
        channels: int,
        inner_channels: int,
        kernel_size: tuple[int, int],
        padding: str = "same",
        dilation: int = 1,
        nonlinearity: str = "concat_elu",
        has_side: bool = False,
        has_condition: bool = False,
        attend: CausalAttention | None = None,
        dropout: float = 0.0,
        salt: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.channels = channels
        self.inner_channels = inner_channels
        self.kernel_size = tuple(kernel_size)
        self.padding = padding
        self.dilation = dilation
        self.nonlinearity = nonlinearity
        self.has_side = has_side
        self.has_condition = has_condition
        self.dropout = dropout
        self.salt = salt
        self._recompute = recomputing.wanted()
        # Keras lists variables in the order of these assignments, and checkpoints keep
        # optimiser slots by that order.
        self.inner = WeightNormConvolution(
            inner_channels,
            kernel_size,
            padding=padding,
            dilation=dilation,
            name="inner",
        )
        self.from_side: Any = None
        if has_side:
            self.from_side = WeightNormDense(inner_channels, name="from_side")
        self.outer = WeightNormConvolution(
            2 * channels, kernel_size, padding=padding, name="outer"
        )
        self.from_condition: Any = None
        if has_condition:
            self.from_condition = WeightNormDense(2 * channels, name="from_condition")
        self.attend = attend

    def call(
        self,
        x: tf.Tensor,
        side: tf.Tensor | None = None,
        condition: tf.Tensor | None = None,
        dropout_seed: tf.Tensor | None = None,
        added: tf.Tensor | None = None,
    ) -> tf.Tensor:
        def block(x, side, condition, added):
            return x + self._dropped(
                self._branch(x, side, condition, added), dropout_seed
            )

        return recomputing.run(block, self._recompute, x, side, condition, added)

    def _branch(self, x, side, condition, added):
        activate = BY_NAME[self.nonlinearity]
        hidden = self.inner(activate(x))
        if self.from_side is not None:
            hidden += self.from_side(activate(side))
        hidden = self.outer(activate(hidden))
        if added is not None:
            hidden += added
        elif self.from_condition is not None:
            hidden += self.from_condition(activate(condition))
        hidden = gate(hidden)
        if self.attend is not None:
            hidden += self.attend(hidden)
        return hidden

    def _dropped(self, branch, seed):
        """Dropout of the whole branch; without a seed (int32 [2]) it stays as it is."""
        if seed is None or not self.dropout:
            return branch
        seed = tf.random.experimental.stateless_fold_in(seed, self.salt)
        return tf.nn.experimental.stateless_dropout(branch, self.dropout, seed)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "channels": self.channels,
            "inner_channels": self.inner_channels,
            "kernel_size": self.kernel_size,
            "padding": self.padding,
            "dilation": self.dilation,
            "nonlinearity": self.nonlinearity,
            "has_side": self.has_side,
            "has_condition": self.has_condition,
            "attend": None if self.attend is None else self.attend.get_config(),
            "dropout": self.dropout,
            "salt": self.salt,
        }

    @classmethod
    def from_config(cls, config: dict) -> GatedResidual:
        attend = config["attend"]
        if attend is not None:
            attend = CausalAttention.from_config(attend)
        return cls(**{**config, "attend": attend})
