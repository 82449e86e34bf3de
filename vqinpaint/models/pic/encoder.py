"""Features of a picture, and the Gaussians that two heads make of them."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.residual import EntryResidual, Residual
from vqinpaint.ops.gaussians import Gaussian
from vqinpaint.ops.precision import to_full
from vqinpaint.options.pic import PicOptions


class Encoder(keras.Model):
    """Halves a picture `depth` times.

    Call with image [B, H, W, 3] in [-1, 1], 0 where hidden -> list of the features after
    each reduction, [B, H / 2^(i+1), W / 2^(i+1), C_i]. The mask is no input.

    Args:
      options: sizes.
    """

    def __init__(self, options: PicOptions, name: str = "encoder"):
        super().__init__(name=name, autocast=False)
        widths = options.widths(options.generator_channels)
        self.enter = EntryResidual(widths[0], name="enter")
        self.down = [
            Residual(width, before, down=True, name=f"down_{i}")
            for i, (before, width) in enumerate(zip(widths, widths[1:]))
        ]

    def call(self, image: tf.Tensor) -> list[tf.Tensor]:
        features = [self.enter(image)]
        for block in self.down:
            features.append(block(features[-1]))
        return features


class GaussianHead(keras.Model):
    """A Gaussian at each place of the latent map.

    Call with features [B, h, w, C] -> `Gaussian` of float32 [B, h, w, latent_channels].

    Args:
      options: sizes.
      blocks: number of residual blocks before the last one.
    """

    def __init__(self, options: PicOptions, blocks: int, name: str):
        super().__init__(name=name, autocast=False)
        width = options.widths(options.generator_channels)[-1]
        self.blocks = [
            Residual(width, width, name=f"blocks_{i}") for i in range(blocks)
        ]
        self.last = Residual(2 * options.latent_channels, width, name="last")

    def call(self, features: tf.Tensor) -> Gaussian:
        for block in self.blocks:
            features = block(features)
        return Gaussian.of(to_full(self.last(features)))
