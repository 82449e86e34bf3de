"""What a server offers: functions over batches, whose rows know nothing of each other."""

import tensorflow as tf

from vqinpaint.joined.file_rows import decoded_row, fitted, rows_of_files
from vqinpaint.joined.from_noise import inpaint_from_noise
from vqinpaint.joined.generating import generate
from vqinpaint.joined.inpainter import Inpainter, function, look
from vqinpaint.joined.rows import NO_LIMITS, by_good_row, draw_fault, same_number
from vqinpaint.ops import encoded

# What Python calls of a SavedModel, beside the signatures that servers call.
_SHARED = ("sample", "draw", "structures", "encode", "reconstruct", "bits")
# Beside them, by what fills the hole.
_OF_TEXTURE = {
    "generator": ("fill",),
    "codes": ("draw_texture", "decode", "texture_bits"),
}
FUNCTIONS = (*_SHARED, *(name for names in _OF_TEXTURE.values() for name in names))


class ServedInpainter(tf.Module):
    """What a SavedModel offers: an `Inpainter`'s functions, and signatures over batches.

    The batch is dimension 0 of every input and output; seed and temperature are per row.
    N completions of a row are [B, N, ...]; completion i takes the row's seed + i.

    Args:
      inpainter: `Inpainter`; its functions are this object's too, as a program that
        loads the SavedModel finds them here: `sample`, `draw`, `structures`, `encode`,
        `reconstruct`, `bits`, `fill` (or `draw_texture`, `decode` and `texture_bits`, of
        one that draws texture codes), and the variables `rows_begun` and `weights`.
      num_samples: N.
      generates: whether to offer pictures from nothing; its priors should have been
        trained with full holes.
    """

    family = "vqvae"

    def __init__(
        self, inpainter: Inpainter, num_samples: int = 4, generates: bool = False
    ):
        super().__init__(name="served_inpainter")
        self.inpainter = inpainter
        self.num_samples = num_samples
        self.generates = generates
        # What an export's options.json says beside its sizes.
        self.facts = {
            "sampler": inpainter.frozen.sampler,
            "texture": inpainter.texture,
            "num_samples": num_samples,
        }
        self.rows_begun = inpainter.rows_begun
        self.weights = inpainter.weights
        for name in (*_SHARED, *_OF_TEXTURE[inpainter.texture]):
            setattr(self, name, getattr(inpainter, name))
        self._make_signatures(inpainter.image_size, inpainter.grid_size)

    def _make_signatures(self, side, grid):
        row = {"seed": (tf.int32, [None]), "temperature": (tf.float32, [None])}
        files = {
            "image_bytes": (tf.string, [None]),
            "mask_bytes": (tf.string, [None]),
            **row,
        }
        pictures = {
            "image": (tf.uint8, [None, side, side, 3]),
            "mask": (tf.uint8, [None, side, side, 1]),
            **row,
        }
        self.inpaint_bytes = function(self._inpaint_bytes, **files)
        self.details = function(self._details, **files)
        self.inpaint = function(self._inpaint, **pictures)
        self.entropy = function(self._entropy, **pictures)
        codes, more = self.inpainter.codes, {}
        # Further outputs of every signature that completes.
        self._texture: dict = {}
        if self.inpainter.texture == "codes":
            more["texture_noise"] = (tf.float32, [None, 2 * grid, 2 * grid, codes])
            self._texture["texture_bits"] = (tf.float32, [self.num_samples])
        self.inpaint_from_noise = function(
            self._from_both_noises if more else self._from_noise,
            image=(tf.float32, [None, side, side, 3]),
            mask=(tf.float32, [None, side, side, 1]),
            noise=(tf.float32, [None, grid, grid, codes]),
            temperature=(tf.float32, [None]),
            **more,
        )
        if self.generates:
            self.generate = function(self._generate, **row)

    def signatures(self):
        """Functions by the names under which a SavedModel serves them."""
        generate = {"generate": self.generate} if self.generates else {}
        return {
            "serving_default": self.inpaint_bytes,
            "details": self.details,
            "inpaint": self.inpaint,
            "inpaint_from_noise": self.inpaint_from_noise,
            "entropy": self.entropy,
            "encode": self.encode,
            "reconstruct": self.reconstruct,
            **generate,
        }

    @property
    def stages(self):
        """Names of the stages of training that it is made of."""
        codes = self.inpainter.texture == "codes"
        return ("vqvae", "structure", "bottom" if codes else "texture")

    def _draw_row(self, image, mask, seed, temperature):
        """N structures of one picture; the i-th takes the row's seed + i."""
        seen, hole = look(image, mask)
        noise = self.inpainter.noise(seed + tf.range(self.num_samples))
        temperatures = tf.repeat(temperature[None], self.num_samples)
        drawn = self.draw(
            seen[None], hole[None], noise, temperatures, *NO_LIMITS, False
        )
        shape = [self.num_samples, self.inpainter.grid_size, self.inpainter.grid_size]
        return [tf.ensure_shape(x, shape) for x in drawn]

    def _completed(self, image, mask, codes, seed, temperature):
        """Completions uint8 [N, S, S, 3], and what `_texture` names."""
        seeds = seed + tf.range(self.num_samples)
        temperatures = tf.repeat(temperature[None], self.num_samples)
        pictures, texture = self.inpainter.completed(
            image, mask, codes, seeds, (temperatures, *NO_LIMITS)
        )
        names = self._texture
        return pictures, *(tf.reduce_sum(texture[name], [1, 2]) for name in names)

    def _row_of_pictures(self, image, mask, seed, temperature):
        row = image, mask, seed, temperature
        return row, draw_fault(seed, temperature, self.num_samples)

    def _inpaint(self, images, masks, seeds, temperatures):
        """N completions of each picture; sample i of a row takes its seed + i.

        Returns:
          dict of `completed` uint8 [B, N, S, S, 3], `bits` float32 [B, N], of the whole
          structure, and `error` string [B]; see `rows.by_good_row`.
        """

        def row(image, mask, seed, temperature):
            codes, bits, _ = self._draw_row(image, mask, seed, temperature)
            completed, *texture = self._completed(image, mask, codes, seed, temperature)
            return completed, tf.reduce_sum(bits, [1, 2]), *texture

        number, side = self.num_samples, self.inpainter.image_size
        return by_good_row(
            row,
            self._row_of_pictures,
            _rows(images, masks, seeds, temperatures),
            completed=(tf.uint8, [number, side, side, 3]),
            bits=(tf.float32, [number]),
            **self._texture,
        )

    def _entropy(self, images, masks, seeds, temperatures):
        """How unsure the prior was at each code of N structures of each picture.

        Returns:
          dict of `codes` int32, `bits_per_code` (of the drawn ones) and `entropy` (of all
          that could have been drawn there) float32, each [B, N, h, w], and `error`
          string [B].
        """
        shape = [self.num_samples, self.inpainter.grid_size, self.inpainter.grid_size]
        return by_good_row(
            self._draw_row,
            self._row_of_pictures,
            _rows(images, masks, seeds, temperatures),
            codes=(tf.int32, shape),
            bits_per_code=(tf.float32, shape),
            entropy=(tf.float32, shape),
        )

    def _inpaint_bytes(self, image_bytes, mask_bytes, seeds, temperatures):
        """As `_inpaint`, from and to encoded pictures of any size.

        Another size than the model's is completed at the model's, and the hole alone
        filled at the picture's own; see `ops.encoded`.

        Returns:
          dict of `completed_bytes` string [B, N], PNG, `bits` float32 [B, N], and `error`
          string [B], which also says what cannot be decoded.
        """

        def row(*arguments):
            image, mask, small, small_mask, drawn = self._fit_and_draw(*arguments)
            completed, *texture = self._completed(
                small, small_mask, drawn[0], *arguments[2:]
            )
            files = encoded.pasted_files(image, mask, completed)
            return files, tf.reduce_sum(drawn[1], [1, 2]), *texture

        return by_good_row(
            row,
            self._row_of_files,
            rows_of_files(image_bytes, mask_bytes, seeds, temperatures),
            completed_bytes=(tf.string, [self.num_samples]),
            bits=(tf.float32, [self.num_samples]),
            **self._texture,
        )

    def _row_of_files(self, image_bytes, mask_bytes, seed, temperature):
        row = image_bytes, mask_bytes, seed, temperature
        return decoded_row(*row, self.num_samples)

    def _fit_and_draw(self, image, mask, seed, temperature):
        mask, small, small_mask = fitted(image, mask, self.inpainter.image_size)
        drawn = self._draw_row(small, small_mask, seed, temperature)
        return image, mask, small, small_mask, drawn

    def _details(self, image_bytes, mask_bytes, seeds, temperatures):
        """All that the command line writes, for its client.

        Returns:
          dict of `completed_bytes` as of `_inpaint_bytes`, `structure_bytes` string
          [B, N], PNG of the model's size, and what `_entropy` returns.
        """

        def row(*arguments):
            image, mask, small, small_mask, drawn = self._fit_and_draw(*arguments)
            completed, *texture = self._completed(
                small, small_mask, drawn[0], *arguments[2:]
            )
            files = encoded.pasted_files(image, mask, completed)
            return files, encoded.encode(self.structures(drawn[0])), *drawn, *texture

        number, grid = self.num_samples, self.inpainter.grid_size
        return by_good_row(
            row,
            self._row_of_files,
            rows_of_files(image_bytes, mask_bytes, seeds, temperatures),
            completed_bytes=(tf.string, [number]),
            structure_bytes=(tf.string, [number]),
            codes=(tf.int32, [number, grid, grid]),
            bits_per_code=(tf.float32, [number, grid, grid]),
            entropy=(tf.float32, [number, grid, grid]),
            **self._texture,
        )

    def _generate(self, seeds, temperatures):
        """See `generating.generate`."""
        return generate(self.inpainter, seeds, temperatures)

    # Without default values, which would be inputs of a signature too.
    def _from_noise(self, images, masks, noise, temperatures):
        """See `from_noise.inpaint_from_noise`."""
        return inpaint_from_noise(self.inpainter, images, masks, noise, temperatures)

    def _from_both_noises(self, images, masks, noise, temperatures, texture_noise):
        """The same, where texture codes are drawn."""
        return inpaint_from_noise(
            self.inpainter, images, masks, noise, temperatures, texture_noise
        )


def _rows(image, mask, seed, temperature):
    return same_number(image=image, mask=mask, seed=seed, temperature=temperature)
