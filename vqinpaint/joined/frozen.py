"""Trained networks made ready for use."""

import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.joined.drawing import draw_codes
from vqinpaint.ops.filling import fill_smoothly
from vqinpaint.ops.images import complete
from vqinpaint.ops.shapes import known, sizes


def weight_normalised(structure, bottom=None):
    """The layers of both priors that are fused, in the order of an export."""
    return [
        layer
        for generator in filter(None, (structure, bottom))
        for network in (generator.condition, generator.prior)
        for layer in network.submodules
        if hasattr(layer, "fuse")
    ]


def kept_as_they_are(encoder, decoder, generator=None):
    """The variables of the other networks, in the order of an export."""
    networks = filter(None, (encoder, decoder, generator))
    return [
        *(v for network in networks for v in network.trainable_variables),
        *(book.codes for book in (encoder.top_codebook, encoder.bottom_codebook)),
    ]


class FrozenNetworks:
    """The networks that completing needs, weight norm fused.

    No `tf.Module`, so that Keras models stay out of sight of SavedModel, which would
    trace each layer.

    Args:
      vqvae, structure, generator, sampler, half, bottom: as of `inpainter.Inpainter`.
    """

    def __init__(self, vqvae, structure, generator, sampler, half=False, bottom=None):
        self.sampler = sampler
        self.encoder, self.decoder = vqvae.encoder, vqvae.decoder
        self.condition, self.prior = structure.condition, structure.prior
        self.generator, self.bottom = generator, bottom
        self._fused = weight_normalised(structure, bottom)
        for layer in self._fused:
            layer.fuse(tf.float16 if half else tf.float32)

    def weights(self):
        """The variables that completing needs; nothing that only training moves."""
        networks = self.encoder, self.decoder, self.generator
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
          likely: int32 [N or 1, h, w]; see `drawing.draw_codes`.
        """
        codebook = self.encoder.top_codebook
        return draw_codes(
            *(self.prior, codebook, condition, noise, control, sampler, on_row, likely)
        )

    def draw_texture(self, images, masks, codes, noise, control, on_row=None):
        """Draws texture codes for structures, from given noise.

        Args:
          images: [N or 1, S, S, 3] in [-1, 1].
          masks: [N or 1, S, S, 1], 1 where missing.
          codes: int32 [N, h, w], the structures.
          noise: [N, 2h, 2w, K].
          control, on_row: as of `draw`.

        Returns:
          `sampling.choice.Draw`.
        """
        guessing = self.sampler in sampling.TAKE_GUESSES
        condition, likely = self.texture_condition(images, masks, codes, guessing)
        return self.draw_texture_from(
            condition, noise, control, self.sampler, on_row, likely
        )

    def draw_texture_from(
        self, condition, noise, control, sampler, on_row=None, likely=None
    ):
        """As `draw_texture`, from what `texture_condition` returns, by any sampler."""
        codebook = self.encoder.bottom_codebook
        drawn = self.bottom.prior, codebook, condition, noise, control, sampler
        return draw_codes(*drawn, on_row, likely, by_row=True)

    def texture_condition(self, images, masks, codes, guessing=True):
        """What the bottom prior is given, for each structure.

        Args:
          images, masks, codes: as of `draw_texture`.
          guessing: whether likely codes are wanted.

        Returns:
          (condition [N, 2h, 2w, C], likely texture codes int32 [N, 2h, 2w] or None).
          Those are of the known pixels with the structure alone, decoded, in the hole.
        """
        rows, network = tf.shape(images)[0], self.bottom.condition

        # One at a time: the networks' activations are large.
        def look(pair):
            return network.features(pair[0][None], pair[1][None])[0]

        height, width = (size * 2 for size in sizes(codes)[1:3])
        grid = [known(height), known(width)]
        spec = tf.TensorSpec([*grid, network.fine_width], tf.float32)
        fine = tf.map_fn(look, (images, masks), fn_output_signature=spec)

        def join(pair):
            number, own = pair
            row = tf.minimum(number, rows - 1)
            image, mask = images[row][None], masks[row][None]
            structure = self.encoder.top_codebook.vectors_of(own[None])
            found = {"condition": network.joined(fine[row][None], structure)[0]}
            if guessing:
                rough = complete(image, mask, self.decoder.structure_alone(structure))
                found["likely"] = self.encoder(rough).bottom.indices[0]
            return found

        kinds = {"condition": tf.TensorSpec([*grid, network.width], tf.float32)}
        if guessing:
            kinds["likely"] = tf.TensorSpec(grid, tf.int32)
        numbers = tf.range(tf.shape(codes)[0])
        found = tf.map_fn(join, (numbers, codes), fn_output_signature=kinds)
        return found["condition"], found.get("likely")
