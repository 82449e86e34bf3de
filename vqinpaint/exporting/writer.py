"""Writes a joined model as a SavedModel folder, whole or not at all."""

import os
from typing import NamedTuple

import tensorflow as tf

from vqinpaint import outputs, shipped
from vqinpaint.errors import ModelError, first_line
from vqinpaint.exporting.card import write_card
from vqinpaint.exporting.lite import write_lite
from vqinpaint.exporting.onnx_file import write_onnx
from vqinpaint.exporting.placing import final_path, place
from vqinpaint.exporting.requests import requests
from vqinpaint.exporting.validation import validate
from vqinpaint.exporting.warmup import write_warmup
from vqinpaint.files.plain_paths import plain_path
from vqinpaint.joined import saved_graph
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
            warm = (
                f"no warm-up requests ({shipped.install_command('serving')} for them)"
            )
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
    onnx=False,
    reporter=SILENT,
):
    """Saves under a temporary name, tries it, and only then renames it to `output`.

    TensorFlow Serving looks for new folders named by an integer, and so never sees one
    that is half written or that failed.

    Args:
      model: `ServedInpainter` or `ServedPic`.
      options: `ModelOptions` or `PicModelOptions`.
      output: the folder to make; an export that exists is replaced.
      facts: dict for options.json, beside the model's options.
      title, story: of its model card.
      lite: whether to write TFLite files beside it.
      thorough: see `exporting.validation.validate`.
      onnx: whether to write an ONNX file beside it.
      reporter: told of progress.

    Returns:
      `Written`.

    Raises:
      UsageError: something is there that is no export, or packages for `onnx` are
        missing.
      ModelError: the saved model does not load, answers otherwise, or needs what servers
        do not have.
    """
    output = final_path(output)
    parent = os.path.dirname(output)
    with outputs.new_folder(parent) as folder:
        parts = output.split(os.sep)
        # A version's number alone says nothing.
        name = os.path.join(*parts[-2 if parts[-1].isdigit() else -1 :])
        facts, seconds, warm = _fill(
            plain_path(folder),
            *(
                model,
                options,
                facts,
                title,
                name,
                story,
                lite,
                onnx,
                thorough,
                reporter,
            ),
        )
        place(folder, output)
    size = sum(
        os.path.getsize(os.path.join(root, name))
        for root, _, names in os.walk(output)
        for name in names
    )
    return Written(facts, size, seconds, warm)


def _fill(
    folder, model, options, facts, title, name, story, lite, onnx, thorough, reporter
):
    """Writes all files and tries them: (facts, seconds, warm) of `Written`."""
    # Gradients would make the graph larger, and nobody trains an export.
    forward_only = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(model, folder, model.signatures(), forward_only)
    saved = saved_graph.read_graph(folder).signature_def
    described = {
        name: describe(function, saved[name].outputs)
        for name, function in model.signatures().items()
    }
    facts = {
        "family": model.family,
        "model": options.to_dict(),
        **model.facts,
        **facts,
        "signatures": described,
    }
    if lite:
        facts["tflite"] = write_lite(folder, model)
    if onnx:
        facts["onnx"] = write_onnx(folder, model)
    outputs.write_json(os.path.join(folder, "options.json"), facts)
    write_card(folder, title, name, story, facts)
    warm = write_warmup(folder, requests(model, 1))
    try:
        return facts, validate(folder, model, thorough, reporter), warm
    except (tf.errors.OpError, ValueError) as error:
        text = first_line(error)[:160]
        raise ModelError(f"the saved model cannot be run ({text}); not kept.") from None


def describe(function, outputs):
    """Inputs and outputs of a signature: {"inputs": {name: "dtype [shape]"}, ...}.

    Nothing is traced for it: tracing a model of the paper's size takes memory and time.

    Args:
      function: `tf.function` with an input signature.
      outputs: `TensorInfo` by name, as the SavedModel holds them.
    """

    def text(dtype, shape):
        sizes = ["batch" if n is None else str(n) for n in tf.TensorShape(shape)]
        return f"{tf.as_dtype(dtype).name} [{', '.join(sizes)}]"

    return {
        "inputs": {
            spec.name: text(spec.dtype, spec.shape) for spec in function.input_signature
        },
        "outputs": {
            name: text(outputs[name].dtype, outputs[name].tensor_shape)
            for name in sorted(outputs)
        },
    }
