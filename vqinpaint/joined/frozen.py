"""Trained networks made ready for use."""

import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.models.structure_steps import StructureSteps
from vqinpaint.ops.filling import fill_smoothly
from vqinpaint.ops.shapes import known, sizes
from vqinpaint.sampling.choice import choose


def weight_normalised(structure):
    """The structure generator's layers that are fused, in the order of an export."""
    return [
        layer
        for network in (structure.condition, structure.prior)
        for layer in network.submodules
        if hasattr(layer, "fuse")
    ]


def kept_as_they_are(encoder, decoder, generator):
    """The variables of the other networks, in the order of an export."""
    return [
        *(
            v
            for part in (encoder, decoder, generator)
            for v in part.trainable_variables
        ),
        *(book.codes for book in (encoder.top_codebook, encoder.bottom_codebook)),
    ]


class FrozenNetworks:
    """The networks that completing needs, weight norm fused.

    No `tf.Module`, so that Keras models stay out of sight of SavedModel, which would
    trace each layer.

    Args:
      vqvae, structure, generator, sampler, half: as of `inpainter.Inpainter`.
    """

    def __init__(self, vqvae, structure, generator, sampler, half=False):
        self.sampler = sampler
        self.encoder, self.decoder = vqvae.encoder, vqvae.decoder
        self.condition, self.prior = structure.condition, structure.prior
        self.generator = generator

        self._fused = weight_normalised(structure)
        for layer in self._fused:
            layer.fuse(tf.float16 if half else tf.float32)

    def weights(self):
        """The variables that completing needs; nothing that only training moves."""
        networks = (self.encoder, self.decoder, self.generator)
        return [
            *kept_as_they_are(*networks),
            *(v for layer in self._fused for v in (layer.fused, layer.bias)),
        ]

    def draw(self, images, masks, noise, control, on_row=None):
        """Draws structures from given noise.

        Args:
          images: [N, S, S, 3] in [-1, 1], or one picture for all noise.
          masks: [N, S, S, 1], or one mask, 1 where missing.
          noise: [N, h, w, K].
          control: `sampling.choice.Control`.
          on_row: see `sampling.naive.sample`.

        Returns:
          `sampling.choice.Draw`.
        """
        grid = [known(size) for size in sizes(noise)[1:3]]
        kinds = {"condition": tf.TensorSpec([*grid, self.condition.width])}
        if self.sampler in sampling.TAKE_GUESSES:
            kinds["likely"] = tf.TensorSpec(grid, tf.int32)

        def look(pair):
            image, mask = pair[0][None], pair[1][None]
            seen = {"condition": self.condition(image, mask)[0]}
            if "likely" in kinds:
                seen["likely"] = self.likely(image, mask)[0]
            return seen

        # One picture at a time: the networks' activations are large.
        seen = tf.map_fn(look, (images, masks), fn_output_signature=kinds)
        return self.draw_from(
            seen["condition"], noise, control, self.sampler, on_row, seen.get("likely")
        )

    def likely(self, images, masks):
        """Codes of pictures whose holes are filled smoothly: int32 [N, h, w].

        Where the hole is not, nearly all of them are what the prior will draw.
        """
        return self.encoder(fill_smoothly(images, masks)).top.indices

    def draw_from(self, condition, noise, control, sampler, on_row=None, likely=None):
        """As `draw`, from the condition network's output and by any sampler.

        Args:
          likely: int32 [N or 1, h, w], codes that the known pixels suggest. One pass of
            the prior over them and the noise gives the sampler's first guess.
        """
        codebook, number = self.encoder.top_codebook, sizes(noise)[0]
        added = self.prior.from_condition(condition)
        own = tf.shape(condition)[0]

        def for_all(x):
            """Repeats what several samples share; of one, all do without copies."""
            return tf.repeat(x, tf.where(own == 1, 1, number // tf.maximum(own, 1)), 0)

        def make_steps(window):
            return StructureSteps(self.prior, codebook.codes, added, number, window)

        def logits_of(codes):
            return self.prior(codebook.vectors_of(codes), added=for_all(added))

        guess = None
        if likely is not None:
            likely = tf.broadcast_to(for_all(likely), tf.shape(noise)[:3])
            # oneDNN fails at a fused convolution of no rows, in TF 2.15 and 2.21.
            guess = tf.cond(
                tf.shape(noise)[0] > 0,
                lambda: choose(logits_of(likely), noise, control),
                lambda: likely,
            )
        if sampler in sampling.BY_STEPS:
            return sampling.BY_STEPS[sampler](make_steps, noise, control, on_row, guess)
        return sampling.BY_LOGITS[sampler](logits_of, noise, control, on_row, guess)
