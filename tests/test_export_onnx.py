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
for number in (0, 1):
    row = dict(np.load(f"{sys.argv[2]}/in{number}.npz"))
    np.savez(f"{sys.argv[2]}/out{number}.npz", **dict(zip(names, session.run(None, row))))
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
    for number in (0, 1):
        row = {name: value[number : number + 1] for name, value in rows.items()}
        np.savez(folder / f"in{number}.npz", **row)
    files = str(folder / onnx_file.NAME), str(folder)
    subprocess.run([sys.executable, "-c", RUN, *files], check=True)
    expected = model.inpaint_from_noise(*tensors(rows).values())
    for number in (0, 1):
        answer = np.load(folder / f"out{number}.npz")
        wanted = {name: value[number : number + 1] for name, value in expected.items()}
        np.testing.assert_array_equal(answer["codes"], wanted["codes"])
        for name in ("completed", "bits"):
            # Rounding; bits are sums of 64.
            np.testing.assert_allclose(answer[name], wanted[name], rtol=1e-4, atol=1e-5)
    assert (answer["codes"] == -1).all() and np.isnan(answer["completed"]).all()
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
    with pytest.raises(UsageError, match=r"^--onnx needs .*vqinpaint\[onnx\]'[^\n]*$"):
        onnx_file.check_converter()
