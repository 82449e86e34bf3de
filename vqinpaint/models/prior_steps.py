"""The prior row by row: the logits of its full pass, without computing anything twice.

All tensors here are flat, with the column outermost: [w * N, C] holds the C channels of
column 0 of all N samples, then those of column 1, and so on. Taking some columns is then
a slice along the first dimension, which copies nothing, and every product is one plain
matrix product.
"""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.models.prior import GatedPrior
from vqinpaint.models.prior_blocks import (
    HeadOrder,
    Linear,
    LowerBlock,
    UpperBlock,
)
from vqinpaint.models.prior_state import Places, Row, Rows
from vqinpaint.ops.activations import BY_NAME, gate
from vqinpaint.ops.shapes import known, sizes


class PriorSteps:
    """Step interface of a `GatedPrior` for the samplers of `vqinpaint.sampling`.

    The upper stream depends on the rows above alone, so a whole row of it is computed at
    once, together with everything else that this row's codes cannot change: what the
    row above, the upper stream and the condition add to the lower stream's convolutions.
    What is left for each code are two products per block on [left, current], attention
    where the prior has it, and the output blocks.

    Make it once, inside the function that samples: it normalises all kernels.

    Args:
      prior: built.
      codebook: float32 [D, K], one code vector a column.
      condition: float32 [N or 1, h, w, ..], as of `GatedPrior.from_condition`; with 1
        all samples share it. With `by_row` it is the condition itself, and what it adds
        is computed for one row at a time, as all rows together take much memory.
      batch: N, a Python integer or int32 [].
      window: n, the number of columns for which `logits` will be asked at once.
      by_row: what `condition` is.
    """

    def __init__(
        self,
        prior: GatedPrior,
        codebook: tf.Tensor,
        condition: tf.Tensor,
        batch: int | tf.Tensor,
        window: int,
        by_row: bool = False,
    ):
        self._activate = BY_NAME[prior.nonlinearity]
        self._batch = batch
        self.window = window
        # [h, w, N or 1, ..], so that a row has the column outermost.
        self._condition = tf.transpose(condition, [1, 2, 0, 3])
        self._width = sizes(self._condition)[1]
        self._product = prior.condition_product() if by_row else None
        vectors = tf.transpose(codebook)
        self._vectors = tf.concat([vectors, tf.ones_like(vectors[:, :1])], axis=1)
        self._upper_in = Linear(prior.upper_in)
        self._above_in = Linear(prior.above_in)
        left = prior.left_in.kernel()[:, 0]
        self._from_left_above = Linear(prior.left_in, left[0])
        # Table of what each code to the left adds; its last row is that of the border.
        self._left_table = tf.pad(tf.matmul(self._vectors, left[1]), [[0, 1], [0, 0]])
        self._upper = [UpperBlock(block) for block in prior.upper]
        self._lower = [LowerBlock(block) for block in prior.lower]
        self._depths = [depth for block in self._lower for depth in block.depths]
        attending = [b.attention for b in self._lower if b.attention]
        self._heads = attending[0].heads if attending else 1
        # TensorFlow's graph optimiser fails on chains of product, bias, sum and elu, and
        # then leaves the whole graph as it is. Differences it does not touch.
        self._output = [Linear.negative(block) for block in prior.output_blocks]
        self._to_logits = Linear(prior.logits)

    def start(self) -> Rows:
        """What is above the first row of a grid."""
        row = self._width * self._batch
        upper = tuple(
            tuple(tf.zeros([row, 3 * depth]) for depth in block.depths)
            for block in self._upper
        )
        vectors = tf.zeros([row, self._vectors.shape[1]])
        lower = tf.zeros([row, sum(self._depths)])
        return Rows((vectors, vectors), upper, lower, self._no_cache())

    def _no_cache(self):
        blocks = [block.attention for block in self._lower if block.attention]
        return tuple(block.empty_cache(self._batch) for block in blocks)

    def _shift(self, x):
        """Moves a row one column to the right; the first column becomes zero."""
        return tf.pad(x, [[self._batch, 0], [0, 0]])[: tf.shape(x)[0]]

    def _neighbours(self, x):
        """[w * N, C] -> [w * N, 3 C]: left, own and right column."""
        right = tf.pad(x, [[0, self._batch], [0, 0]])[self._batch :]
        return tf.concat([self._shift(x), x, right], axis=1)

    def open_row(self, rows: Rows, index: tf.Tensor) -> Row:
        """Computes what the codes of row number `index` (int32 []) cannot change."""
        before, last = rows.vectors
        # Shifted streams are zero in the first row, without the convolutions' bias.
        below_first = tf.cast(index > 0, tf.float32)
        neighbours = self._neighbours(last)
        both = tf.concat([self._neighbours(before), neighbours], axis=1)
        upper = below_first * self._upper_in(both)
        start = below_first * self._above_in(neighbours)
        start += self._shift(self._from_left_above(last))
        condition = self._of_condition(index)
        lowers = tf.split(rows.lower, self._depths, axis=1)
        uppers, added = [], []
        for i, (high, low) in enumerate(zip(self._upper, self._lower)):
            a = self._neighbours(self._activate(upper))
            b = high.inner(tf.concat([rows.upper[i][0], a], axis=1))
            b = self._neighbours(self._activate(b))
            hidden = high.outer(tf.concat([rows.upper[i][1], b], axis=1))
            upper += gate(hidden + condition[2 * i])
            uppers.append((a, b))
            a, b = lowers[2 * i : 2 * i + 2]
            a = low.inner_above(tf.concat([self._shift(a), a], axis=1))
            added.append(a + low.from_side(self._activate(upper)))
            b = low.outer_above(tf.concat([self._shift(b), b], axis=1))
            added.append(b + condition[2 * i + 1])
        added = tf.concat(added, axis=1)
        return Row(start, added, tuple(uppers), rows.cache, index > 0)

    def _of_condition(self, index):
        """What the condition adds to each block in this row: 2 L of [w * N, 2 C]."""
        row = self._condition[index]
        # One condition may be shared by all samples; of no samples there is none.
        shared = self._batch // tf.maximum(tf.shape(row)[1], 1)
        flat = tf.reshape(row, [-1, row.shape[-1]])
        if self._product:
            flat = self._product(flat)
        flat = tf.repeat(flat, shared, axis=0)
        return tf.split(flat, 2 * len(self._lower), axis=1)

    def no_places(self) -> Places:
        """The positions of a row before its first code: the border alone."""
        border = tf.zeros([self._batch, sum(self._depths)])
        columns = tf.TensorArray(
            tf.float32,
            self._width + self.window - 1,
            element_shape=[known(self._batch), sum(self._depths)],
        )
        return Places(border, columns, self._no_cache())

    def logits(
        self, row: Row, places: Places, before: tf.Tensor, begin: tf.Tensor
    ) -> tuple[tf.Tensor, tuple]:
        """Logits at the n columns from `begin` on, given the positions to their left.

        Args:
          row: the present one.
          places: of the columns before `begin`.
          before: int32 [N, n], codes of the columns from `begin` - 1 on, that is of the
            column to the left of each; -1 at the border.
          begin: int32 []. The columns may go past the row's end; the logits there are
            to be ignored.

        Returns:
          (logits float32 [N, n, K], activations to pass to `keep`).
        """
        batch = self._batch
        first, size = begin * batch, tf.size(before)

        def cut(x):
            past = tf.maximum(first + size - tf.shape(x)[0], 0)
            return tf.pad(x[first : first + size], [[0, past], [0, 0]])

        codes = tf.reshape(tf.transpose(before), [-1])
        codes = tf.where(codes < 0, self._vectors.shape[0], codes)
        x = cut(row.start) + tf.gather(self._left_table, codes)
        order = HeadOrder(tf.shape(before)[1], batch, self._heads)
        columns = tf.range(begin, begin + tf.shape(before)[1])
        any_earlier = tf.cast(row.any_above | (columns > 0), tf.float32)
        any_earlier = tf.repeat(any_earlier, batch)[:, None]
        lefts = iter(tf.split(places.left, self._depths, axis=1))
        sizes = [size for block in self._lower for size in block.sizes]
        added = iter(tf.split(cut(row.added), sizes, axis=1))
        lower: list[tf.Tensor] = []
        caches: list[tf.Tensor] = []

        def convolve(layer, a):
            lower.append(a)
            left = next(lefts)
            if self.window > 1:
                left = tf.concat([left, a], axis=0)[:-batch]
            return layer(tf.concat([left, a], axis=1)) + next(added)

        for low in self._lower:
            hidden = convolve(low.inner_row, self._activate(x))
            hidden = convolve(low.outer_row, self._activate(hidden))
            hidden = gate(hidden)
            if low.attention:
                j = len(caches)
                negative, cache = low.attention(
                    hidden,
                    row.cache[j],
                    places.cache[j],
                    order,
                    row.any_above,
                    any_earlier,
                )
                caches.append(cache)
                hidden -= negative
            x += hidden
        for block in self._output:
            x -= block(tf.nn.elu(x))
        logits = self._to_logits(tf.nn.elu(x))
        new = (tf.concat(lower, axis=1), tuple(caches))
        return order.by_sample(logits)[:, 0], new

    def keep(
        self, places: Places, new: tuple, begin: tf.Tensor, final: tf.Tensor
    ) -> Places:
        """Adds the first columns of those that `logits` has computed.

        Args:
          places: as given to `logits`.
          new: second result of `logits`.
          begin: as given to `logits`.
          final: int32 [], how many columns to add, from 1 to n.
        """
        lower, cache = new
        if self.window == 1:
            return Places(lower, places.columns.write(begin, lower), cache)
        columns = places.columns
        # Columns past the final ones are written too, and overwritten later.
        for i in range(self.window):
            column = lower[i * self._batch : (i + 1) * self._batch]
            columns = columns.write(begin + i, column)
        left = lower[(final - 1) * self._batch : final * self._batch]
        count = begin + final
        cache = tf.nest.map_structure(lambda x: x[:, :, : 1 + count], cache)
        return Places(left, columns, cache)

    def close_row(self, rows: Rows, row: Row, places: Places, codes: tf.Tensor) -> Rows:
        """What the next row needs, after this one is complete.

        Args:
          rows: above this row.
          row: this one.
          places: of all its columns.
          codes: int32 [N, w], drawn in this row.
        """
        vectors = tf.gather(self._vectors, tf.reshape(tf.transpose(codes), [-1]))
        lower = tf.reshape(
            places.columns.stack()[: self._width], [-1, sum(self._depths)]
        )
        # Below the first row there are positions above, so the sentinel is dropped.
        first = tf.cast(~row.any_above, tf.int32)
        cache = tf.nest.map_structure(
            lambda a, b: tf.concat([a[:, :, first:], b[:, :, 1:]], axis=2),
            rows.cache,
            places.cache,
        )
        return Rows((rows.vectors[1], vectors), row.upper, lower, cache)
