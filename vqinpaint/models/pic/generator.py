"""The generator: a latent map and the known pixels become a picture."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.residual import Residual, ToPicture, UpResidual
from vqinpaint.layers.short_long_attention import ShortLongAttention
from vqinpaint.options.pic import PicOptions

# The block of the decoder behind which the attention stands.
ATTENTION_AFTER = 1


class Generator(keras.Model):
    """Doubles the latent map `depth` times, and shows the picture at the last scales.

    Call with latent [B, h, w, Z], condition [B, h, w, C], the encoder's smallest features
    of the holed picture, far [B, 4h, 4w, C], those of the attention's size, and known
    [B, 4h, 4w, 1], 1 where visible -> list of float32 [B, H_s, W_s, 3] in [-1, 1], from
    the smallest scale to the largest, H = h * 2^depth.

    Args:
      options: sizes.
    """

    def __init__(self, options: PicOptions, name: str = "generator"):
        super().__init__(name=name, autocast=False)
        widths = options.widths(options.generator_channels)[::-1]
        self.first_picture = options.depth - options.scales
        self.enter = Residual(widths[0], widths[0], name="enter")
        self.up = [UpResidual(width, name=f"up_{i}") for i, width in enumerate(widths)]
        self.attention = ShortLongAttention(name="attention")
        self.to_picture = [
            ToPicture(name=f"to_picture_{i}") for i in range(options.scales)
        ]

    def call(
        self,
        latent: tf.Tensor,
        condition: tf.Tensor,
        far: tf.Tensor,
        known: tf.Tensor,
    ) -> list[tf.Tensor]:
        x = self.enter(latent) + condition
        pictures: list[tf.Tensor] = []
        for i, block in enumerate(self.up):
            if pictures:
                x = tf.concat([x, tf.cast(pictures[-1], x.dtype)], axis=-1)
            x = block(x)
            if i == ATTENTION_AFTER:
                x = self.attention(x, far, known)
            if i >= self.first_picture:
                pictures.append(self.to_picture[i - self.first_picture](x))
        return pictures
