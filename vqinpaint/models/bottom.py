"""Bottom prior: texture codes given the structure and the known pixels."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.gated_residual import GatedResidual
from vqinpaint.layers.weight_norm import WeightNormConvolution, WeightNormDense
from vqinpaint.models.prior import GatedPrior
from vqinpaint.ops.images import known_pixels
from vqinpaint.options import BottomOptions, ModelOptions


class BottomCondition(keras.Model):
    """Features of the known pixels and of the structure, for every texture code.

    Call with (image [B, H, W, 3] in [-1, 1], mask [B, H, W, 1], 1 where missing,
    structure [B, H/8, W/8, D] of code vectors) -> [B, H/4, W/4, 8 * condition_channels].
    Missing pixels are zeroed first.

    The structure joins the known pixels at its own resolution. A stack of residual blocks
    follows, whose result is enlarged twofold (VQ-VAE-2, Razavi et al. 2019, section 3.2,
    where no picture is given). The known pixels' features at the texture's resolution are
    added, so that texture can go on across the hole's edge.

    Args:
      options: sizes.

    Attributes:
      width: number of channels of the result.
      fine_width: number of channels of the known pixels' features.
    """

    def __init__(self, options: BottomOptions, name: str = "bottom_condition"):
        super().__init__(name=name, autocast=False)
        widths = [options.condition_channels * 2**i for i in range(4)]
        inner = [options.condition_residual_channels * 2**i for i in range(4)]
        self.width, self.fine_width = widths[-1], widths[-2]

        def block(name, level):
            return GatedResidual(
                widths[level],
                inner[level],
                (3, 3),
                nonlinearity=options.nonlinearity,
                name=name,
            )

        def convolution(name, level, kernel=3, strides=1):
            size = (kernel, kernel)
            return WeightNormConvolution(
                widths[level], size, strides=strides, name=name
            )

        # From the picture's resolution to that of the texture.
        self.fine = [
            convolution("enter", 0, kernel=5),
            block("block_0", 0),
            convolution("down_1", 1, strides=2),
            block("block_1", 1),
            convolution("down_2", 2, strides=2),
            block("block_2", 2),
        ]
        self.down_3 = convolution("down_3", 3, strides=2)
        self.from_structure = convolution("from_structure", 3)
        self.stack = [block(f"block_3_{i}", 3) for i in range(options.condition_blocks)]
        self.enlarged = convolution("enlarged", 3)
        self.from_fine = WeightNormDense(self.width, name="from_fine")

    def call(
        self, image: tf.Tensor, mask: tf.Tensor, structure: tf.Tensor
    ) -> tf.Tensor:
        return self.joined(self.features(image, mask), structure)

    def features(self, image: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """Of the known pixels alone: [B, H/4, W/4, fine_width]."""
        fine = known_pixels(image, mask)
        for step in self.fine:
            fine = step(fine)
        return fine

    def joined(self, fine: tf.Tensor, structure: tf.Tensor) -> tf.Tensor:
        """The condition, of what `features` returns and the structure."""
        coarse = self.down_3(fine)
        x = coarse + self.from_structure(tf.cast(structure, coarse.dtype))
        for step in self.stack:
            x = step(x)
        x = tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2)
        return self.enlarged(x) + self.from_fine(fine)


class BottomPrior(GatedPrior):
    """The prior over texture codes [B, H/4, W/4]; see `GatedPrior`.

    VQ-VAE-2's bottom prior has no attention either, and kernels of its own kind.

    Args:
      options: sizes.
      codes: K, size of the texture codebook.
    """

    def __init__(self, options: BottomOptions, codes: int, name: str = "bottom_prior"):
        super().__init__(options, codes, name)


class BottomGenerator(tf.Module):
    """Condition network and prior of the texture codes, with all variables made.

    Args:
      options: of the whole model.
    """

    def __init__(self, options: ModelOptions):
        super().__init__(name="bottom")
        depth = options.vqvae.code_dimension
        self.condition = BottomCondition(options.bottom)
        self.prior = BottomPrior(options.bottom, options.vqvae.codes)
        image, mask = tf.zeros([1, 64, 64, 3]), tf.zeros([1, 64, 64, 1])
        condition = self.condition(image, mask, tf.zeros([1, 8, 8, depth]))
        self.prior(tf.zeros([1, 16, 16, depth]), condition)
