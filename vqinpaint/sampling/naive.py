"""The reference sampler: the whole prior once per code, as the authors sample."""

import tensorflow as tf

from vqinpaint.sampling.choice import Draw, choose, cost


def sample(logits_of, noise, control, on_row=None):
    """Draws a grid of codes place by place in raster order.

    Args:
      logits_of: function from codes int32 [N, h, w] to logits [N, h, w, K]; the logits
        at a place must depend on codes strictly before it.
      noise: float32 [N, h, w, K] Gumbel noise.
      control: `sampling.choice.Control`.
      on_row: called with the index of each row as it begins.

    Returns:
      `sampling.choice.Draw`.
    """
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
    return Draw(*(tf.reshape(grid, shape) for grid in (codes, bits, entropy)), passes)
