"""What sampling row by row carries from one row, and from one column, to the next.

Shapes: N samples in grids of w columns; D values in a code, K codes, C channels of the
prior's streams, R inside its blocks, L blocks in each stream. Tensors are flat with the
column outermost, see `models.prior_steps`.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Rows(NamedTuple):
    """What the next row needs of the rows above it; zeros above the first row."""

    # Code vectors of the last two rows with the constant channel, [w * N, D + 1] each.
    vectors: tuple
    # For each block of the upper stream the activations before both convolutions in the
    # last row, each column with its two neighbours: [w * N, 3 * depth] each.
    upper: tuple
    # The activations before all convolutions of the lower stream in the last row, side by
    # side: [w * N, sum of depths].
    lower: tf.Tensor
    # For each attending block the keys [N, heads, P, k] and inputs [N, 1, P, C] of all P
    # positions above; of the sentinel position alone above the first row, see
    # `ops.attention.attend_to_earlier`.
    cache: tuple


class Row(NamedTuple):
    """What a row's codes cannot change, computed before the first of them is drawn."""

    # [w * N, C], the lower stream at its start, without the codes of this row.
    start: tf.Tensor
    # [w * N, L * (R + 2 C)], what is added to the convolutions of the lower blocks. One
    # tensor for all, because a loop costs more for every tensor that it carries.
    added: tf.Tensor
    upper: tuple  # as of `Rows`, for the row below
    cache: tuple  # as of `Rows`, the positions above
    any_above: tf.Tensor  # bool [], False for the first row


class Places(NamedTuple):
    """The positions of the present row up to some column."""

    # [N, sum of depths], activations before all convolutions at the last position.
    left: tf.Tensor
    # The same for every column, [N, sum of depths] each; joining them would copy.
    columns: tf.TensorArray
    cache: tuple  # as of `Rows`, the positions of this row after the sentinel
