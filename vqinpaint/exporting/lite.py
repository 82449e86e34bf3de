"""The model as TFLite files, for LiteRT on phones and small machines."""

import os

import tensorflow as tf

from vqinpaint import outputs
from vqinpaint.exporting import single

# How weights are stored; arithmetic is float32 in all of them but "dynamic", whose
# products are of 8 bits.
KINDS = ("float32", "float16", "dynamic")


def write_lite(folder, model):
    """Writes `model_KIND.tflite` for all kinds and measures what the kind changes.

    Built-in operations alone, so any interpreter runs them. The batch is 1.

    Args:
      folder: where to.
      model: `joined.signatures.ServedInpainter` or `joined.pic_signatures.ServedPic`.

    Returns:
      dict by kind of `bytes` and what `single.figures` measures.
    """
    # A window of one code: TFLite follows no shapes that change with the data.
    made = single.from_noise(model, "incremental")
    figures = {}
    for kind in KINDS:
        data = _convert(model, made, kind)
        outputs.write(os.path.join(folder, f"model_{kind}.tflite"), data)
        run = interpreter()(model_content=data).get_signature_runner()
        figures[kind] = {"bytes": len(data), **single.figures(run, model)}
    return figures


def _convert(model, made, kind):
    # The converter saves all that it is given to follow: of the model itself that would
    # be each of its other functions, four times the work.
    holder = tf.Module()
    holder.weights = model.weights
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [made.get_concrete_function()], holder
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
