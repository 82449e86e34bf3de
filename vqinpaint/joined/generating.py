"""Pictures from nothing, as a server draws them."""

import tensorflow as tf

from vqinpaint.joined.inpainter import look
from vqinpaint.joined.rows import NO_LIMITS, by_good_row, draw_fault, same_number


def generate(inpainter, seeds, temperatures):
    """Pictures from nothing: everything is missing, one picture for each row.

    The temperature is that of both levels, where texture codes are drawn.

    Args:
      inpainter: `Inpainter`.
      seeds: int32 [B].
      temperatures: float32 [B].

    Returns:
      dict of `generated` uint8 [B, S, S, 3], `bits` float32 [B], of the structure,
      `texture_bits` float32 [B] where texture codes are drawn, and `error` string [B].
    """
    levels = ["texture_bits"] if inpainter.texture == "codes" else []
    side = inpainter.image_size
    image = tf.zeros([side, side, 3], tf.uint8)
    mask = tf.fill([side, side, 1], tf.constant(255, tf.uint8))
    seen, hole = look(image, mask)
    seen, hole = seen[None], hole[None]

    def row(seed, temperature):
        seeds, control = seed[None], (temperature[None], *NO_LIMITS)
        noise = inpainter.noise(seeds)
        codes, bits, _ = inpainter.draw(seen, hole, noise, *control, False)
        picture, texture = inpainter.completed(image, mask, codes, seeds, control)
        drawn = [bits, *(texture[name] for name in levels)]
        return picture[0], *(tf.reduce_sum(values) for values in drawn)

    return by_good_row(
        row,
        lambda *row: (row, draw_fault(*row, 1)),
        same_number(seed=seeds, temperature=temperatures),
        generated=(tf.uint8, [side, side, 3]),
        bits=(tf.float32, []),
        **{name: (tf.float32, []) for name in levels},
    )
