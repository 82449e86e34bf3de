"""Jacobi iterations: guess many codes at once, draw again until nothing changes.

Song et al. 2021 (Accelerating Feedforward Computation via Parallel Nonlinear Equation
Solving). With the noise held fixed a code is a function of the codes before it. A guess
that reproduces itself is therefore the very grid that drawing one code after another
gives, and after t rounds at least the first t codes are right, so the rounds end.
"""

import tensorflow as tf

from vqinpaint.sampling import rows
from vqinpaint.sampling.choice import Draw, choose, cost

# Codes guessed at once. More would save rounds and cost more in each.
WINDOW = 8


def sample(make_steps, noise, control, on_row=None, window=WINDOW):
    """As `incremental.sample`, but several codes of a row at once; see `rows.sample`."""
    return rows.sample(make_steps(window), noise, control, on_row)


def sample_grid(logits_of, noise, control, on_row=None):
    """As `naive.sample`, but the whole grid at a time and without caches."""
    del on_row  # rows do not come one by one
    guess = tf.argmax(noise, axis=-1, output_type=tf.int32)

    def again(passes, guess, logits):
        logits = tf.ensure_shape(logits_of(guess), noise.shape)
        return passes + 1, choose(logits, noise, control), logits, guess

    passes, codes, logits, _ = tf.while_loop(
        lambda passes, codes, logits, before: tf.reduce_any(codes != before),
        lambda passes, codes, logits, before: again(passes, codes, logits),
        again(0, guess, None),
    )
    return Draw(codes, *cost(logits, codes), passes)
