"""Writes a joined model as a SavedModel folder, whole or not at all."""

import os
import shutil

import tensorflow as tf

from vqinpaint import loading
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.options import write_json


def write_saved_model(model, options, output, facts, card):
    """Saves under a temporary name, loads it back once, and renames it to `output`.

    Args:
      model: `Inpainter`.
      options: `ModelOptions`.
      output: the folder to make.
      facts: dict for options.json, beside the model's options.
      card: text of its README.md.

    Returns:
      Size on disk in bytes.

    Raises:
      ModelError: the saved model does not load or answer.
    """
    temporary = f"{output.rstrip('/')}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    os.makedirs(os.path.dirname(os.path.abspath(output)), exist_ok=True)
    tf.saved_model.save(model, temporary, signatures=model.signatures())
    write_json(
        os.path.join(temporary, "options.json"),
        {"model": options.to_dict(), "sampler": model.frozen.sampler, **facts},
    )
    with open(os.path.join(temporary, "README.md"), "w", encoding="utf-8") as file:
        file.write(card)
    loaded, _ = loading.load_saved_model(temporary)
    blank = tf.zeros([1, options.image_size, options.image_size, 3], tf.uint8)
    if not tf.reduce_all(
        loaded.encode(blank)["top"] == model.encode(blank)["top"]
    ).numpy():
        shutil.rmtree(temporary)
        raise ModelError("the saved model answers otherwise than the run; not kept.")
    if os.path.isdir(output):
        shutil.rmtree(output)
    os.rename(temporary, output)
    return sum(
        os.path.getsize(os.path.join(root, name))
        for root, _, names in os.walk(output)
        for name in names
    )


def check_output(output, overwrite):
    """Refuses a folder that exists. Raises UsageError."""
    if os.path.exists(output) and not overwrite:
        raise UsageError(
            f"{output} exists already; choose the next version number or give "
            "--overwrite."
        )
