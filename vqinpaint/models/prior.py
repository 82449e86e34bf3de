"""Autoregressive prior over a grid of codes, for the structure and for the texture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.causal_attention import CausalAttention
from vqinpaint.layers.gated_residual import GatedResidual
from vqinpaint.layers.weight_norm import WeightNormConvolution, WeightNormDense
from vqinpaint.models.prior_blocks import Linear
from vqinpaint.ops import shifts
from vqinpaint.ops.activations import BY_NAME
from vqinpaint.ops.precision import to_full
from vqinpaint.ops.shapes import sizes
from vqinpaint.options.networks import PriorSizes


class GatedPrior(keras.Model):
    """Autoregressive prior p(code | codes before it, condition), section 3.3.

    A gated network after PixelSNAIL, `structure_pixelcnn_spec` in the authors'
    net/structure_generator.py; with no attention blocks it is the kind of network that
    VQ-VAE-2 (Razavi et al. 2019) has over its bottom codes. Call with (codes as vectors
    [B, h, w, D], condition [B or 1, h, w, C]) -> logits float32 [B, h, w, K]. The logits
    at a position depend on codes strictly before it in raster order: the upper stream
    sees the rows above, the lower stream these and the row up to the position.

    Where the prior runs several times on one condition, `from_condition` computes once
    what that adds, and the call takes it as `added` in place of the condition.

    With `dropout_seed`, int32 [2], dropout of every gated block's branch is on; the
    output blocks have none.

    Args:
      options: sizes, nonlinearity and share of dropout; attention stands in the last
        block of each of `attention_blocks` equal groups.
      codes: K, size of the codebook.
      name: how the names of all variables begin.
    """

    def __init__(self, options: PriorSizes, codes: int, name: str):
        super().__init__(name=name, autocast=False)
        self.nonlinearity = options.nonlinearity
        width = options.channels
        self.upper_in = WeightNormConvolution(
            width, (2, 3), padding="down", name="upper_in"
        )
        self.above_in = WeightNormConvolution(
            width, (1, 3), padding="down", name="above_in"
        )
        self.left_in = WeightNormConvolution(
            width, (2, 1), padding="down_right", name="left_in"
        )
        block: dict[str, Any] = {
            "channels": width,
            "inner_channels": options.residual_channels,
            "nonlinearity": options.nonlinearity,
            "has_condition": True,
            "dropout": options.dropout,
        }
        self.upper, self.lower = [], []
        attending = _attending(options.residual_blocks, options.attention_blocks)
        for i in range(options.residual_blocks):
            attend = None
            if i in attending:
                attend = CausalAttention(width, options.heads, name="attend")
            self.upper.append(
                GatedResidual(
                    kernel_size=(2, 3),
                    padding="down",
                    salt=2 * i,
                    name=f"upper_{i}",
                    **block,
                )
            )
            self.lower.append(
                GatedResidual(
                    kernel_size=(2, 2),
                    padding="down_right",
                    has_side=True,
                    attend=attend,
                    salt=2 * i + 1,
                    name=f"lower_{i}",
                    **block,
                )
            )
        self.output_blocks = [
            WeightNormDense(width, name=f"output_blocks_{i}")
            for i in range(options.output_blocks)
        ]
        self.logits = WeightNormDense(codes, name="logits")

    def call(
        self,
        codes: tf.Tensor,
        condition: tf.Tensor | None = None,
        dropout_seed: tf.Tensor | None = None,
        added: tf.Tensor | None = None,
    ) -> tf.Tensor:
        parts = [None] * (2 * len(self.upper))
        if added is not None:
            parts = tf.split(added, len(parts), axis=-1)
        # The constant channel tells codes near zero from the padding at the border.
        x = tf.concat([codes, tf.ones_like(codes[..., :1])], axis=-1)
        upper = shifts.shift_down(self.upper_in(x))
        lower = shifts.shift_down(self.above_in(x)) + shifts.shift_right(
            self.left_in(x)
        )
        given = {"condition": condition, "dropout_seed": dropout_seed}
        for i, (upper_block, lower_block) in enumerate(zip(self.upper, self.lower)):
            upper = upper_block(upper, **given, added=parts[2 * i])
            lower = lower_block(lower, side=upper, **given, added=parts[2 * i + 1])
        for block in self.output_blocks:
            lower += block(tf.nn.elu(lower))
        return to_full(self.logits(tf.nn.elu(lower)))

    def from_condition(self, condition: tf.Tensor) -> tf.Tensor:
        """What the condition adds to all gated blocks, by one product.

        Args:
          condition: float32 [B, h, w, C'].

        Returns:
          float32 [B, h, w, 4 C L], 2 C channels for each of the L upper and L lower
          blocks: of the first upper block, of the first lower block, and so on.
        """
        flat = tf.reshape(condition, [-1, condition.shape[-1]])
        added = self.condition_product()(flat)
        return tf.reshape(added, [*sizes(condition)[:3], added.shape[-1]])

    def condition_product(self) -> Callable[[tf.Tensor], tf.Tensor]:
        """The function behind `from_condition`, from [n, C'] to [n, 4 C L].

        It normalises all kernels once, when it is made.
        """
        blocks = [block for pair in zip(self.upper, self.lower) for block in pair]
        product = Linear.side_by_side([block.from_condition for block in blocks])
        return lambda flat: product(BY_NAME[self.nonlinearity](flat))


def _attending(blocks, attention_blocks):
    """Numbers of the blocks that have attention: the last of each group."""
    if not attention_blocks:
        return range(0)
    group = blocks // attention_blocks
    return range(group - 1, blocks, group)
