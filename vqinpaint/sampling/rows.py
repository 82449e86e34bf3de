"""The loop over rows, and over windows of a row, that the fast samplers share."""

import tensorflow as tf

from vqinpaint.ops.shapes import known, sizes
from vqinpaint.sampling.choice import Draw, choose, cost


def sample(steps, noise, control, on_row=None):
    """Draws a grid row by row, each row by a window that moves to the right.

    A round draws all codes of the window from guesses for the codes before them. The
    codes up to and including the first wrong guess are final; the window moves past
    them, and what was drawn beyond becomes the next guess. A window of one code makes
    no guesses.

    Args:
      steps: `models.structure_steps.StructureSteps`, or anything with its methods.
      noise: float32 [N, h, w, K] Gumbel noise.
      control: `sampling.choice.Control`.
      on_row: called with the index of each row as it begins.

    Returns:
      `sampling.choice.Draw`.
    """
    batch, height, width, _ = sizes(noise)

    def body(index, passes, rows, codes, bits, entropy):
        if on_row:
            on_row(index)
        row = steps.open_row(rows, index)
        drawn, logits, places, rounds = _fill(steps, row, noise[:, index], control)
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
    return Draw(
        *(tf.reshape(tf.transpose(g.stack(), [1, 0, 2]), shape) for g in grids), passes
    )


def _fill(steps, row, noise, control):
    """Draws one row: (codes [N, w], logits [N, w, K], `Places`, rounds)."""
    batch, width, size = sizes(noise)
    window = steps.window
    # Windows keep their size at the row's end, as kernels are compiled for each size.
    padded = tf.pad(noise, [[0, 0], [0, window - 1], [0, 0]])
    # The first guess is what the noise alone would draw.
    guess = tf.argmax(padded, axis=-1, output_type=tf.int32)

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


def _loop(condition, body, state):
    """`tf.while_loop` whose tensors may grow in all dimensions but their channels."""

    def growing(x):
        if not tf.is_tensor(x) or not x.shape.rank:
            return tf.TensorShape([])
        channels = None if x.dtype == tf.int32 else x.shape[-1]
        return tf.TensorShape([None] * (x.shape.rank - 1) + [channels])

    invariants = tf.nest.map_structure(growing, state)
    return tf.while_loop(condition, body, state, shape_invariants=invariants)
