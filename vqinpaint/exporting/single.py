"""One completion of each picture from given noise, as other formats take it.

Converters follow neither loops over rows of a batch nor strings, so the files of other
formats hold a function of their own.
"""

import time

import numpy as np
import tensorflow as tf

from vqinpaint.exporting.requests import requests
from vqinpaint.joined.inpainter import function
from vqinpaint.joined.rows import finite_noise, known_and_noise, mark_bad
from vqinpaint.ops.images import complete
from vqinpaint.sampling.choice import Control

SIGNATURE = "inpaint_from_noise"
_TRIALS = 4  # pictures


def from_noise(model, sampler, batch=1):
    """`inpaint_from_noise` for a batch of one size.

    Args:
      model: `joined.signatures.ServedInpainter` or `joined.pic_signatures.ServedPic`.
      sampler: name in `sampling.SAMPLERS`. It is given no guess of the codes.
      batch: number of pictures; None for any. Models of the family "pic" draw no codes,
        and take one picture whatever is asked for.

    Returns:
      `tf.function` with an input signature.
    """
    if model.family == "pic":
        return _pic_from_noise(model)
    return _codes_from_noise(model, sampler, batch)


def figures(run, model):
    """What another format changes, on trial pictures.

    Args:
      run: from a row of `inpaint_from_noise` by keywords, float32 [1, ...], to its
        outputs by name.
      model: as of `from_noise`.

    Returns:
      dict of `seconds` a picture, `equal_codes` (share, against `model`, where it has
      codes) and `psnr` (of the completions against its own, in dB).
    """
    pictures = requests(model, _TRIALS)[SIGNATURE]
    given = [tf.constant(value) for value in pictures.values()]
    expected = {k: v.numpy() for k, v in model.inpaint_from_noise(*given).items()}
    equal, errors, seconds = [], [], []
    for i in range(len(pictures["image"])):
        row = {name: value[i : i + 1] for name, value in pictures.items()}
        start = time.monotonic()
        answer = run(**row)
        seconds.append(time.monotonic() - start)
        if "codes" in expected:
            equal.append(np.mean(answer["codes"] == expected["codes"][i : i + 1]))
        errors.append(np.mean((answer["completed"] - expected["completed"][i]) ** 2))
    # On [-1, 1] the largest difference is 2.
    psnr = 10 * np.log10(4 / max(np.mean(errors), 1e-12))
    codes = {"equal_codes": round(float(np.mean(equal)), 4)} if equal else {}
    return {
        "seconds": round(float(np.median(seconds)), 4),
        **codes,
        "psnr": round(float(psnr), 1),
    }


def _codes_from_noise(model, sampler, batch):
    """See `from_noise`."""
    rows = -1 if batch is None else batch
    side, grid = model.inpainter.image_size, model.inpainter.grid_size

    networks, codes = model.inpainter.frozen, model.inpainter.codes
    texture_noise = {}
    if networks.bottom is not None:
        texture_noise["texture_noise"] = tf.float32, [batch, 2 * grid, 2 * grid, codes]

    def fill(seen, mask, codes, control, noise):
        """(filling [B, S, S, 3], bits of its texture codes by name)"""
        structure = networks.encoder.top_codebook.vectors_of(codes)
        if noise is None:
            return networks.generator(seen, mask, structure), {}
        condition = networks.bottom.condition(seen, mask, structure)
        draw = networks.draw_texture_from(condition, noise, control, sampler)
        drawn = tf.reshape(draw.codes, [rows, 2 * grid, 2 * grid])
        texture = networks.encoder.bottom_codebook.vectors_of(drawn)
        bits = tf.reduce_sum(draw.bits, [1, 2])
        return networks.decoder(structure, texture), {"texture_bits": bits}

    def call(image, mask, noise, temperature, texture_noise=None):
        (seen, mask, noise, temperature), good = known_and_noise(
            image, mask, noise, temperature
        )
        if texture_noise is not None:
            texture_noise, usable = finite_noise(texture_noise)
            good &= usable
        condition = networks.condition(seen, mask)
        control = Control(temperature, tf.constant(0), tf.constant(1.0))
        draw = networks.draw_from(condition, noise, control, sampler)
        codes = tf.reshape(draw.codes, [rows, grid, grid])
        filling, texture = fill(seen, mask, codes, control, texture_noise)
        numbers = {
            "completed": complete(seen, mask, filling),
            "bits": tf.reduce_sum(draw.bits, [1, 2]),
            **texture,
        }
        return {
            "codes": mark_bad(good, codes, -1),
            **{name: mark_bad(good, x, float("nan")) for name, x in numbers.items()},
        }

    def call_plain(image, mask, noise, temperature):
        return call(image, mask, noise, temperature)

    return function(
        call if texture_noise else call_plain,
        image=(tf.float32, [batch, side, side, 3]),
        mask=(tf.float32, [batch, side, side, 1]),
        noise=(tf.float32, [batch, grid, grid, codes]),
        temperature=(tf.float32, [batch]),
        **texture_noise,
    )


def _pic_from_noise(model):
    """The same of a model of the family "pic"."""
    inpainter = model.inpainter
    side = inpainter.image_size

    def call(image, mask, noise, temperature):
        rows, good = known_and_noise(image, mask, noise, temperature)
        seen, mask, noise, temperature = rows
        filling = inpainter.looked_at(seen, mask).filled(noise[0], temperature[0])
        completed = complete(seen, mask, filling[None])
        return {"completed": mark_bad(good, completed, float("nan"))}

    return function(
        call,
        image=(tf.float32, [1, side, side, 3]),
        mask=(tf.float32, [1, side, side, 1]),
        noise=(tf.float32, [1, *inpainter.noise_shape]),
        temperature=(tf.float32, [1]),
    )
