"""The networks of Pluralistic Image Completion joined into one model."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from vqinpaint.joined.inpainter import function, look
from vqinpaint.layers import spectral_norm
from vqinpaint.models.pic import Pic, Seen
from vqinpaint.models.pic.generator import Generator
from vqinpaint.ops.gaussians import Gaussian
from vqinpaint.ops.images import to_float, to_uint8
from vqinpaint.options.pic import PicModelOptions
from vqinpaint.pictures.masks import is_missing
from vqinpaint.sampling.noise import normal


class FusedPic:
    """The networks that completing needs, spectral norms fused.

    Every kernel is divided once by the singular value that one power iteration from the
    stored vectors gives. The authors' test moves the vectors at every pass, so that a
    completion depends, a little, on how many came before it; this one does not.

    No `tf.Module`, so that Keras models stay out of sight of SavedModel, which would
    trace each layer.

    Args:
      pic: built `Pic`, which cannot be trained any more.
      judged: whether its discriminator is trained, so that completions can be scored.
      half: whether to keep the kernels as float16; what is computed stays float32.
    """

    def __init__(self, pic: Pic, judged: bool = True, half: bool = False):
        self.encoder, self.prior, self.generator = pic.completing
        self.judge = pic.discriminator if judged else None
        self._networks = [*pic.completing, *([pic.discriminator] if judged else [])]
        for network in self._networks:
            for layer in spectral_norm.layers_of(network):
                layer.fuse(tf.float16 if half else tf.float32)

    def weights(self) -> list[tf.Variable]:
        """The variables that completing needs; nothing that only training moves."""
        found = []
        for network in self._networks:
            layers = spectral_norm.layers_of(network)
            fused = {layer.kernel.ref(): layer.fused for layer in layers}
            found += [fused.get(v.ref(), v) for v in network.trainable_variables]
        return found


class Looked(NamedTuple):
    """A holed picture after the encoder, and the generator that completes it."""

    generator: Generator
    prior: Gaussian
    seen: Seen

    def filled(self, noise: tf.Tensor, temperature: tf.Tensor) -> tf.Tensor:
        """One completion, float32 [S, S, 3], of noise [h, w, Z] and a temperature []."""
        wide = Gaussian(self.prior.mean, temperature * self.prior.deviation)
        return self.generator(wide.at(noise[None]), *self.seen)[-1][0]


class PicInpainter(tf.Module):
    """Several completions of a picture with a hole; see `inpainter.Inpainter`.

    Args:
      options: sizes.
      networks: `FusedPic`.
    """

    def __init__(self, options: PicModelOptions, networks: FusedPic):
        super().__init__(name="pic_inpainter")
        self.networks = networks
        self.weights = networks.weights()
        self.image_size = side = options.image_size
        grid = options.grid_size
        self.noise_shape = [grid, grid, options.pic.latent_channels]
        self.fill = function(
            self._fill,
            seen=(tf.float32, [side, side, 3]),
            hole=(tf.float32, [side, side, 1]),
            noise=(tf.float32, [None, *self.noise_shape]),
            temperature=(tf.float32, [None]),
        )

    def noise(self, seeds: tf.Tensor) -> tf.Tensor:
        """The noise of completions, a row for each seed: float32 [N, h, w, Z]."""
        return normal(seeds, self.noise_shape)

    def _fill(self, seen, hole, noise, temperatures):
        """Completes one picture once for each noise: float32 [N, S, S, 3].

        One at a time, so that a sample's bytes do not depend on its neighbours. At
        temperature 0 the latent map is the mean of the prior.
        """
        looked = self.looked_at(seen[None], hole[None])
        spec = tf.TensorSpec([self.image_size, self.image_size, 3], tf.float32)
        return tf.map_fn(
            lambda row: looked.filled(*row),
            (noise, temperatures),
            fn_output_signature=spec,
        )

    def looked_at(self, seen: tf.Tensor, hole: tf.Tensor) -> Looked:
        """What all completions of a picture share.

        Args:
          seen: float32 [1, S, S, 3] in [-1, 1], 0 where missing.
          hole: float32 [1, S, S, 1], 1 where missing.
        """
        features = self.networks.encoder(seen)
        prior = self.networks.prior(features[-1])
        return Looked(self.networks.generator, prior, Seen.of(features, hole))

    def completed(
        self,
        image: tf.Tensor,
        mask: tf.Tensor,
        seeds: tf.Tensor,
        temperatures: tf.Tensor,
    ) -> tf.Tensor:
        """uint8 [N, S, S, 3], known pixels as they were.

        Args:
          image: uint8 [S, S, 3]; missing pixels are never looked at.
          mask: uint8 [S, S, 1], missing where over 127.
          seeds: int32 [N].
          temperatures: float32 [N].
        """
        filling = self.fill(*look(image, mask), self.noise(seeds), temperatures)
        # Otherwise NaN would become black.
        filling = tf.debugging.check_numerics(filling, "completions are not finite")
        return tf.where(is_missing(mask), to_uint8(filling), image)

    @property
    def score(self) -> Callable[[tf.Tensor], tf.Tensor] | None:
        """How real completions look, or None without a discriminator.

        A function from uint8 [N, S, S, 3] to float32 [N], the mean over the discriminator's
        parts of each picture, higher for pictures that look more real.
        """
        judge = self.networks.judge
        if judge is None:
            return None

        def scores(completed):
            def one(picture):
                return tf.reduce_mean(judge(to_float(picture[None])))

            spec = tf.TensorSpec([], tf.float32)
            return tf.map_fn(one, completed, fn_output_signature=spec)

        return scores
