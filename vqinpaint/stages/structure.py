"""Second stage: the structure generator over the VQ-VAE's top codes."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.ops import losses
from vqinpaint.ops.images import complete
from vqinpaint.options import ModelOptions, OptimizerOptions
from vqinpaint.stages import looks
from vqinpaint.stages.base import Batch
from vqinpaint.stages.likelihood import LikelihoodStage


class StructureStage(LikelihoodStage):
    """Negative log-likelihood of the true structure codes (section 3.3).

    Args:
      options: sizes of the networks.
      optimizer: how to train.
      vqvae: trained; it stays as it is.
      structure: the networks to train; None makes them.
      seed: of dropout.
    """

    name = "structure"

    def __init__(
        self,
        options: ModelOptions,
        optimizer: OptimizerOptions,
        vqvae: VQVAE,
        structure: StructureGenerator | None = None,
        seed: int = 0,
    ):
        self.structure = structure or StructureGenerator(options)
        super().__init__(
            self.structure, options.structure.channels, optimizer, vqvae, seed
        )

    def true_bits(
        self, batch: Batch, dropout_seed: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `LikelihoodStage`: [B, H/8, W/8]."""
        return self._bits(batch, dropout_seed)[0]

    def _bits(self, batch, dropout_seed=None):
        """(bits of every true code [B, h, w], logits [B, h, w, K], `Quantized`)."""
        top = self.vqvae.encoder(batch.image).top
        condition = self.structure.condition(batch.image, batch.mask)
        logits = self.structure.prior(
            tf.stop_gradient(top.vectors), condition, dropout_seed=dropout_seed
        )
        return losses.bits(logits, top.indices), logits, top

    def pictures(self, batch: Batch) -> dict[str, tf.Tensor]:
        _, logits, top = self._bits(batch)
        guess = self.vqvae.encoder.top_codebook.vectors_of(
            tf.argmax(logits, axis=-1, output_type=tf.int32)
        )
        decode = self.vqvae.decoder.structure_alone
        drawn, entropy = looks.drawn_structures(self.vqvae, self.structure, batch)
        return {
            "holed": complete(batch.image, batch.mask, 0.0),
            "structure": decode(top.vectors),
            "likeliest code by code": decode(guess),
            **{f"drawn {i}": decode(own) for i, own in enumerate(drawn, start=1)},
            "entropy": looks.as_picture(entropy),
        }
