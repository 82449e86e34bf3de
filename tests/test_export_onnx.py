"""The ONNX file of an export, in ONNX Runtime without TensorFlow."""

import subprocess
import sys

import numpy as np
import pytest

from tests import tiny
from tests.export_world import tensors
from vqinpaint.errors import UsageError
from vqinpaint.exporting import onnx_file
from vqinpaint.exporting.requests import requests

pytestmark = [
    pytest.mark.portable,
    pytest.mark.skipif(sys.version_info < (3, 10), reason="tf2onnx is for 3.10 on"),
]

RUN = """
import sys
sys.modules["tensorflow"] = None  # importing it would fail
import numpy as np
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
inputs = dict(np.load(sys.argv[2]))
np.savez(sys.argv[3], **dict(zip(names, session.run(None, inputs))))
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """(model, folder with its model.onnx, what `write_onnx` returned)"""
    model = tiny.inpainter()
    folder = tmp_path_factory.mktemp("onnx")
    return model, folder, onnx_file.write_onnx(str(folder), model)


def test_onnx_runtime_draws_the_same_codes(written):
    model, folder, figures = written
    rows = requests(model, 2)["inpaint_from_noise"]
    rows["noise"][1, 0, 0, 0] = np.nan  # a row that cannot be used is told so
    np.savez(folder / "in.npz", **rows)
    files = [str(folder / name) for name in (onnx_file.NAME, "in.npz", "out.npz")]
    subprocess.run([sys.executable, "-c", RUN, *files], check=True)
    answer = np.load(files[2])
    expected = model.inpaint_from_noise(*tensors(rows).values())
    np.testing.assert_array_equal(answer["codes"], expected["codes"])
    for name in ("completed", "bits"):
        # Rounding; bits are sums of 64.
        np.testing.assert_allclose(answer[name], expected[name], rtol=1e-4, atol=1e-5)
    assert (answer["codes"][0] >= 0).all() and (answer["codes"][1] == -1).all()
    assert figures["equal_codes"] == 1 and figures["psnr"] > 100
    assert figures["bytes"] == (folder / onnx_file.NAME).stat().st_size


def test_onnx_holds_standard_operations_alone(written):
    import onnx

    proto = onnx.load(written[1] / onnx_file.NAME)
    onnx.checker.check_model(proto)
    assert {node.domain for node in proto.graph.node} == {""}
    # The loop over codes is a part of it.
    assert "Loop" in {node.op_type for node in proto.graph.node}
    assert {i.name for i in proto.graph.input} == {
        *("image", "mask", "noise", "temperature")
    }


def test_missing_packages_are_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(UsageError, match=r"^--onnx needs .*\[onnx\]'[^\n]*$"):
        onnx_file.check_converter()
