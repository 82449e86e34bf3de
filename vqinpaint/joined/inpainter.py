"""The trained networks joined into one model with uint8 borders."""

import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.joined.frozen import FrozenNetworks
from vqinpaint.joined.rows import by_row, checked_control, same_number
from vqinpaint.ops import losses
from vqinpaint.ops.images import hide, to_float, to_uint8
from vqinpaint.pictures.masks import is_missing
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel


class Inpainter(tf.Module):
    """Several completions of a picture with a hole, and what its networks say of it.

    Pictures are uint8 [.., S, S, 3], masks uint8 [.., S, S, 1] with values over 127
    where the picture is missing. Missing pixels are hidden before any network.
    Known pixels come back as they were, bit for bit.

    The structure generator's weights are fused, so it cannot be trained any more.

    Args:
      options: `ModelOptions`.
      vqvae: built `models.vqvae.VQVAE`.
      structure: built `models.structure.StructureGenerator`.
      generator: built `models.texture.TextureGenerator`.
      sampler: name in `sampling.SAMPLERS`.
      half: whether to keep the kernels of the priors' networks, most of all weights, as
        float16; what is computed with them stays float32.
      bottom: see `joined.codes_inpainter.CodesInpainter`.

    Attributes:
      texture: name in `options.request.TEXTURES`, what fills the hole.
    """

    texture = "generator"
    _more_to_sample: dict = {}

    def __init__(
        self,
        options,
        vqvae,
        structure,
        generator,
        sampler=sampling.DEFAULT,
        half=False,
        bottom=None,
    ):
        super().__init__(name="inpainter")
        # How many rows of codes `sample` has begun; others may read it meanwhile.
        self.rows_begun = tf.Variable(0, trainable=False, name="rows_begun")
        self.frozen = FrozenNetworks(vqvae, structure, generator, sampler, half, bottom)
        self.weights = self.frozen.weights()
        self.image_size = options.image_size
        self.grid_size = options.image_size // 8
        self.codes = options.vqvae.codes
        self._make_functions()

    def _make_functions(self):
        """Fixes the input signatures, which depend on the picture's side."""
        side, grid = self.image_size, self.grid_size
        # The parts that all other functions share, so that an export holds them once.
        self.draw = function(
            self._draw,
            image=(tf.float32, [None, side, side, 3]),
            mask=(tf.float32, [None, side, side, 1]),
            noise=(tf.float32, [None, grid, grid, self.codes]),
            temperature=(tf.float32, [None]),
            top_k=(tf.int32, []),
            top_p=(tf.float32, []),
            watched=(tf.bool, []),
        )
        self._make_filling(side, grid)
        self.structures = function(
            self._structures, codes=(tf.int32, [None, grid, grid])
        )
        self.sample = function(
            self._sample,
            image=(tf.uint8, [side, side, 3]),
            mask=(tf.uint8, [side, side, 1]),
            seed=(tf.int32, [None]),
            temperature=(tf.float32, [None]),
            top_k=(tf.int32, []),
            top_p=(tf.float32, []),
            **self._more_to_sample,
        )
        images = (tf.uint8, [None, side, side, 3])
        masks = (tf.uint8, [None, side, side, 1])
        self.encode = function(self._encode, image=images)
        self.reconstruct = function(self._reconstruct, image=images)
        self.bits = function(self._bits, image=images, mask=masks)

    def _make_filling(self, side, grid):
        """The functions that fill a hole along given structures."""
        self.fill = function(
            self._fill,
            image=(tf.float32, [side, side, 3]),
            mask=(tf.float32, [side, side, 1]),
            codes=(tf.int32, [None, grid, grid]),
        )

    def _draw(self, seen, holes, noise, temperatures, top_k, top_p, watched):
        """Draws structures: (codes, bits, entropy), each [N, h, w]. See `FrozenNetworks`.

        Args:
          watched: whether to count rows in `rows_begun`.
        """

        def on_row(index):
            tf.cond(watched, lambda: self.rows_begun.assign(index), lambda: index)

        control = Control(temperatures, top_k, top_p)
        draw = self.frozen.draw(seen, holes, noise, control, on_row)
        shape = [None, self.grid_size, self.grid_size]
        return tuple(tf.ensure_shape(grid, shape) for grid in draw[:3])

    def _fill(self, seen, hole, codes):
        """Completes one picture in each structure: codes [N, h, w] -> [N, S, S, 3].

        One at a time, so that a sample's bytes do not depend on its neighbours.
        """
        codebook = self.frozen.encoder.top_codebook

        def one(grid):
            structure = codebook.vectors_of(grid[None])
            return self.frozen.generator(seen[None], hole[None], structure)[0]

        spec = tf.TensorSpec(seen.shape, tf.float32)
        return tf.map_fn(one, codes, fn_output_signature=spec)

    def _structures(self, codes):
        """Decodes structures alone: int [N, h, w] -> uint8 [N, S, S, 3]."""
        codebook = self.frozen.encoder.top_codebook

        def one(grid):
            vectors = codebook.vectors_of(grid[None])
            return to_uint8(self.frozen.decoder.structure_alone(vectors)[0])

        spec = tf.TensorSpec([self.image_size, self.image_size, 3], tf.uint8)
        return tf.map_fn(one, codes, fn_output_signature=spec)

    def noise(self, seeds):
        return gumbel(seeds, [self.grid_size, self.grid_size, self.codes])

    def completed(self, image, mask, codes, seeds, control, watched=False):
        """Completes one picture in each structure.

        Args:
          image: uint8 [S, S, 3].
          mask: uint8 [S, S, 1].
          codes: int32 [N, h, w].
          seeds: int32 [N], of what is drawn of the texture, if anything is.
          control: (temperatures [N], top_k, top_p) of that.
          watched: as of `_draw`.

        Returns:
          (uint8 [N, S, S, 3], known pixels as they were; what was drawn of the texture:
          dict of `texture_codes` and `texture_bits` [N, 2h, 2w], here empty).
        """
        del seeds, control, watched
        filling = self.fill(*look(image, mask), codes)
        return pasted(image, mask, filling), {}

    def _sample(self, image, mask, seeds, temperatures, top_k, top_p):
        """See `_sampled`."""
        return self._sampled(image, mask, seeds, temperatures, top_k, top_p, None)

    def _sampled(
        self, image, mask, seeds, temperatures, top_k, top_p, texture_temperatures
    ):
        """N completions of one picture, one per seed, with all there is to know.

        Returns:
          dict of `completed` and `structure` uint8 [N, S, S, 3], `codes` int32 [N, h, w],
          `bits` and `entropy` float32 [N, h, w], and what `completed` says of the texture.

        Raises:
          tf.errors.InvalidArgumentError: a temperature is not finite or below 0, top_k is
            below 0, top_p not above 0 and at most 1, or there is not one temperature per
            seed.
        """
        seeds, temperatures = same_number(seed=seeds, temperature=temperatures)
        control = checked_control(temperatures, top_k, top_p)
        seen, hole = look(image, mask)
        noise = self.noise(seeds)
        codes, bits, entropy = self.draw(seen[None], hole[None], noise, *control, True)
        if texture_temperatures is not None:
            seeds, texture_temperatures = same_number(
                seed=seeds, texture_temperature=texture_temperatures
            )
            control = checked_control(texture_temperatures, top_k, top_p)
        completed, texture = self.completed(image, mask, codes, seeds, control, True)
        return {
            "completed": completed,
            **texture,
            "structure": self.structures(codes),
            "codes": codes,
            "bits": bits,
            "entropy": entropy,
        }

    def _encode(self, images):
        """Codes of whole pictures: `top` int32 [B, h, w], `bottom` int32 [B, 2h, 2w]."""

        def row(image):
            encoded = self.frozen.encoder(to_float(image[None]))
            return encoded.top.indices[0], encoded.bottom.indices[0]

        grid = self.grid_size
        return by_row(
            row,
            (images,),
            top=(tf.int32, [grid, grid]),
            bottom=(tf.int32, [2 * grid, 2 * grid]),
        )

    def _reconstruct(self, images):
        """Pictures through the VQ-VAE: whole, and from their structure alone."""

        def row(image):
            encoded = self.frozen.encoder(to_float(image[None]))
            decoder = self.frozen.decoder
            whole = decoder(encoded.top.vectors, encoded.bottom.vectors)
            alone = decoder.structure_alone(encoded.top.vectors)
            return to_uint8(whole[0]), to_uint8(alone[0])

        shape = [self.image_size, self.image_size, 3]
        return by_row(
            row,
            (images,),
            reconstruction=(tf.uint8, shape),
            structure=(tf.uint8, shape),
        )

    def _bits(self, images, masks):
        """Bits of each true structure code given the known pixels: float32 [B, h, w]."""
        images, masks = same_number(image=images, mask=masks)
        top = self.frozen.encoder(to_float(images)).top
        condition = self.frozen.condition(*look(images, masks))
        return losses.bits(self.frozen.prior(top.vectors, condition), top.indices)


def function(call, **inputs):
    """A tf.function with fixed inputs: (dtype, shape) by name, in order."""
    signature = [tf.TensorSpec(s, dtype, name) for name, (dtype, s) in inputs.items()]
    return tf.function(call, input_signature=signature, autograph=False)


def pasted(image, mask, filling):
    """Joins the known pixels with fillings: [S, S, 3] uint8, float [N, ...] -> uint8."""
    # Otherwise NaN would become black.
    filling = tf.debugging.check_numerics(filling, "completions are not finite")
    return tf.where(is_missing(mask), to_uint8(filling), image)


def look(image, mask):
    """What networks may see of uint8 pictures: (floats without missing pixels, hole)."""
    hole = tf.cast(is_missing(mask), tf.float32)
    return hide(to_float(image), hole), hole
