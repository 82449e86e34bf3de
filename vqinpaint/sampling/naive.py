"""The reference sampler: the whole prior once per code, as the authors sample."""

from __future__ import annotations

from typing import Any, Callable

import tensorflow as tf

from vqinpaint.sampling.choice import Control, Draw, choose, cost


def sample(
    logits_of: Callable[[tf.Tensor], tf.Tensor],
    noise: tf.Tensor,
    control: Control,
    on_row: Callable[[tf.Tensor], Any] | None = None,
    guess: tf.Tensor | None = None,
) -> Draw:
    """Draws a grid of codes place by place in raster order.

    Args:
      logits_of: function from codes int32 [N, h, w] to logits [N, h, w, K]; the logits
        at a place must depend on codes strictly before it.
      noise: float32 [N, h, w, K] standard Gumbel noise, as of `noise.gumbel`.
      control: `sampling.choice.Control`.
      on_row: function that is called with the index of a row, int32 [], before its codes
        are drawn; None = no call. Inside a graph it is traced like the rest. Here it is
        called before every code.
      guess: int32 [N, h, w], codes that are likely, or None. Samplers that start from a
        guess need fewer passes the more of it is right; no guess changes what is drawn.
        This sampler takes none.

    Returns:
      `sampling.choice.Draw`, with h * w passes.

    Example:
      >>> import tensorflow as tf
      >>> from vqinpaint.sampling import naive
      >>> from vqinpaint.sampling.choice import Control
      >>> def sure_of_three(codes):  # whatever the codes before
      ...     return tf.one_hot(tf.fill(tf.shape(codes), 3), 5) * 9
      >>> control = Control(tf.zeros([1]), tf.constant(0), tf.constant(1.0))
      >>> naive.sample(sure_of_three, tf.zeros([1, 2, 2, 5]), control).codes.numpy().tolist()
      [[[3, 3], [3, 3]]]
    """
    del guess
    batch, height, width = tf.unstack(tf.shape(noise)[:3])
    size = noise.shape[-1]
    places = height * width
    noise = tf.reshape(noise, [batch, places, size])

    def body(place, codes, bits, entropy):
        if on_row:
            on_row(place // width)
        logits = logits_of(tf.reshape(codes, [batch, height, width]))
        logits = tf.reshape(logits, [batch, places, size])[:, place]
        code = choose(logits, noise[:, place], control)
        here = tf.range(places) == place

        def put(grid, column):
            return tf.where(here, column[:, None], grid)

        spent, unsure = cost(logits, code)
        return place + 1, put(codes, code), put(bits, spent), put(entropy, unsure)

    zeros = tf.zeros([batch, places])
    passes, codes, bits, entropy = tf.while_loop(
        lambda place, *_: place < places,
        body,
        (0, tf.cast(zeros, tf.int32), zeros, zeros),
        shape_invariants=(
            tf.TensorShape([]),
            *[tf.TensorShape([None, None])] * 3,
        ),
    )
    shape = [batch, height, width]
    grids = [tf.reshape(grid, shape) for grid in (codes, bits, entropy)]
    return Draw(grids[0], grids[1], grids[2], passes)
