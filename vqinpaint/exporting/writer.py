"""Writes a joined model as a SavedModel folder, whole or not at all."""

import os
import shutil
from typing import NamedTuple

import tensorflow as tf

from vqinpaint.errors import ModelError, UsageError, first_line
from vqinpaint.exporting.card import write_card
from vqinpaint.exporting.lite import write_lite
from vqinpaint.exporting.requests import requests
from vqinpaint.exporting.validation import validate
from vqinpaint.exporting.warmup import write_warmup
from vqinpaint.json_files import write_json
from vqinpaint.reporting import SILENT


class Written(NamedTuple):
    """What a new SavedModel is like."""

    facts: dict  # contents of its options.json
    size: int  # bytes on disk
    seconds: float  # that loading took
    warm: bool  # whether it has warm-up requests

    def summary(self):
        warm = "warm-up requests included"
        if not self.warm:
            warm = "no warm-up requests (pip install 'vqinpaint[serving]' for them)"
        return f"{self.size / 1e6:.1f} MB, loads in {self.seconds:.1f} s; {warm}."


def write_saved_model(
    model,
    options,
    output,
    facts,
    title,
    story,
    lite=False,
    thorough=True,
    reporter=SILENT,
):
    """Saves under a temporary name, tries it, and only then renames it to `output`.

    TensorFlow Serving looks for new folders named by an integer, and so never sees one
    that is half written or that failed.

    Args:
      model: `ServedInpainter`.
      options: `ModelOptions`.
      output: the folder to make; one that exists is replaced.
      facts: dict for options.json, beside the model's options.
      title, story: of its model card.
      lite: whether to write TFLite files beside it.
      thorough: see `exporting.validation.validate`.
      reporter: told of progress.

    Returns:
      `Written`.

    Raises:
      ModelError: the saved model does not load, answers otherwise, or needs what servers
        do not have.
    """
    output = output.rstrip("/")
    temporary = f"{output}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    os.makedirs(os.path.dirname(os.path.abspath(output)), exist_ok=True)
    tf.saved_model.save(model, temporary, signatures=model.signatures())
    described = {
        name: describe(function) for name, function in model.signatures().items()
    }
    facts = {
        "family": model.family,
        "model": options.to_dict(),
        "sampler": model.inpainter.frozen.sampler,
        "num_samples": model.num_samples,
        **facts,
        "signatures": described,
    }
    if lite:
        facts["tflite"] = write_lite(temporary, model)
    write_json(os.path.join(temporary, "options.json"), facts)
    write_card(temporary, title, story, facts)
    warm = write_warmup(temporary, requests(model, 1))
    try:
        seconds = validate(temporary, model, thorough, reporter)
    except (ModelError, tf.errors.OpError, ValueError) as error:
        shutil.rmtree(temporary)
        if isinstance(error, ModelError):
            raise
        text = first_line(error)[:160]
        raise ModelError(f"the saved model cannot be run ({text}); not kept.") from None
    previous = f"{output}.old"
    if os.path.isdir(output):
        shutil.rmtree(previous, ignore_errors=True)
        os.rename(output, previous)
    os.rename(temporary, output)
    shutil.rmtree(previous, ignore_errors=True)
    size = sum(
        os.path.getsize(os.path.join(root, name))
        for root, _, names in os.walk(output)
        for name in names
    )
    return Written(facts, size, seconds, warm)


def describe(function):
    """Inputs and outputs of a signature: {"inputs": {name: "dtype [shape]"}, ...}."""
    concrete = function.get_concrete_function()

    def text(spec):
        shape = ", ".join("batch" if n is None else str(n) for n in spec.shape)
        return f"{spec.dtype.name} [{shape}]"

    inputs = {spec.name: text(spec) for spec in concrete.structured_input_signature[0]}
    outputs = {
        name: text(tensor) for name, tensor in concrete.structured_outputs.items()
    }
    return {"inputs": inputs, "outputs": outputs}


def check_output(output, overwrite):
    """Refuses a folder that exists. Raises UsageError."""
    if os.path.exists(output) and not overwrite:
        raise UsageError(
            f"{output} exists already; choose the next version number or give "
            "--overwrite."
        )
