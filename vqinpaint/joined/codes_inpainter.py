"""The joined model that draws texture codes too, in place of the texture generator."""

import tensorflow as tf

from vqinpaint.joined.inpainter import Inpainter, function, look, pasted
from vqinpaint.joined.rows import same_number
from vqinpaint.ops import losses
from vqinpaint.ops.images import to_float
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel


class CodesInpainter(Inpainter):
    """An `Inpainter` whose texture is drawn by the bottom prior and decoded by the VQ-VAE.

    As VQ-VAE-2 makes its pictures (Razavi et al. 2019, section 3.3): structure, then
    texture codes, then one pass of the decoder. Known pixels come back as they were.

    Args:
      options, vqvae, structure, sampler, half: as of `Inpainter`.
      generator: not needed, None.
      bottom: built `models.bottom.BottomGenerator`.
    """

    texture = "codes"
    _more_to_sample = {"texture_temperature": (tf.float32, [None])}

    def _make_filling(self, side, grid):
        """`draw_texture` and `decode` in place of `fill`, and `texture_bits`."""
        self.draw_texture = function(
            self._draw_texture,
            image=(tf.float32, [None, side, side, 3]),
            mask=(tf.float32, [None, side, side, 1]),
            codes=(tf.int32, [None, grid, grid]),
            noise=(tf.float32, [None, 2 * grid, 2 * grid, self.codes]),
            temperature=(tf.float32, [None]),
            top_k=(tf.int32, []),
            top_p=(tf.float32, []),
            watched=(tf.bool, []),
        )
        self.decode = function(
            self._decode,
            codes=(tf.int32, [None, grid, grid]),
            texture_codes=(tf.int32, [None, 2 * grid, 2 * grid]),
        )
        self.texture_bits = function(
            self._texture_bits,
            image=(tf.uint8, [None, side, side, 3]),
            mask=(tf.uint8, [None, side, side, 1]),
        )

    def _draw_texture(
        self, seen, holes, codes, noise, temperatures, top_k, top_p, watched
    ):
        """Draws texture codes: (codes, bits), [N, 2h, 2w]. See `FrozenNetworks`.

        Args:
          watched: whether to count rows in `rows_begun`, after those of the structures.
        """

        def on_row(index):
            row = self.grid_size + index
            tf.cond(watched, lambda: self.rows_begun.assign(row), lambda: row)

        control = Control(temperatures, top_k, top_p)
        draw = self.frozen.draw_texture(seen, holes, codes, noise, control, on_row)
        shape = [None, 2 * self.grid_size, 2 * self.grid_size]
        return tuple(tf.ensure_shape(grid, shape) for grid in draw[:2])

    def _decode(self, codes, texture_codes):
        """Decodes both levels, one picture at a time: float32 [N, S, S, 3]."""
        encoder = self.frozen.encoder

        def one(pair):
            top = encoder.top_codebook.vectors_of(pair[0][None])
            bottom = encoder.bottom_codebook.vectors_of(pair[1][None])
            return self.frozen.decoder(top, bottom)[0]

        spec = tf.TensorSpec([self.image_size, self.image_size, 3], tf.float32)
        return tf.map_fn(one, (codes, texture_codes), fn_output_signature=spec)

    def _sample(
        self, image, mask, seeds, temperatures, top_k, top_p, texture_temperatures
    ):
        """See `_sampled`."""
        control = temperatures, top_k, top_p, texture_temperatures
        return self._sampled(image, mask, seeds, *control)

    def texture_noise(self, seeds):
        """Noise of the texture codes, apart from that of the structure."""
        return gumbel(seeds, [2 * self.grid_size, 2 * self.grid_size, self.codes], 1)

    def completed(self, image, mask, codes, seeds, control, watched=False):
        """See `Inpainter.completed`; the texture's codes and bits are not empty."""
        seen, hole = look(image, mask)
        noise = self.texture_noise(seeds)
        seen, hole = seen[None], hole[None]
        drawn = self.draw_texture(seen, hole, codes, noise, *control, watched)
        filling = self.decode(codes, drawn[0])
        texture = dict(zip(("texture_codes", "texture_bits"), drawn))
        return pasted(image, mask, filling), texture

    def _texture_bits(self, images, masks):
        """Bits of each true texture code given true structure: float32 [B, 2h, 2w]."""
        images, masks = same_number(image=images, mask=masks)
        encoded, bottom = self.frozen.encoder(to_float(images)), self.frozen.bottom
        condition = bottom.condition(*look(images, masks), encoded.top.vectors)
        logits = bottom.prior(encoded.bottom.vectors, condition)
        return losses.bits(logits, encoded.bottom.indices)
