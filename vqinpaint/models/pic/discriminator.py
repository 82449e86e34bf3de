"""The discriminator: how real the parts of a picture look."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.residual import SLOPE, EntryResidual, Residual
from vqinpaint.layers.short_long_attention import SelfAttention
from vqinpaint.layers.spectral_norm import SpectralNormConvolution
from vqinpaint.ops.precision import to_full
from vqinpaint.options.pic import PicOptions

# The reduction before which the attention stands.
_ATTENTION_BEFORE = 2


class Discriminator(keras.Model):
    """Scores of overlapping parts of a picture, the higher the more real.

    It sees the whole picture and no mask. Call with (image [B, H, W, 3] in [-1, 1],
    passes of `SpectralNorm.call`) -> float32 [B, h - 2, w - 2, 1], h = H / 2^depth.

    Args:
      options: sizes.
    """

    def __init__(self, options: PicOptions, name: str = "discriminator"):
        super().__init__(name=name, autocast=False)
        widths = options.widths(options.discriminator_channels)
        self.enter = EntryResidual(widths[0], name="enter")
        self.down = [
            Residual(width, before, down=True, name=f"down_{i}")
            for i, (before, width) in enumerate(zip(widths, widths[1:]))
        ]
        self.attention = SelfAttention(name="attention")
        self.block = Residual(widths[-1], widths[-1], name="block")
        self.score = SpectralNormConvolution(1, padding="valid", name="score")

    def call(self, image: tf.Tensor, passes: int = 1) -> tf.Tensor:
        x = self.enter(image, passes)
        for i, block in enumerate(self.down):
            if i == _ATTENTION_BEFORE:
                x = self.attention(x)
            x = block(x, passes)
        x = tf.nn.leaky_relu(self.block(x, passes), SLOPE)
        return to_full(self.score(x, passes))
