"""What a server offers of Pluralistic Image Completion; see `joined.signatures`."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.joined.file_rows import decoded_row, fitted, rows_of_files
from vqinpaint.joined.inpainter import function
from vqinpaint.joined.pic_inpainter import PicInpainter
from vqinpaint.joined.rows import (
    by_good_row,
    by_row,
    checked_control,
    draw_fault,
    known_and_noise,
    mark_bad,
    same_number,
)
from vqinpaint.ops import encoded
from vqinpaint.ops.images import complete


class ServedPic(tf.Module):
    """What a SavedModel offers: signatures over batches, and `sample` for Python.

    The batch is dimension 0 of every input and output; seed and temperature are per row.
    N completions of a row are [B, N, ...]; completion i takes the row's seed + i. There
    are no codes, and so no signatures that encode, reconstruct or tell bits.

    Args:
      inpainter: `PicInpainter`.
      num_samples: N.
    """

    family = "pic"

    def __init__(self, inpainter: PicInpainter, num_samples: int = 4):
        super().__init__(name="served_pic")
        self.inpainter = inpainter
        self.num_samples = num_samples
        # What an export's options.json says beside its sizes.
        self.facts = {"num_samples": num_samples}
        self.weights = inpainter.weights
        side = inpainter.image_size
        row = {"seed": (tf.int32, [None]), "temperature": (tf.float32, [None])}
        files = {
            "image_bytes": (tf.string, [None]),
            "mask_bytes": (tf.string, [None]),
            **row,
        }
        self.sample = function(
            self._sample,
            image=(tf.uint8, [side, side, 3]),
            mask=(tf.uint8, [side, side, 1]),
            **row,
        )
        self.inpaint_bytes = function(self._inpaint_bytes, **files)
        self.details = function(self._details, **files)
        self.inpaint = function(
            self._inpaint,
            image=(tf.uint8, [None, side, side, 3]),
            mask=(tf.uint8, [None, side, side, 1]),
            **row,
        )
        self.inpaint_from_noise = function(
            self._inpaint_from_noise,
            image=(tf.float32, [None, side, side, 3]),
            mask=(tf.float32, [None, side, side, 1]),
            noise=(tf.float32, [None, *inpainter.noise_shape]),
            temperature=(tf.float32, [None]),
        )

    def signatures(self):
        """Functions by the names under which a SavedModel serves them."""
        return {
            "serving_default": self.inpaint_bytes,
            "details": self.details,
            "inpaint": self.inpaint,
            "inpaint_from_noise": self.inpaint_from_noise,
        }

    def _sample(self, image, mask, seeds, temperatures):
        """N completions of one picture, one per seed.

        Returns:
          dict of `completed` uint8 [N, S, S, 3] and, with a discriminator,
          `discriminator` float32 [N].

        Raises:
          tf.errors.InvalidArgumentError: a temperature is not finite or below 0, or there
            is not one per seed.
        """
        seeds, temperatures = same_number(seed=seeds, temperature=temperatures)
        temperatures, *_ = checked_control(temperatures, tf.constant(0), 1.0)
        completed = self.inpainter.completed(image, mask, seeds, temperatures)
        return {"completed": completed, **self._scores(completed)}

    def _scores(self, completed):
        score = self.inpainter.score
        return {} if score is None else {"discriminator": score(completed)}

    def _score_shape(self):
        """Of the scores of a row, by name, as `by_good_row` takes it."""
        judged = self.inpainter.score is not None
        return {"discriminator": (tf.float32, [self.num_samples])} if judged else {}

    def _completed_row(self, image, mask, seed, temperature):
        seeds = seed + tf.range(self.num_samples)
        temperatures = tf.repeat(temperature[None], self.num_samples)
        completed = self.inpainter.completed(image, mask, seeds, temperatures)
        side = self.inpainter.image_size
        return tf.ensure_shape(completed, [self.num_samples, side, side, 3])

    def _inpaint(self, images, masks, seeds, temperatures):
        """N completions of each picture; sample i of a row takes its seed + i.

        Returns:
          dict of `completed` uint8 [B, N, S, S, 3] and `error` string [B]; see
          `rows.by_good_row`.
        """

        def fault_of(image, mask, seed, temperature):
            row = image, mask, seed, temperature
            return row, draw_fault(seed, temperature, self.num_samples)

        side = self.inpainter.image_size
        return by_good_row(
            lambda *row: (self._completed_row(*row),),
            fault_of,
            same_number(image=images, mask=masks, seed=seeds, temperature=temperatures),
            completed=(tf.uint8, [self.num_samples, side, side, 3]),
        )

    def _row_of_files(self, *row):
        return decoded_row(*row, self.num_samples)

    def _fit_and_complete(self, image, mask, seed, temperature):
        mask, small, small_mask = fitted(image, mask, self.inpainter.image_size)
        completed = self._completed_row(small, small_mask, seed, temperature)
        return encoded.pasted_files(image, mask, completed), completed

    def _inpaint_bytes(self, image_bytes, mask_bytes, seeds, temperatures):
        """As `_inpaint`, from and to encoded pictures of any size.

        Another size than the model's is completed at the model's, and the hole alone
        filled at the picture's own; see `ops.encoded`.

        Returns:
          dict of `completed_bytes` string [B, N], PNG, and `error` string [B], which also
          says what cannot be decoded.
        """
        return by_good_row(
            lambda *row: (self._fit_and_complete(*row)[0],),
            self._row_of_files,
            rows_of_files(image_bytes, mask_bytes, seeds, temperatures),
            completed_bytes=(tf.string, [self.num_samples]),
        )

    def _details(self, image_bytes, mask_bytes, seeds, temperatures):
        """All that the command line writes, for its client.

        Returns:
          dict of what `_inpaint_bytes` returns and, with a discriminator,
          `discriminator` float32 [B, N], how real the completions of the model's size look.
        """

        def row(*arguments):
            files, completed = self._fit_and_complete(*arguments)
            return (files, *self._scores(completed).values())

        return by_good_row(
            row,
            self._row_of_files,
            rows_of_files(image_bytes, mask_bytes, seeds, temperatures),
            completed_bytes=(tf.string, [self.num_samples]),
            **self._score_shape(),
        )

    def _inpaint_from_noise(self, images, masks, noise, temperatures):
        """One completion per row, float32 in [-1, 1], from given noise; no random op.

        Missing pixels may hold anything. A row that cannot be used (see
        `rows.known_and_noise`) is NaN.

        Returns:
          dict of `completed` float32 [B, S, S, 3].
        """
        inputs = same_number(
            image=images, mask=masks, noise=noise, temperature=temperatures
        )
        rows, good = known_and_noise(*inputs)

        def row(seen, mask, noise, temperature):
            filling = self.inpainter.fill(seen, mask, noise[None], temperature[None])
            return (complete(seen, mask, filling[0]),)

        shape = [self.inpainter.image_size, self.inpainter.image_size, 3]
        filled = by_row(row, rows, completed=(tf.float32, shape))
        return {"completed": mark_bad(good, filled["completed"], float("nan"))}
