"""Completions of given noise, without any random operation, for other formats."""

import tensorflow as tf

from vqinpaint.joined.rows import (
    NO_LIMITS,
    by_row,
    finite_noise,
    known_and_noise,
    mark_bad,
    same_number,
)
from vqinpaint.ops.images import complete


def inpaint_from_noise(
    inpainter, images, masks, noise, temperatures, texture_noise=None
):
    """One completion per row, float32 in [-1, 1], from given noise; no random op.

    Args:
      inpainter: `Inpainter`.
      images: float32 [B, S, S, 3].
      masks: float32 [B, S, S, 1], 1 where missing.
      noise: float32 [B, h, w, K] of the structure codes.
      temperatures: float32 [B].
      texture_noise: float32 [B, 2h, 2w, K] where texture codes are drawn, else None.

    Missing pixels may hold anything. A row that cannot be used (see
    `rows.known_and_noise`) is NaN, its codes -1; there is no text, which converters to
    other formats do not know.

    Returns:
      dict of `completed` float32 [B, S, S, 3], `codes` int32 [B, h, w], `bits` float32
      [B] and, where texture codes are drawn, `texture_bits` float32 [B].
    """
    more = {} if texture_noise is None else {"texture_noise": texture_noise}
    inputs = same_number(
        image=images, mask=masks, noise=noise, temperature=temperatures, **more
    )[:4]
    (seen, masks, noise, temperatures), good = known_and_noise(*inputs)
    codes, bits, _ = inpainter.draw(seen, masks, noise, temperatures, *NO_LIMITS, False)
    sums = {"bits": tf.reduce_sum(bits, [1, 2])}
    if texture_noise is None:
        filling = _filled(inpainter, seen, masks, codes)
    else:
        texture_noise, usable = finite_noise(texture_noise)
        good &= usable
        control = temperatures, *NO_LIMITS
        drawn = inpainter.draw_texture(
            seen, masks, codes, texture_noise, *control, False
        )
        filling = complete(seen, masks, inpainter.decode(codes, drawn[0]))
        sums["texture_bits"] = tf.reduce_sum(drawn[1], [1, 2])
    return {
        "completed": mark_bad(good, filling, float("nan")),
        "codes": mark_bad(good, codes, -1),
        **{name: mark_bad(good, x, float("nan")) for name, x in sums.items()},
    }


def _filled(inpainter, seen, masks, codes):
    """Rows completed by the generator, each in its structure: [B, S, S, 3]."""
    grid, side = inpainter.grid_size, inpainter.image_size

    def row(seen, mask, codes):
        codes = tf.ensure_shape(codes, [grid, grid])
        return (complete(seen, mask, inpainter.fill(seen, mask, codes[None])[0]),)

    shape = [side, side, 3]
    return by_row(row, (seen, masks, codes), completed=(tf.float32, shape))["completed"]
