"""The loop over rows, and over windows of a row, that the fast samplers share."""

from __future__ import annotations

from typing import Any, Callable

import tensorflow as tf

from vqinpaint.ops.shapes import known, sizes
from vqinpaint.sampling.choice import Control, Draw, choose, cost


def sample(
    steps: Any,
    noise: tf.Tensor,
    control: Control,
    on_row: Callable[[tf.Tensor], Any] | None = None,
    guess: tf.Tensor | None = None,
) -> Draw:
    """Draws a grid row by row, each row by a window that moves to the right.

    A round draws all codes of the window from guesses for the codes before them. A drawn
    code is final if all guesses before it were right, so the codes up to and including
    the first that differs from its guess are final. The window moves past them, and what
    was drawn beyond becomes the next guess. A batch moves on together: a code counts as
    rightly guessed if it is so in all its rows. A window of one code makes no guesses.

    Args:
      steps: `models.prior_steps.PriorSteps`, or anything with its methods; its
        attribute `window` is the number of codes drawn in a round.
      noise: float32 [N, h, w, K] standard Gumbel noise, as of `noise.gumbel`.
      control: `sampling.choice.Control`.
      on_row: function that is called once with the index of each row, int32 [], before
        its codes are drawn; None = no call. Inside a graph it is traced like the rest.
      guess: int32 [N, h, w], first guess of all codes; None takes what the noise alone
        would draw.

    Returns:
      `sampling.choice.Draw`, whose passes are the rounds of all rows.
    """
    batch, height, width, _ = sizes(noise)
    if guess is None:
        guess = tf.argmax(noise, axis=-1, output_type=tf.int32)

    def body(index, passes, rows, codes, bits, entropy):
        if on_row:
            on_row(index)
        row = steps.open_row(rows, index)
        drawn, logits, places, rounds = _fill(
            steps, row, noise[:, index], control, guess[:, index]
        )
        spent, unsure = cost(logits, drawn)
        rows = steps.close_row(rows, row, places, drawn)
        grids = (
            grid.write(index, values)
            for grid, values in zip((codes, bits, entropy), (drawn, spent, unsure))
        )
        return index + 1, passes + rounds, rows, *grids

    grids = [
        tf.TensorArray(dtype, height, element_shape=[known(batch), known(width)])
        for dtype in (tf.int32, tf.float32, tf.float32)
    ]
    _, passes, _, *grids = _loop(
        lambda index, *_: index < height, body, (0, 0, steps.start(), *grids)
    )
    shape = [batch, height, width]
    codes, bits, entropy = (
        tf.reshape(tf.transpose(grid.stack(), [1, 0, 2]), shape) for grid in grids
    )
    return Draw(codes, bits, entropy, passes)


def _fill(
    steps: Any, row: Any, noise: tf.Tensor, control: Control, guess: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, Any, tf.Tensor]:
    """Draws one row.

    Args:
      steps: as of `sample`.
      row: the row as `steps.open_row` gives it.
      noise: float32 [N, w, K].
      control: `sampling.choice.Control`.
      guess: int32 [N, w].

    Returns:
      (codes int32 [N, w], logits float32 [N, w, K], the row's places as `steps.close_row`
      takes them, number of rounds int32 []).
    """
    batch, width, size = sizes(noise)
    window = steps.window
    # A window keeps its size at the row's end: other sizes would be compiled anew.
    padded = tf.pad(noise, [[0, 0], [0, window - 1], [0, 0]])
    guess = tf.pad(guess, [[0, 0], [0, window - 1]])

    def body(begin, rounds, codes, guess, logits, places):
        here = guess[:, :window]
        before = tf.concat([codes[:, -1:], here], axis=1)[:, :window]
        before = tf.reshape(before, [batch, window])
        new, found = steps.logits(row, places, before, begin)
        new = tf.reshape(new, [batch, window, size])
        drawn = choose(new, padded[:, begin : begin + window], control)
        final = 1
        if window > 1:
            right = tf.reduce_all(drawn == here, axis=0)[:-1]
            final += tf.reduce_sum(tf.math.cumprod(tf.cast(right, tf.int32)))
            final = tf.minimum(final, width - begin)
            new, drawn_final = new[:, :final], drawn[:, :final]
            guess = tf.concat([drawn, guess[:, window:]], axis=1)
        else:
            drawn_final = drawn
        return (
            begin + final,
            rounds + 1,
            tf.concat([codes, drawn_final], axis=1),
            guess[:, final:],
            tf.concat([logits, new], axis=1),
            steps.keep(places, found, begin, final),
        )

    border = tf.fill([batch, 1], -1)
    state = (0, 0, border, guess, tf.zeros([batch, 0, size]), steps.no_places())
    _, rounds, codes, _, logits, places = _loop(
        lambda begin, *_: begin < width, body, state
    )
    return codes[:, 1:], tf.reshape(logits, tf.shape(noise)), places, rounds


def _loop(condition: Callable, body: Callable, state: tuple) -> tuple:
    """`tf.while_loop` whose tensors may grow in all dimensions but their channels.

    Args:
      condition, body: functions of the state's entries, as of `tf.while_loop`.
      state: nested tensors; of int32 tensors all dimensions may grow.

    Returns:
      The state after the last round.
    """

    def growing(x):
        if not tf.is_tensor(x) or not x.shape.rank:
            return tf.TensorShape([])
        channels = None if x.dtype == tf.int32 else x.shape[-1]
        return tf.TensorShape([None] * (x.shape.rank - 1) + [channels])

    invariants = tf.nest.map_structure(growing, state)
    return tf.while_loop(condition, body, state, shape_invariants=invariants)
