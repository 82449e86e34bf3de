"""First stage: the hierarchical VQ-VAE."""

from __future__ import annotations

from contextlib import AbstractContextManager

import tensorflow as tf

from vqinpaint.models.averages import PolyakAverages
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.ops import losses, vq
from vqinpaint.options import ModelOptions, OptimizerOptions
from vqinpaint.stages.adam import adam
from vqinpaint.stages.base import Batch, CodebookView, replicas
from vqinpaint.stages.updates import in_parts, minimise, skipped


class VQVAEStage:
    """Reconstruction plus commitment, codebooks by moving averages (section 3.2).

    Trains as the authors' train_vqvae.py, to which `structure_weight` adds a term that the
    authors do not have. See `Stage` for the methods.

    Args:
      options: sizes of the networks and weight of the commitment loss.
      optimizer: how to train.
      vqvae: the networks to train; None makes them.
    """

    name = "vqvae"
    headline = "reconstruction"

    def __init__(
        self,
        options: ModelOptions,
        optimizer: OptimizerOptions,
        vqvae: VQVAE | None = None,
    ):
        self.options = options.vqvae
        self.parts = optimizer.accumulate
        self.vqvae = vqvae or VQVAE(options)
        self.variables = (
            self.vqvae.encoder.trainable_variables
            + self.vqvae.decoder.trainable_variables
        )
        rate = optimizer.learning_rate
        self.optimizer = adam(1e-4 if rate is None else rate)
        self.optimizer.build(self.variables)
        self.polyak = PolyakAverages(
            self.variables, optimizer.polyak_decay, optimizer.polyak_warmup
        )

    def checkpoint_items(self) -> dict[str, tf.Module]:
        return {
            "vqvae": self.vqvae,
            "optimizer": self.optimizer,
            "polyak": self.polyak,
        }

    def averaged(self) -> AbstractContextManager:
        return self.polyak.applied()

    def _losses(self, encoded, reconstruction, image):
        error = tf.reduce_mean(losses.squared_error(reconstruction, image))
        commitment = self.options.commitment * tf.reduce_mean(
            encoded.top.commitment + encoded.bottom.commitment
        )
        found = {"reconstruction": error, "commitment": commitment}
        weight = self.options.structure_weight
        if weight:
            alone = self.vqvae.decoder.without_texture(encoded.top.vectors)
            own = tf.reduce_mean(losses.squared_error(alone, image))
            found["structure"] = weight * own
        return found

    def train_step(self, batch: Batch, step: tf.Tensor) -> dict[str, tf.Tensor]:
        encoder = self.vqvae.encoder

        def part(batch, _):
            with tf.GradientTape() as tape:
                encoded, reconstruction = self.vqvae.reconstruct(batch.image)
                scalars = self._losses(encoded, reconstruction, batch.image)
                scalars = {k: v / self.parts for k, v in scalars.items()}
                loss = tf.add_n(list(scalars.values())) / replicas()
            gradients = tape.gradient(loss, self.variables)
            return gradients, scalars, encoder.usage(encoded)

        gradients, scalars, usage = in_parts(part, batch, self.parts)
        applied = minimise(self.optimizer, gradients, self.variables)
        with tf.name_scope("codebooks"):
            usage = tf.nest.map_structure(vq.replica_sum, usage)
            encoder.follow(usage, applied)
        self.polyak.update(step, applied)
        return {**scalars, **_perplexities(usage), "skipped": skipped(applied)}

    def eval_step(self, batch: Batch) -> dict[str, tf.Tensor]:
        encoded, reconstruction = self.vqvae.reconstruct(batch.image)
        return {
            **self._losses(encoded, reconstruction, batch.image),
            **_perplexities(self.vqvae.encoder.usage(encoded)),
        }

    def pictures(self, batch: Batch) -> dict[str, tf.Tensor]:
        encoded, reconstruction = self.vqvae.reconstruct(batch.image)
        return {
            "picture": batch.image,
            "reconstruction": tf.clip_by_value(reconstruction, -1, 1),
            "structure alone": self.vqvae.decoder.structure_alone(encoded.top.vectors),
        }

    def codebooks(self) -> dict[str, CodebookView]:
        """Both codebooks; a code's patch is what a grid of 4x4 copies of it decodes to.

        The other level's vectors are zero: a top patch is 32x32 pixels, a bottom patch
        16x16.
        """
        encoder, decode = self.vqvae.encoder, self.vqvae.decoder
        views = {}
        for name, codebook in (
            ("top", encoder.top_codebook),
            ("bottom", encoder.bottom_codebook),
        ):
            codes = tf.transpose(codebook.codes)
            own = tf.tile(codes[:, None, None], [1, 4, 4, 1])
            if name == "top":
                patches = decode.structure_alone(own)
            else:
                patches = tf.clip_by_value(
                    decode(tf.zeros_like(own[:, :2, :2]), own), -1, 1
                )
            counts = tf.convert_to_tensor(codebook.counts)
            views[name] = CodebookView(codes, counts, patches)
        return views


def _perplexities(usage):
    """How many codes of each level are in use, from 1 to K, as scalars by name."""
    top, bottom = usage
    return {
        "perplexity_top": vq.perplexity(top.counts),
        "perplexity_bottom": vq.perplexity(bottom.counts),
    }
