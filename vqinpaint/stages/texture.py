"""Third stage: the texture generator against its discriminator."""

import contextlib

import tensorflow as tf

from vqinpaint.models.texture import Texture
from vqinpaint.ops import losses
from vqinpaint.ops.images import complete
from vqinpaint.stages import looks
from vqinpaint.stages.adam import adam
from vqinpaint.stages.base import Batch, replicas
from vqinpaint.stages.updates import in_parts, minimise, skipped


class TextureStage:
    """L1, hinge and the two VQ feature losses, on true structures (section 3.4).

    Args:
      options: `ModelOptions`.
      optimizer: `OptimizerOptions`.
      vqvae: trained `VQVAE`; it stays as it is.
    """

    name = "texture"
    headline = "absolute_error"

    def __init__(self, options, optimizer, vqvae, texture=None):
        self.options = options.texture
        self.parts = optimizer.accumulate
        self.vqvae = vqvae
        # A trained `StructureGenerator` to look at completions with, if there is one.
        self.structure = None
        self.texture = texture or Texture(options)
        # The authors share one Adam, whose bias correction thus counts both steps.
        self.optimizer = adam(optimizer.learning_rate or 1e-4, beta_1=0.5)
        self.variables = (
            self.texture.generator.trainable_variables
            + self.texture.discriminator.trainable_variables
        )
        self.optimizer.build(self.variables)

    def checkpoint_items(self):
        return {"texture": self.texture, "optimizer": self.optimizer}

    def averaged(self):
        """The authors keep no averages in this stage."""
        return contextlib.nullcontext()

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

    def train_step(self, batch: Batch, step):
        generator, discriminator = self.texture.generator, self.texture.discriminator

        def generate(inputs, _):
            # Completions up, close to the picture and to its codes.
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
            # Pictures up, completions of the moved generator down.
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

    def eval_step(self, batch: Batch):
        truth = self.vqvae.encoder(batch.image)
        filling = self._filling(batch, truth.top.vectors)
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(filling)
            scalars = self._generator_losses(batch, truth, filling)
        completed = complete(batch.image, batch.mask, filling)
        # How hard each loss pulls at the missing pixels: which one the generator obeys.
        pulls = {
            f"pull_{name}": tf.norm(tape.gradient(value, filling) * batch.mask)
            for name, value in scalars.items()
        }
        hole = tf.reduce_sum(batch.mask) * 3
        alone = self.vqvae.decoder.structure_alone(truth.top.vectors)

        def error_in_hole(picture):
            return tf.reduce_sum(tf.abs(picture - batch.image) * batch.mask) / hole

        return {
            **scalars,
            **pulls,
            "generator": tf.add_n(list(scalars.values())),
            "discriminator": self._discriminator_loss(batch, completed),
            "hole_error": error_in_hole(completed),
            "hole_error_structure_alone": error_in_hole(alone),
        }

    def pictures(self, batch: Batch):
        truth = self.vqvae.encoder(batch.image)
        return {
            "holed": complete(batch.image, batch.mask, 0.0),
            "structure alone": self.vqvae.decoder.structure_alone(truth.top.vectors),
            "completion": self._completed(batch, truth.top.vectors),
            "picture": batch.image,
            **self._drawn(batch),
        }

    def _drawn(self, batch):
        """Completions of drawn structures, where there is a network to draw them."""
        if self.structure is None:
            return {}
        drawn, entropy = looks.drawn_structures(self.vqvae, self.structure, batch)
        completions = [self._completed(batch, own) for own in drawn]
        return {
            **{f"completion {i}": own for i, own in enumerate(completions, start=1)},
            "entropy": looks.as_picture(entropy),
        }

    def codebooks(self):
        return {}
