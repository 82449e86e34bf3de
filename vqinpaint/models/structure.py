"""Structure generator: a condition network and an autoregressive prior over codes."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.gated_residual import GatedResidual
from vqinpaint.layers.weight_norm import WeightNormConvolution
from vqinpaint.models.prior import GatedPrior
from vqinpaint.ops.images import known_pixels
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


class StructurePrior(GatedPrior):
    """The prior over structure codes [B, H/8, W/8]; see `GatedPrior`.

    Args:
      options: sizes.
      codes: K, size of the structure codebook.
    """

    def __init__(
        self, options: StructureOptions, codes: int, name: str = "structure_prior"
    ):
        super().__init__(options, codes, name)


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
