"""The one stage of Pluralistic Image Completion: two paths against two discriminators."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import tensorflow as tf

from vqinpaint.layers import spectral_norm
from vqinpaint.models.pic import Pic, Seen
from vqinpaint.ops import pic_losses
from vqinpaint.ops.gaussians import Gaussian
from vqinpaint.ops.images import complete, hide
from vqinpaint.options import OptimizerOptions
from vqinpaint.options.pic import PicModelOptions
from vqinpaint.stages.adam import torch_adam
from vqinpaint.stages.base import Batch, CodebookView, replicas
from vqinpaint.stages.updates import in_parts, minimise, skipped


class Noise(NamedTuple):
    """Standard normal noise of the two paths, float32 [B, h, w, Z] each."""

    posterior: tf.Tensor
    prior: tf.Tensor


class _Passed(NamedTuple):
    """What one pass over both paths gives."""

    posterior: Gaussian
    prior: Gaussian
    rec: list[tf.Tensor]  # of the reconstructive path, from small to large
    gen: list[tf.Tensor]  # of the generative path


class PicStage:
    """Trains as the authors' code does (section 3.2 of the paper); see `Stage`.

    The reconstructive path sees what the hole hides and has to give the whole picture;
    the generative path sees the rest, and its prior is drawn towards the posterior of the
    other. A step moves first both discriminators, then encoder, heads and generator,
    against the new discriminators. Both use the same noise.

    Args:
      options: sizes of the networks and weights of the losses.
      optimizer: how to train.
      pic: the networks to train; None makes them.
      seed: of the noise.
    """

    name = "pic"
    headline = "app_rec"

    def __init__(
        self,
        options: PicModelOptions,
        optimizer: OptimizerOptions,
        pic: Pic | None = None,
        seed: int = 0,
    ):
        self.options = options.pic
        self.parts = optimizer.accumulate
        self.seed = seed
        self.pic = pic or Pic(options.pic)
        networks = self.pic
        self._drawing = [
            *networks.encoder.trainable_variables,
            *networks.prior.trainable_variables,
            *networks.posterior.trainable_variables,
            *networks.generator.trainable_variables,
        ]
        self._judging = [
            *networks.discriminator.trainable_variables,
            *networks.discriminator_rec.trainable_variables,
        ]
        self.variables = [*self._drawing, *self._judging]
        rate = optimizer.learning_rate
        rate = 1e-4 if rate is None else rate
        self.optimizer = torch_adam(rate, beta_1=0.0)
        self.optimizer.build(self._drawing)
        self.discriminator_optimizer = torch_adam(rate, beta_1=0.0)
        self.discriminator_optimizer.build(self._judging)

    def checkpoint_items(self) -> dict[str, tf.Module]:
        return {
            "pic": self.pic,
            "optimizer": self.optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
        }

    def averaged(self) -> AbstractContextManager:
        """Changes nothing: the authors keep no averages."""
        return nullcontext()

    def codebooks(self) -> dict[str, CodebookView]:
        return {}

    def noise(self, batch: Batch, step: tf.Tensor) -> Noise:
        """The noise of a step, which depends on a picture's place in the whole batch.

        So several replicas, or parts, draw what one would.
        """
        context = tf.distribute.get_replica_context()
        rows = tf.shape(batch.image)[0]
        replica = context.replica_id_in_sync_group if context else 0
        numbers = tf.cast(replica, tf.int32) * rows + tf.range(rows)
        base = tf.stack([tf.cast(step, tf.int32), self.seed])
        return self._noise_of(base, numbers, batch)

    def _noise_of(self, base, numbers, batch):
        unit = 2**self.options.depth
        height, width = batch.image.shape[1] // unit, batch.image.shape[2] // unit
        shape = [2, height, width, self.options.latent_channels]

        def row(number):
            seed = tf.random.experimental.stateless_fold_in(base, number)
            return tf.random.stateless_normal(shape, seed)

        spec = tf.TensorSpec(shape)
        return Noise(
            *tf.unstack(tf.map_fn(row, numbers, fn_output_signature=spec), 2, 1)
        )

    def train_step(self, batch: Batch, step: tf.Tensor) -> dict[str, tf.Tensor]:
        return self.step_with(batch, self.noise(batch, step))

    def step_with(self, batch: Batch, noise: Noise) -> dict[str, tf.Tensor]:
        """As `train_step`, from given noise."""
        networks, inputs = self.pic, (batch, noise)

        def judge(inputs, _):
            # Discriminators: scores of pictures up, of the generator's pictures down.
            batch, noise = inputs
            passed = self._pass(batch, noise)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self._judging)
                scalars = self._discriminator_losses(batch.image, passed)
                scalars = {k: v / self.parts for k, v in scalars.items()}
                scaled = tf.add_n(list(scalars.values())) / replicas()
            return tape.gradient(scaled, self._judging), scalars

        def draw(inputs, _):
            # The others: close to the picture, to the prior, and real to the new
            # discriminators.
            batch, noise = inputs
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self._drawing)
                scalars = self._generator_losses(batch, self._pass(batch, noise))
                scalars = {k: v / self.parts for k, v in scalars.items()}
                scaled = tf.add_n(list(scalars.values())) / replicas()
            # Of one path alone the posterior gets none.
            zero = {"unconnected_gradients": tf.UnconnectedGradients.ZERO}
            return tape.gradient(scaled, self._drawing, **zero), scalars

        gradients, against = in_parts(judge, inputs, self.parts)
        judges = networks.discriminator, networks.discriminator_rec
        vectors = [spectral_norm.arrived(judge, 2) for judge in judges]
        judged = minimise(self.discriminator_optimizer, gradients, self._judging)
        for network, own in zip(judges, vectors):
            spectral_norm.move(network, own, judged)
        gradients, scalars = in_parts(draw, inputs, self.parts)
        # Each network moves as often as it has been passed, with the kernels it had.
        moving = [(network, 1) for network in self._passed_networks()]
        moving += [(judges[0], 1), (judges[1], 2)]
        vectors = [spectral_norm.arrived(network, n) for network, n in moving]
        applied = minimise(self.optimizer, gradients, self._drawing)
        for (network, _), own in zip(moving, vectors):
            spectral_norm.move(network, own, applied)
        return {
            **scalars,
            **against,
            "generator": tf.add_n(list(scalars.values())),
            "skipped": skipped(applied & judged),
        }

    def _passed_networks(self):
        networks = self.pic
        return networks.encoder, networks.prior, networks.posterior, networks.generator

    def _pass(self, batch, noise):
        """Both paths in one batch, that of the holed pictures before that of the rest."""
        rows = tf.shape(batch.image)[0]
        known, hidden = hide(batch.image, batch.mask), hide(batch.image, 1 - batch.mask)
        features = self.pic.encoder(tf.concat([known, hidden], axis=0))
        prior = self.pic.prior(features[-1][:rows])
        posterior = self.pic.posterior(features[-1][rows:])
        seen = Seen.of([part[:rows] for part in features], batch.mask)
        latents = posterior.at(noise.posterior), prior.at(noise.prior)
        pictures = self.pic.generator(tf.concat(latents, axis=0), *seen.twice())
        rec, gen = zip(*(tf.split(picture, 2) for picture in pictures))
        return _Passed(posterior, prior, list(rec), list(gen))

    def _discriminator_losses(self, image, passed):
        kind = self.options.adversarial

        def loss(judge, fake):
            real = judge(image)
            return pic_losses.discriminator(kind, real, judge(fake, 2))

        return {
            "img_d": loss(self.pic.discriminator, passed.gen[-1]),
            "img_d_rec": loss(self.pic.discriminator_rec, passed.rec[-1]),
        }

    def _generator_losses(self, batch, passed):
        options, one_path = self.options, self.options.train_paths == "one"
        scores = self.pic.discriminator(passed.gen[-1])
        kl = pic_losses.divergences(options, batch.mask, passed.posterior, passed.prior)
        known = None if one_path else batch.mask
        error = pic_losses.error_over_scales
        weights = {
            "kl": options.kl_weight * options.scales,
            "app": options.reconstruction_weight,
            "ad": options.adversarial_weight,
        }
        losses = {
            "kl_g": kl["kl_g"],
            "app_g": error(passed.gen, batch.image, known),
            "ad_g": pic_losses.adversarial(options.adversarial, scores),
        }
        if not one_path:
            judge = self.pic.discriminator_rec
            rec, real = judge(passed.rec[-1]), judge(batch.image, 2)
            losses |= {
                "kl_rec": kl["kl_rec"],
                "app_rec": error(passed.rec, batch.image),
                "ad_rec": tf.reduce_mean(tf.math.squared_difference(rec, real)),
            }
        absent = dict.fromkeys(("kl_rec", "app_rec", "ad_rec"), tf.zeros([]))
        return absent | {
            name: weights[name.split("_")[0]] * loss for name, loss in losses.items()
        }

    def _fixed_noise(self, batch):
        """The same noise every time, for evaluation and pictures."""
        rows = tf.range(tf.shape(batch.image)[0])
        return self._noise_of(tf.constant([-1, self.seed]), rows, batch)

    def eval_step(self, batch: Batch) -> dict[str, tf.Tensor]:
        passed = self._pass(batch, self._fixed_noise(batch))
        scalars = self._generator_losses(batch, passed)
        hole = tf.reduce_sum(batch.mask) * 3
        error = tf.abs(passed.gen[-1] - batch.image) * batch.mask
        return {
            **scalars,
            **self._discriminator_losses(batch.image, passed),
            "generator": tf.add_n(list(scalars.values())),
            "hole_error": tf.math.divide_no_nan(tf.reduce_sum(error), hole),
        }

    def pictures(self, batch: Batch) -> dict[str, tf.Tensor]:
        noise = self._fixed_noise(batch)
        # The posterior's noise serves as a second one for the prior.
        first = self._pass(batch, noise)
        second = self._pass(batch, Noise(noise.prior, noise.posterior))
        return {
            "holed": complete(batch.image, batch.mask, 0.0),
            "reconstruction": first.rec[-1],
            "completion 1": complete(batch.image, batch.mask, first.gen[-1]),
            "completion 2": complete(batch.image, batch.mask, second.gen[-1]),
            "picture": batch.image,
        }
