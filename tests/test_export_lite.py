"""The TFLite files of an export, in both interpreters."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from tests.export_world import tensors
from vqinpaint.exporting import lite
from vqinpaint.exporting.requests import requests

LITE = """
import sys
sys.modules["tensorflow"] = None  # importing it would fail
import numpy as np
from ai_edge_litert.interpreter import Interpreter
inputs = dict(np.load(sys.argv[2]))
np.savez(sys.argv[3], **Interpreter(sys.argv[1]).get_signature_runner()(**inputs))
"""


@pytest.mark.portable
@pytest.mark.parametrize("interpreter", ["litert", "tensorflow"])
@pytest.mark.parametrize("kind", ["float32", "float16"])
def test_tflite_draws_the_same_codes(exported, tmp_path, interpreter, kind):
    model, folder = exported
    path = f"{folder}/model_{kind}.tflite"
    inputs = requests(model, 1)["inpaint_from_noise"]
    if interpreter == "tensorflow":
        answer = tf.lite.Interpreter(path).get_signature_runner()(**inputs)
    else:
        np.savez(tmp_path / "in.npz", **inputs)
        files = [str(tmp_path / name) for name in ("in.npz", "out.npz")]
        subprocess.run([sys.executable, "-c", LITE, path, *files], check=True)
        answer = np.load(files[1])
    expected = model.inpaint_from_noise(*tensors(inputs).values())
    np.testing.assert_array_equal(answer["codes"], expected["codes"])
    # Weights of 11 bits move pixels by about as much; those of 24 by rounding alone.
    tolerance = {"float32": 1e-5, "float16": 2e-2}[kind]
    np.testing.assert_allclose(
        answer["completed"], expected["completed"], atol=tolerance
    )


def test_tflite_holds_built_in_operations_alone(exported):
    for kind in ("float32", "float16", "dynamic"):
        interpreter = lite.interpreter()(f"{exported[1]}/model_{kind}.tflite")
        names = {op["op_name"] for op in interpreter._get_ops_details()}
        assert not [n for n in names if n.startswith("Flex") or n == "CUSTOM"]
