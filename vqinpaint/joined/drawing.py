"""Drawing codes from a prior by any sampler."""

import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.models.prior_steps import PriorSteps
from vqinpaint.ops.shapes import sizes
from vqinpaint.sampling.choice import choose


def draw_codes(
    prior,
    codebook,
    condition,
    noise,
    control,
    sampler,
    on_row=None,
    likely=None,
    by_row=False,
):
    """Draws a grid of codes for each row of noise.

    Args:
      prior: `models.prior.GatedPrior`.
      codebook: whose codes it draws.
      condition: [N or 1, h, w, C], of all samples or one for all.
      noise: [N, h, w, K].
      control: `sampling.choice.Control`.
      sampler: name in `sampling.SAMPLERS`.
      on_row: see `sampling.naive.sample`.
      likely: int32, of all samples or one for all as `condition`, [N or 1, h, w]: codes
        that the known pixels suggest. One pass of the prior over them and the noise gives
        the sampler's first guess.
      by_row: whether to compute what the condition adds for one row of codes at a time,
        which needs less memory; whole grids at once otherwise.

    Returns:
      `sampling.choice.Draw`.
    """
    number, own = sizes(noise)[0], tf.shape(condition)[0]
    added = condition if by_row else prior.from_condition(condition)

    def for_all(x):
        """Repeats what several samples share; of one, all do without copies."""
        return tf.repeat(x, tf.where(own == 1, 1, number // tf.maximum(own, 1)), 0)

    def make_steps(window):
        return PriorSteps(prior, codebook.codes, added, number, window, by_row)

    def logits_of(codes, shared=tf.identity):
        vectors = codebook.vectors_of(codes)
        if by_row:
            return prior(vectors, shared(condition))
        return prior(vectors, added=shared(added))

    guess = None
    if likely is not None:
        # The samples of a picture differ in their noise alone, so one pass does for all.
        def guessed():
            logits = logits_of(tf.broadcast_to(likely, tf.shape(condition)[:3]))
            logits = tf.broadcast_to(for_all(logits), tf.shape(noise))
            return choose(logits, noise, control)

        # oneDNN fails at a fused convolution of no rows, in TF 2.15 and 2.21.
        nothing = tf.zeros(tf.shape(noise)[:3], tf.int32)
        guess = tf.cond(tf.shape(noise)[0] > 0, guessed, lambda: nothing)
    if sampler in sampling.BY_STEPS:
        return sampling.BY_STEPS[sampler](make_steps, noise, control, on_row, guess)

    def logits_of_all(codes):
        return logits_of(codes, for_all)

    return sampling.BY_LOGITS[sampler](logits_of_all, noise, control, on_row, guess)
