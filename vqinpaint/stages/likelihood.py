"""What the stages have in common that train a prior over codes by its likelihood."""

from __future__ import annotations

from contextlib import AbstractContextManager

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.models.averages import PolyakAverages
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import OptimizerOptions
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


class LikelihoodStage:
    """Negative log-likelihood of true codes under a prior, one code given those before.

    Trains as the authors' train_structure_generator.py. Losses are told in bits a code.
    See `Stage` for the methods. A subclass has a `name`, `pictures` and `true_bits`.

    Args:
      networks: module with the attributes `condition` and `prior`, which are trained.
      channels: width of the prior's streams, for the learning rate.
      optimizer: how to train.
      vqvae: trained; it stays as it is.
      seed: of dropout.
    """

    name: str
    headline = "bits_per_code"

    def __init__(
        self,
        networks: tf.Module,
        channels: int,
        optimizer: OptimizerOptions,
        vqvae: VQVAE,
        seed: int = 0,
    ):
        self.vqvae = vqvae
        self.parts = optimizer.accumulate
        self.networks = networks
        self.seed = seed
        self.variables = (
            networks.condition.trainable_variables + networks.prior.trainable_variables
        )
        rate = optimizer.learning_rate
        self.optimizer = adam(StructureSchedule(channels) if rate is None else rate)
        self.optimizer.build(self.variables)
        self.polyak = PolyakAverages(
            self.variables, optimizer.polyak_decay, optimizer.polyak_warmup
        )

    def checkpoint_items(self) -> dict[str, tf.Module]:
        return {
            self.name: self.networks,
            "optimizer": self.optimizer,
            "polyak": self.polyak,
        }

    def averaged(self) -> AbstractContextManager:
        return self.polyak.applied()

    def true_bits(
        self, batch: Batch, dropout_seed: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Bits of every true code given the true codes before it: float32 [B, h, w]."""
        raise NotImplementedError

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
                bits = self.true_bits(batch, dropout_seed=seed)
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
        return {"bits_per_code": tf.reduce_mean(self.true_bits(batch))}

    def codebooks(self) -> dict[str, CodebookView]:
        return {}
