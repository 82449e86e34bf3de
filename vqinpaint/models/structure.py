"""Structure generator: a condition network and an autoregressive prior over codes."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.causal_attention import CausalAttention
from vqinpaint.layers.gated_residual import GatedResidual
from vqinpaint.layers.weight_norm import WeightNormConvolution, WeightNormDense
from vqinpaint.models.structure_blocks import Linear
from vqinpaint.ops import shifts
from vqinpaint.ops.activations import BY_NAME
from vqinpaint.ops.images import known_pixels
from vqinpaint.ops.precision import to_full
from vqinpaint.ops.shapes import sizes
from vqinpaint.options import ModelOptions, StructureOptions

# Dilations of the gated blocks at 1/8 of the side (supplement, Table 2), each that of the
# block's first convolution.
_DILATIONS = (1, 1, 1, 2, 4, 8, 16, 1, 1, 1)


class ConditionNetwork(keras.Model):
    """Features of the known pixels, for every structure code (section 3.3).

    `structure_condition_spec` in the authors' net/structure_generator.py. Call with
    (image [B, H, W, 3] in [-1, 1], mask [B, H, W, 1], 1 where missing)
    -> [B, H/8, W/8, 8 * condition_channels]. Missing pixels are zeroed first.

    Args:
      options: sizes.

    Attributes:
      width: number of channels of the result.
    """

    def __init__(self, options: StructureOptions, name: str = "structure_condition"):
        super().__init__(name=name, autocast=False)
        widths = [options.condition_channels * 2**i for i in range(4)]
        self.width = widths[-1]
        inner = [options.condition_residual_channels * 2**i for i in range(4)]

        def block(name, level, dilation=1):
            return GatedResidual(
                widths[level],
                inner[level],
                (3, 3),
                dilation=dilation,
                nonlinearity=options.nonlinearity,
                name=name,
            )

        self.steps = [
            WeightNormConvolution(widths[0], (5, 5), name="enter"),
            block("block_0", 0),
        ]
        for level in (1, 2, 3):
            self.steps.append(
                WeightNormConvolution(
                    widths[level], (3, 3), strides=2, name=f"down_{level}"
                )
            )
            if level < 3:
                self.steps.append(block(f"block_{level}", level))
        self.steps.extend(
            block(f"block_3_{i}", 3, dilation) for i, dilation in enumerate(_DILATIONS)
        )

    def call(self, image: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        x = known_pixels(image, mask)
        for step in self.steps:
            x = step(x)
        return x


class StructurePrior(keras.Model):
    """Autoregressive prior p(code | codes before it, condition), section 3.3.

    A gated network after PixelSNAIL, `structure_pixelcnn_spec` in the authors'
    net/structure_generator.py. Call with (codes as vectors [B, h, w, D], condition
    [B or 1, h, w, C]) -> logits float32 [B, h, w, K]. The logits at a position depend on
    codes strictly before it in raster order: the upper stream sees the rows above, the
    lower stream these and the row up to the position.

    Where the prior runs several times on one condition, `from_condition` computes once
    what that adds, and the call takes it as `added` in place of the condition.

    With `dropout_seed`, int32 [2], dropout of every gated block's branch is on; the
    output blocks have none.

    Args:
      options: sizes, nonlinearity and share of dropout.
      codes: K, size of the structure codebook.
    """

    def __init__(
        self, options: StructureOptions, codes: int, name: str = "structure_prior"
    ):
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
        group = options.residual_blocks // options.attention_blocks
        for i in range(options.residual_blocks):
            attend = None
            if (i + 1) % group == 0:
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
        blocks = [block for pair in zip(self.upper, self.lower) for block in pair]
        product = Linear.side_by_side([block.from_condition for block in blocks])
        active = BY_NAME[self.nonlinearity](condition)
        added = product(tf.reshape(active, [-1, active.shape[-1]]))
        return tf.reshape(added, [*sizes(condition)[:3], added.shape[-1]])


class StructureGenerator(tf.Module):
    """Condition network and prior of the structures, with all variables made.

    Args:
      options: of the whole model.
    """

    def __init__(self, options: ModelOptions):
        super().__init__(name="structure")
        self.condition = ConditionNetwork(options.structure)
        self.prior = StructurePrior(options.structure, options.vqvae.codes)
        condition = self.condition(tf.zeros([1, 64, 64, 3]), tf.zeros([1, 64, 64, 1]))
        self.prior(tf.zeros([1, 8, 8, options.vqvae.code_dimension]), condition)
