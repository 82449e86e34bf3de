"""First stage: the hierarchical VQ-VAE."""

import tensorflow as tf

from vqinpaint.models.vqvae import VQDecoder, VQEncoder
from vqinpaint.ops import losses, vq
from vqinpaint.stages.averages import PolyakAverages
from vqinpaint.stages.base import Batch, adam, minimise, replicas


class VQVAE(tf.Module):
    """Encoder and decoder together, built.

    Args:
      options: `ModelOptions`.
    """

    def __init__(self, options):
        super().__init__(name="vqvae")
        self.options = options.vqvae
        self.encoder = VQEncoder(options.vqvae)
        self.decoder = VQDecoder(options.vqvae)
        encoded = self.encoder(tf.zeros([1, 64, 64, 3]))
        self.decoder(encoded.top.vectors, encoded.bottom.vectors)

    def reconstruct(self, image, training=False):
        """Encodes and decodes: [B, H, W, 3] -> (Encoded, [B, H, W, 3])."""
        encoded = self.encoder(image, training=training)
        return encoded, self.decoder(encoded.top.vectors, encoded.bottom.vectors)


class VQVAEStage:
    """Reconstruction plus commitment, codebooks by moving averages (section 3.2).

    Args:
      options: `ModelOptions`.
      optimizer: `OptimizerOptions`.
    """

    name = "vqvae"
    headline = "reconstruction"

    def __init__(self, options, optimizer, vqvae=None):
        self.options = options
        self.vqvae = vqvae or VQVAE(options)
        self.variables = (
            self.vqvae.encoder.trainable_variables
            + self.vqvae.decoder.trainable_variables
        )
        self.optimizer = adam(optimizer.learning_rate or 1e-4)
        self.optimizer.build(self.variables)
        self.polyak = PolyakAverages(
            self.variables, optimizer.polyak_decay, optimizer.polyak_warmup
        )

    def checkpoint_items(self):
        return {
            "vqvae": self.vqvae,
            "optimizer": self.optimizer,
            "polyak": self.polyak,
        }

    def averaged(self):
        return self.polyak.applied()

    def _scalars(self, encoded, reconstruction, image):
        error = tf.reduce_mean(losses.squared_error(reconstruction, image))
        commitment = self.options.vqvae.commitment * tf.reduce_mean(
            encoded.top.commitment + encoded.bottom.commitment
        )
        codes = self.options.vqvae.codes
        return {
            "reconstruction": error,
            "commitment": commitment,
            "perplexity_top": vq.perplexity(encoded.top.indices, codes),
            "perplexity_bottom": vq.perplexity(encoded.bottom.indices, codes),
        }

    def train_step(self, batch: Batch, step):
        with tf.GradientTape() as tape:
            encoded, reconstruction = self.vqvae.reconstruct(batch.image, training=True)
            scalars = self._scalars(encoded, reconstruction, batch.image)
            loss = (scalars["reconstruction"] + scalars["commitment"]) / replicas()
        minimise(self.optimizer, tape, loss, self.variables)
        self.polyak.update(step)
        return scalars

    def eval_step(self, batch: Batch):
        encoded, reconstruction = self.vqvae.reconstruct(batch.image)
        return self._scalars(encoded, reconstruction, batch.image)

    def pictures(self, batch: Batch):
        encoded, reconstruction = self.vqvae.reconstruct(batch.image)
        return {
            "picture": batch.image,
            "reconstruction": tf.clip_by_value(reconstruction, -1, 1),
            "structure alone": self.vqvae.decoder.structure_alone(encoded.top.vectors),
        }
