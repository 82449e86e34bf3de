"""The model as an ONNX file, for ONNX Runtime on servers, phones and in browsers."""

import logging
import os

from vqinpaint import outputs, shipped
from vqinpaint.errors import UsageError
from vqinpaint.exporting import single

NAME = "model.onnx"
# Version of ONNX's operations, of 2023; ONNX Runtime 1.14 and later have them.
_OPSET = 18


def check_converter():
    """Raises UsageError where the packages for `write_onnx` are missing."""
    _packages()


def write_onnx(folder, model):
    """Writes `model.onnx` and measures what it changes.

    It holds `inpaint_from_noise` with its loop over codes, for a batch of any size; of a
    model of the family "pic" for one picture. The sampler is "fixed_point_grid", as
    converters refuse loops over tensors that grow, which the faster samplers have.

    Args:
      folder: where to.
      model: `joined.signatures.ServedInpainter` or `joined.pic_signatures.ServedPic`.

    Returns:
      dict of `bytes` and what `single.figures` measures.

    Raises:
      UsageError: the packages are missing.
    """
    tf2onnx, onnxruntime = _packages()
    # Of fixed sizes, convolutions inside the loop come out damaged.
    made = single.from_noise(model, "fixed_point_grid", batch=None)
    proto, _ = tf2onnx.convert.from_function(made, made.input_signature, opset=_OPSET)
    data = proto.SerializeToString()
    outputs.write(os.path.join(folder, NAME), data)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def run(**row):
        return dict(zip(names, session.run(None, row)))

    return {"bytes": len(data), **single.figures(run, model)}


def _packages():
    try:
        import onnxruntime
        import tf2onnx
    except ImportError:
        raise UsageError(
            "--onnx needs tf2onnx and ONNX Runtime; "
            f"{shipped.install_command('onnx')} on Python 3.10 or later."
        ) from None
    # It tells of its own progress.
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    return tf2onnx, onnxruntime
