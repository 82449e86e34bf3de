"""All networks of a model, and the one way in which they are put together."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers import spectral_norm
from vqinpaint.models.pic.discriminator import Discriminator
from vqinpaint.models.pic.encoder import Encoder, GaussianHead
from vqinpaint.models.pic.generator import Generator
from vqinpaint.ops.images import resize_aligned
from vqinpaint.ops.shapes import sizes
from vqinpaint.options.pic import PicOptions


class Seen(NamedTuple):
    """What the generator may see of a holed picture."""

    condition: tf.Tensor  # [B, h, w, C], the encoder's smallest features
    far: tf.Tensor  # [B, 4h, 4w, C], features of the attention's size
    known: tf.Tensor  # float32 [B, 4h, 4w, 1], the visible share of each place

    @classmethod
    def of(cls, features: list[tf.Tensor], mask: tf.Tensor) -> Seen:
        """From the encoder's features of the holed picture.

        Args:
          features: of `Encoder`.
          mask: float32 [B, H, W, 1], 1 where missing.
        """
        far = features[-3]
        return cls(features[-1], far, resize_aligned(1 - mask, sizes(far)[1:3]))

    def twice(self) -> Seen:
        """For a batch of both paths, one behind the other."""
        return Seen(*(tf.concat([x, x], axis=0) for x in self))


class Pic(tf.Module):
    """Encoder, two heads, generator and two discriminators, with all variables made.

    The prior's head sees the holed picture alone and serves completing; that of the
    posterior sees what the hole hides and serves training.

    Args:
      options: sizes, and how to draw initial weights.
    """

    def __init__(self, options: PicOptions):
        super().__init__(name="pic")
        self.encoder = Encoder(options)
        self.prior = GaussianHead(options, options.prior_blocks, "prior")
        self.posterior = GaussianHead(options, 0, "posterior")
        self.generator = Generator(options)
        self.discriminator = Discriminator(options)
        self.discriminator_rec = Discriminator(options, "discriminator_rec")
        side = 3 * 2**options.depth
        image = tf.zeros([1, side, side, 3])
        features = self.encoder(image)
        latent = self.prior(features[-1]).mean
        self.posterior(features[-1])
        self.generator(latent, *Seen.of(features, image[..., :1]))
        self.discriminator(image)
        self.discriminator_rec(image)
        if options.initial_weights == "orthogonal":
            for layer in spectral_norm.layers_of(self):
                shape = layer.kernel.shape
                layer.kernel.assign(keras.initializers.Orthogonal(0.02)(shape))
                layer.bias.assign(tf.zeros_like(layer.bias))

    @property
    def completing(self) -> tuple[tf.Module, ...]:
        """The networks that completing needs."""
        return self.encoder, self.prior, self.generator
