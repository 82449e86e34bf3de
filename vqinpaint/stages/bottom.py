"""Further stage: the prior over the VQ-VAE's bottom codes, given its top codes."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.models.bottom import BottomGenerator
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.ops import losses
from vqinpaint.ops.images import complete
from vqinpaint.options import ModelOptions, OptimizerOptions
from vqinpaint.stages import looks
from vqinpaint.stages.base import Batch
from vqinpaint.stages.likelihood import LikelihoodStage


class BottomStage(LikelihoodStage):
    """Negative log-likelihood of the true texture codes given the true structure.

    The second prior of VQ-VAE-2 (Razavi et al. 2019, section 3.2), here given the known
    pixels too.

    Args:
      options: sizes of the networks.
      optimizer: how to train.
      vqvae: trained; it stays as it is.
      bottom: the networks to train; None makes them.
      seed: of dropout.
    """

    name = "bottom"

    def __init__(
        self,
        options: ModelOptions,
        optimizer: OptimizerOptions,
        vqvae: VQVAE,
        bottom: BottomGenerator | None = None,
        seed: int = 0,
    ):
        self.bottom = bottom or BottomGenerator(options)
        super().__init__(self.bottom, options.bottom.channels, optimizer, vqvae, seed)

    def true_bits(
        self, batch: Batch, dropout_seed: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `LikelihoodStage`: [B, H/4, W/4]."""
        return self._bits(batch, dropout_seed)[0]

    def _bits(self, batch, dropout_seed=None):
        """(bits of every true code [B, h, w], logits [B, h, w, K], `Encoded`)."""
        encoded = self.vqvae.encoder(batch.image)
        structure = tf.stop_gradient(encoded.top.vectors)
        condition = self.bottom.condition(batch.image, batch.mask, structure)
        logits = self.bottom.prior(
            tf.stop_gradient(encoded.bottom.vectors),
            condition,
            dropout_seed=dropout_seed,
        )
        return losses.bits(logits, encoded.bottom.indices), logits, encoded

    def pictures(self, batch: Batch) -> dict[str, tf.Tensor]:
        _, logits, encoded = self._bits(batch)
        structure = encoded.top.vectors
        vectors_of = self.vqvae.encoder.bottom_codebook.vectors_of
        guess = vectors_of(tf.argmax(logits, axis=-1, output_type=tf.int32))
        decode = self.vqvae.decoder
        condition = self.bottom.condition(batch.image, batch.mask, structure)
        drawn, entropy = looks.drawn_codes(
            self.bottom.prior, self.vqvae.encoder.bottom_codebook, condition
        )
        return {
            "holed": complete(batch.image, batch.mask, 0.0),
            "structure": decode.structure_alone(structure),
            "through the VQ-VAE": decode(structure, encoded.bottom.vectors),
            "likeliest code by code": decode(structure, guess),
            **{
                f"drawn {i}": decode(structure, own)
                for i, own in enumerate(drawn, start=1)
            },
            "entropy": looks.as_picture(entropy, 4),
        }
