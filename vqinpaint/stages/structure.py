"""Second stage: the structure generator over the VQ-VAE's top codes."""

from __future__ import annotations

from contextlib import AbstractContextManager

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.models.averages import PolyakAverages
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.ops import losses
from vqinpaint.ops.images import complete
from vqinpaint.options import ModelOptions, OptimizerOptions
from vqinpaint.stages import looks
from vqinpaint.stages.adam import adam
from vqinpaint.stages.base import Batch, CodebookView
from vqinpaint.stages.updates import in_parts, minimise, skipped


class StructureSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """factor * channels^-0.5 * min(i^-0.35, i * 16000^-1.5) at step i, from 1.

    As in the authors' train_structure_generator.py; with 128 channels it peaks at
    0.000369 after some 46,900 steps.

    Args:
      channels: width of the prior's streams.
      factor: 0.18 in the authors' code.
    """

    def __init__(self, channels: int, factor: float = 0.18):
        super().__init__()
        self.channels = channels
        self.factor = factor

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        i = tf.cast(step, tf.float32) + 1
        return (
            self.factor
            * self.channels**-0.5
            * tf.minimum(tf.pow(i, -0.35), i * 16000**-1.5)
        )

    def get_config(self) -> dict:
        return {"channels": self.channels, "factor": self.factor}


class StructureStage:
    """Negative log-likelihood of the true structure codes (section 3.3).

    Trains as the authors' train_structure_generator.py. Losses are told in bits a code.
    See `Stage` for the methods.

    Args:
      options: sizes of the networks.
      optimizer: how to train.
      vqvae: trained; it stays as it is.
      structure: the networks to train; None makes them.
      seed: of dropout.
    """

    name = "structure"
    headline = "bits_per_code"

    def __init__(
        self,
        options: ModelOptions,
        optimizer: OptimizerOptions,
        vqvae: VQVAE,
        structure: StructureGenerator | None = None,
        seed: int = 0,
    ):
        self.vqvae = vqvae
        self.parts = optimizer.accumulate
        self.structure = structure or StructureGenerator(options)
        self.seed = seed
        self.variables = (
            self.structure.condition.trainable_variables
            + self.structure.prior.trainable_variables
        )
        schedule = StructureSchedule(options.structure.channels)
        rate = optimizer.learning_rate
        self.optimizer = adam(schedule if rate is None else rate)
        self.optimizer.build(self.variables)
        self.polyak = PolyakAverages(
            self.variables, optimizer.polyak_decay, optimizer.polyak_warmup
        )

    def checkpoint_items(self) -> dict[str, tf.Module]:
        return {
            "structure": self.structure,
            "optimizer": self.optimizer,
            "polyak": self.polyak,
        }

    def averaged(self) -> AbstractContextManager:
        return self.polyak.applied()

    def _bits(self, batch, dropout_seed=None):
        """(bits of every true code [B, h, w], logits [B, h, w, K], `Quantized`)."""
        top = self.vqvae.encoder(batch.image).top
        condition = self.structure.condition(batch.image, batch.mask)
        logits = self.structure.prior(
            tf.stop_gradient(top.vectors), condition, dropout_seed=dropout_seed
        )
        return losses.bits(logits, top.indices), logits, top

    def _dropout_seed(self, step, part):
        """int32 [2], different for every step, replica and part of a batch."""
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        seed = tf.stack([tf.cast(step, tf.int32), tf.cast(replica, tf.int32)])
        if self.parts > 1:
            seed = tf.random.experimental.stateless_fold_in(seed, part)
        return tf.random.experimental.stateless_fold_in(seed, self.seed)

    def train_step(self, batch: Batch, step: tf.Tensor) -> dict[str, tf.Tensor]:
        def part(batch, number):
            seed = self._dropout_seed(step, number)
            with tf.GradientTape() as tape:
                bits, _, _ = self._bits(batch, dropout_seed=seed)
                # In nats, summed over pictures and codes, as the authors do. Adam's steps
                # do not depend on the scale of a loss.
                loss = tf.reduce_sum(bits) * tf.math.log(2.0)
            gradients = tape.gradient(loss, self.variables)
            return gradients, tf.reduce_mean(bits) / self.parts

        gradients, bits = in_parts(part, batch, self.parts)
        applied = minimise(self.optimizer, gradients, self.variables)
        self.polyak.update(step, applied)
        return {"bits_per_code": bits, "skipped": skipped(applied)}

    def eval_step(self, batch: Batch) -> dict[str, tf.Tensor]:
        bits, _, _ = self._bits(batch)
        return {"bits_per_code": tf.reduce_mean(bits)}

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

    def codebooks(self) -> dict[str, CodebookView]:
        return {}
