"""Jacobi iterations: guess many codes at once, draw again until nothing changes.

After Song et al. 2021 ("Accelerating Feedforward Computation via Parallel Nonlinear
Equation Solving"). With the noise held fixed a code is a function of the codes before it,
and a grid of codes the solution of a triangular system of equations. A guess that
reproduces itself is therefore the very grid that drawing one code after another gives.
After t rounds at least the first t codes are right, so there are never more rounds than
codes.
"""

from __future__ import annotations

from typing import Any, Callable

import tensorflow as tf

from vqinpaint.sampling import rows
from vqinpaint.sampling.choice import Control, Draw, choose, cost

# Codes guessed at once. More would save rounds but make each one slower.
WINDOW = 8


def sample(
    make_steps: Callable[[int], Any],
    noise: tf.Tensor,
    control: Control,
    on_row: Callable[[tf.Tensor], Any] | None = None,
    guess: tf.Tensor | None = None,
    window: int = WINDOW,
) -> Draw:
    """Draws several codes of a row at once, from the step interface.

    Args:
      make_steps: function from the number of columns asked for at once to the step
        interface; see `rows.sample`.
      noise, control, on_row: as of `naive.sample`.
      guess: codes to start from, int32 [N, h, w]; None takes what the noise alone would
        draw. The better the guess, the fewer rounds; the codes are the same.
      window: number of codes guessed at once, at least 1.

    Returns:
      `sampling.choice.Draw`.
    """
    return rows.sample(make_steps(window), noise, control, on_row, guess)


def sample_grid(
    logits_of: Callable[[tf.Tensor], tf.Tensor],
    noise: tf.Tensor,
    control: Control,
    on_row: Callable[[tf.Tensor], Any] | None = None,
    guess: tf.Tensor | None = None,
) -> Draw:
    """Draws the whole grid in every round, without caches.

    Args:
      logits_of, noise, control: as of `naive.sample`.
      guess: as of `sample`.
      on_row: never called, as no row is finished before the last round.

    Returns:
      `sampling.choice.Draw`.
    """
    del on_row
    if guess is None:
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
