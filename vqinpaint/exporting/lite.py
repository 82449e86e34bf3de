"""The model as TFLite files, for LiteRT on phones and small machines."""

import os
import time

import numpy as np
import tensorflow as tf

from vqinpaint import outputs
from vqinpaint.exporting.requests import requests
from vqinpaint.joined.inpainter import function
from vqinpaint.joined.rows import finite_noise, known_and_noise, mark_bad
from vqinpaint.ops.images import complete
from vqinpaint.sampling.choice import Control

# How weights are stored; arithmetic is float32 in all of them but "dynamic", whose
# products are of 8 bits.
KINDS = ("float32", "float16", "dynamic")
SIGNATURE = "inpaint_from_noise"


def write_lite(folder, model):
    """Writes `model_KIND.tflite` for all kinds and measures what the kind changes.

    Built-in operations alone, so any interpreter runs them. The batch is 1.

    Args:
      folder: where to.
      model: `joined.signatures.ServedInpainter` or `joined.pic_signatures.ServedPic`.

    Returns:
      dict by kind of `bytes`, `seconds` a picture, `equal_codes` (share, against
      `model` on trial pictures, where it has codes) and `psnr` (of the completions
      against its own, in dB).
    """
    made = _pic_from_noise(model) if model.family == "pic" else _from_noise(model)
    pictures = requests(model, 4)[SIGNATURE]
    expected = {
        name: value.numpy()
        for name, value in model.inpaint_from_noise(
            *(tf.constant(value) for value in pictures.values())
        ).items()
    }
    figures = {}
    for kind in KINDS:
        data = _convert(model, made, kind)
        outputs.write(os.path.join(folder, f"model_{kind}.tflite"), data)
        figures[kind] = {"bytes": len(data), **_compare(data, pictures, expected)}
    return figures


def _from_noise(model):
    """`inpaint_from_noise` for a batch of 1, with shapes that TFLite can follow."""
    side, grid = model.inpainter.image_size, model.inpainter.grid_size

    networks, codes = model.inpainter.frozen, model.inpainter.codes
    texture_noise = {}
    if networks.bottom is not None:
        texture_noise["texture_noise"] = tf.float32, [1, 2 * grid, 2 * grid, codes]

    def fill(seen, mask, codes, control, noise):
        """(filling [1, S, S, 3], bits of its texture codes by name)"""
        structure = networks.encoder.top_codebook.vectors_of(codes)
        if noise is None:
            return networks.generator(seen, mask, structure), {}
        condition = networks.bottom.condition(seen, mask, structure)
        draw = networks.draw_texture_from(condition, noise, control, "incremental")
        drawn = tf.reshape(draw.codes, [1, 2 * grid, 2 * grid])
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
        draw = networks.draw_from(condition, noise, control, "incremental")
        codes = tf.reshape(draw.codes, [1, grid, grid])
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
        image=(tf.float32, [1, side, side, 3]),
        mask=(tf.float32, [1, side, side, 1]),
        noise=(tf.float32, [1, grid, grid, codes]),
        temperature=(tf.float32, [1]),
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


def _convert(model, made, kind):
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [made.get_concrete_function()], model
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if kind != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return converter.convert()


def interpreter():
    """The class that runs TFLite files: LiteRT's, or where that is missing TensorFlow's.

    TensorFlow's own is deprecated and warns of its removal.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        return tf.lite.Interpreter
    return Interpreter


def _compare(data, pictures, expected):
    """Runs a TFLite model on every row by itself."""
    run = interpreter()(model_content=data).get_signature_runner()
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
