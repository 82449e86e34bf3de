"""What a server offers: functions over batches, whose rows know nothing of each other."""

import tensorflow as tf

from vqinpaint.joined.file_rows import decoded_row, fitted, rows_of_files
from vqinpaint.joined.inpainter import Inpainter, function, look
from vqinpaint.joined.rows import (
    by_good_row,
    by_row,
    draw_fault,
    known_and_noise,
    mark_bad,
    same_number,
)
from vqinpaint.ops import encoded
from vqinpaint.ops.images import complete

# What a program that loads a SavedModel calls beside the signatures.
_SHARED = ("sample", "draw", "fill", "structures", "encode", "reconstruct", "bits")
# No top-k and no top-p.
_NO_LIMITS = (0, 1.0)


class ServedInpainter(tf.Module):
    """What a SavedModel offers: an `Inpainter`'s functions, and signatures over batches.

    The batch is dimension 0 of every input and output; seed and temperature are per row.
    N completions of a row are [B, N, ...]; completion i takes the row's seed + i.

    Args:
      inpainter: `Inpainter`; its functions are this object's too, as a program that
        loads the SavedModel finds them here: `sample`, `draw`, `fill`, `structures`,
        `encode`, `reconstruct`, `bits`, and the variables `rows_begun` and `weights`.
      num_samples: N.
    """

    family = "vqvae"

    def __init__(self, inpainter: Inpainter, num_samples: int = 4):
        super().__init__(name="served_inpainter")
        self.inpainter = inpainter
        self.num_samples = num_samples
        # What an export's options.json says beside its sizes.
        self.facts = {"sampler": inpainter.frozen.sampler, "num_samples": num_samples}
        self.rows_begun = inpainter.rows_begun
        self.weights = inpainter.weights
        for name in _SHARED:
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
        self.inpaint_from_noise = function(
            self._inpaint_from_noise,
            image=(tf.float32, [None, side, side, 3]),
            mask=(tf.float32, [None, side, side, 1]),
            noise=(tf.float32, [None, grid, grid, self.inpainter.codes]),
            temperature=(tf.float32, [None]),
        )

    def signatures(self):
        """Functions by the names under which a SavedModel serves them."""
        return {
            "serving_default": self.inpaint_bytes,
            "details": self.details,
            "inpaint": self.inpaint,
            "inpaint_from_noise": self.inpaint_from_noise,
            "entropy": self.entropy,
            "encode": self.encode,
            "reconstruct": self.reconstruct,
        }

    def _draw_row(self, image, mask, seed, temperature):
        """N structures of one picture; the i-th takes the row's seed + i."""
        seen, hole = look(image, mask)
        noise = self.inpainter.noise(seed + tf.range(self.num_samples))
        temperatures = tf.repeat(temperature[None], self.num_samples)
        drawn = self.draw(
            seen[None], hole[None], noise, temperatures, *_NO_LIMITS, False
        )
        shape = [self.num_samples, self.inpainter.grid_size, self.inpainter.grid_size]
        return [tf.ensure_shape(x, shape) for x in drawn]

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
            return self.inpainter.completed(image, mask, codes), tf.reduce_sum(
                bits, [1, 2]
            )

        number, side = self.num_samples, self.inpainter.image_size
        return by_good_row(
            row,
            self._row_of_pictures,
            _rows(images, masks, seeds, temperatures),
            completed=(tf.uint8, [number, side, side, 3]),
            bits=(tf.float32, [number]),
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
            completed = self.inpainter.completed(small, small_mask, drawn[0])
            files = encoded.pasted_files(image, mask, completed)
            return files, tf.reduce_sum(drawn[1], [1, 2])

        return by_good_row(
            row,
            self._row_of_files,
            rows_of_files(image_bytes, mask_bytes, seeds, temperatures),
            completed_bytes=(tf.string, [self.num_samples]),
            bits=(tf.float32, [self.num_samples]),
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
            completed = self.inpainter.completed(small, small_mask, drawn[0])
            files = encoded.pasted_files(image, mask, completed)
            return files, encoded.encode(self.structures(drawn[0])), *drawn

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
        )

    def _inpaint_from_noise(self, images, masks, noise, temperatures):
        """One completion per row, float32 in [-1, 1], from given noise; no random op.

        Missing pixels may hold anything. A row that cannot be used (see
        `rows.known_and_noise`) is NaN, its codes -1; there is no text, which converters to
        other formats do not know.

        Returns:
          dict of `completed` float32 [B, S, S, 3], `codes` int32 [B, h, w] and `bits`
          float32 [B].
        """
        inputs = same_number(
            image=images, mask=masks, noise=noise, temperature=temperatures
        )
        (seen, masks, noise, temperatures), good = known_and_noise(*inputs)
        codes, bits, _ = self.draw(seen, masks, noise, temperatures, *_NO_LIMITS, False)

        grid = self.inpainter.grid_size

        def row(seen, mask, codes):
            codes = tf.ensure_shape(codes, [grid, grid])
            return (complete(seen, mask, self.fill(seen, mask, codes[None])[0]),)

        shape = [self.inpainter.image_size, self.inpainter.image_size, 3]
        filled = by_row(row, (seen, masks, codes), completed=(tf.float32, shape))
        return {
            "completed": mark_bad(good, filled["completed"], float("nan")),
            "codes": mark_bad(good, codes, -1),
            "bits": mark_bad(good, tf.reduce_sum(bits, [1, 2]), float("nan")),
        }


def _rows(image, mask, seed, temperature):
    return same_number(image=image, mask=mask, seed=seed, temperature=temperature)
