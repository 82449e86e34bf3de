"""Third stage: the texture generator against its discriminator."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import tensorflow as tf

from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.ops import losses
from vqinpaint.ops.images import complete
from vqinpaint.options import ModelOptions, OptimizerOptions
from vqinpaint.stages import looks
from vqinpaint.stages.adam import adam
from vqinpaint.stages.base import Batch, CodebookView, replicas
from vqinpaint.stages.updates import in_parts, minimise, skipped


class TextureStage:
    """L1, hinge and the two VQ feature losses, on true structures (section 3.4).

    The generator fills holes along the structure codes of the whole picture; drawn
    structures come in only when completing. As in the authors'
    train_texture_generator.py one step moves first the generator and then the
    discriminator, on the same batch. See `Stage` for the methods.

    Args:
      options: sizes of the networks and weights of the losses.
      optimizer: how to train.
      vqvae: trained; it stays as it is.
      texture: the networks to train; None makes them.
      structure: trained, to draw structures for `pictures`; None leaves those out.
    """

    name = "texture"
    headline = "absolute_error"

    def __init__(
        self,
        options: ModelOptions,
        optimizer: OptimizerOptions,
        vqvae: VQVAE,
        texture: Texture | None = None,
        structure: StructureGenerator | None = None,
    ):
        self.options = options.texture
        self.parts = optimizer.accumulate
        self.vqvae = vqvae
        self.structure = structure
        self.texture = texture or Texture(options)
        # The authors share one Adam, whose bias correction thus counts both steps.
        rate = optimizer.learning_rate
        self.optimizer = adam(1e-4 if rate is None else rate, beta_1=0.5)
        self.variables = (
            self.texture.generator.trainable_variables
            + self.texture.discriminator.trainable_variables
        )
        self.optimizer.build(self.variables)

    def checkpoint_items(self) -> dict[str, tf.Module]:
        return {"texture": self.texture, "optimizer": self.optimizer}

    def averaged(self) -> AbstractContextManager:
        """Changes nothing: the authors keep no averages in this stage."""
        return nullcontext()

    def _filling(self, batch, structure):
        return self.texture.generator(batch.image, batch.mask, structure)

    def _completed(self, batch, structure):
        return complete(batch.image, batch.mask, self._filling(batch, structure))

    def _generator_losses(self, batch, truth, filling):
        encoder = self.vqvae.encoder
        completed = complete(batch.image, batch.mask, filling)
        scores = self.texture.discriminator(completed, batch.mask)
        encoded = encoder(completed)
        feature = losses.code_feature_loss
        return {
            "absolute_error": tf.reduce_mean(
                losses.absolute_error(filling, batch.image)
            ),
            "adversarial": self.options.adversarial_weight
            * tf.reduce_mean(losses.hinge_generator(scores)),
            "feature_top": self.options.feature_weight
            * tf.reduce_mean(
                feature(
                    encoded.top_features, truth.top.indices, encoder.top_codebook.codes
                )
            ),
            "feature_bottom": self.options.feature_weight
            * tf.reduce_mean(
                feature(
                    encoded.bottom_features,
                    truth.bottom.indices,
                    encoder.bottom_codebook.codes,
                )
            ),
        }

    def _discriminator_loss(self, batch, completed):
        scores = self.texture.discriminator(
            tf.concat([batch.image, completed], axis=0),
            tf.concat([batch.mask, batch.mask], axis=0),
        )
        real, fake = tf.split(scores, 2, axis=0)
        return tf.reduce_mean(losses.hinge_discriminator(real, fake))

    def train_step(self, batch: Batch, step: tf.Tensor) -> dict[str, tf.Tensor]:
        generator, discriminator = self.texture.generator, self.texture.discriminator

        def generate(inputs, _):
            # Generator: scores of completions up, close to the picture and its codes.
            batch, truth = inputs
            variables = generator.trainable_variables
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(variables)
                filling = self._filling(batch, truth.top.vectors)
                scalars = self._generator_losses(batch, truth, filling)
                scalars = {k: v / self.parts for k, v in scalars.items()}
                scaled = tf.add_n(list(scalars.values())) / replicas()
            return tape.gradient(scaled, variables), scalars

        def discriminate(inputs, _):
            # Discriminator: scores of pictures up, of the new completions down.
            batch, truth = inputs
            variables = discriminator.trainable_variables
            completed = self._completed(batch, truth.top.vectors)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(variables)
                loss = self._discriminator_loss(batch, completed) / self.parts
                scaled = loss / replicas()
            return tape.gradient(scaled, variables), loss

        inputs = batch, self.vqvae.encoder(batch.image)
        gradients, scalars = in_parts(generate, inputs, self.parts)
        vectors = discriminator.arrived()
        applied = minimise(self.optimizer, gradients, generator.trainable_variables)
        discriminator.move(vectors, applied)
        gradients, against = in_parts(discriminate, inputs, self.parts)
        vectors = discriminator.arrived()
        moved = minimise(self.optimizer, gradients, discriminator.trainable_variables)
        discriminator.move(vectors, moved)
        return {
            **scalars,
            "generator": tf.add_n(list(scalars.values())),
            "discriminator": against,
            "skipped": skipped(applied & moved),
        }

    def eval_step(self, batch: Batch) -> dict[str, tf.Tensor]:
        truth = self.vqvae.encoder(batch.image)
        filling = self._filling(batch, truth.top.vectors)
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(filling)
            scalars = self._generator_losses(batch, truth, filling)
        completed = complete(batch.image, batch.mask, filling)
        # The gradient that each loss has at the missing pixels: the largest one is what
        # the generator follows.
        pulls = {
            f"pull_{name}": tf.norm(tape.gradient(value, filling) * batch.mask)
            for name, value in scalars.items()
        }
        hole = tf.reduce_sum(batch.mask) * 3
        alone = self.vqvae.decoder.structure_alone(truth.top.vectors)

        def error_in_hole(picture):
            error = tf.reduce_sum(tf.abs(picture - batch.image) * batch.mask)
            return tf.math.divide_no_nan(error, hole)

        return {
            **scalars,
            **pulls,
            "generator": tf.add_n(list(scalars.values())),
            "discriminator": self._discriminator_loss(batch, completed),
            "hole_error": error_in_hole(completed),
            "hole_error_structure_alone": error_in_hole(alone),
        }

    def pictures(self, batch: Batch) -> dict[str, tf.Tensor]:
        truth = self.vqvae.encoder(batch.image)
        return {
            "holed": complete(batch.image, batch.mask, 0.0),
            "structure alone": self.vqvae.decoder.structure_alone(truth.top.vectors),
            "completion": self._completed(batch, truth.top.vectors),
            "picture": batch.image,
            **self._drawn(batch),
        }

    def _drawn(self, batch):
        """Completions of drawn structures by name; none without a structure generator."""
        if self.structure is None:
            return {}
        drawn, entropy = looks.drawn_structures(self.vqvae, self.structure, batch)
        completions = [self._completed(batch, own) for own in drawn]
        return {
            **{f"completion {i}": own for i, own in enumerate(completions, start=1)},
            "entropy": looks.as_picture(entropy),
        }

    def codebooks(self) -> dict[str, CodebookView]:
        return {}
