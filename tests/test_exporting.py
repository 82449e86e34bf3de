"""An export and its consumers: servers, sessions, C++, LiteRT."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import prediction_log_pb2
from tensorflow_serving.config import model_server_config_pb2

from tests import tiny
from tests.commands import ROOT
from vqinpaint import exporting
from vqinpaint.errors import ModelError
from vqinpaint.exporting import lite, validation
from vqinpaint.exporting.requests import requests
from vqinpaint.exporting.warmup import FILE

SIGNATURES = (
    "serving_default",
    "details",
    "inpaint",
    "inpaint_from_noise",
    "entropy",
    "encode",
    "reconstruct",
)


@pytest.fixture(scope="module")
def loaded(exported):
    return tf.saved_model.load(exported[1]).signatures


def _tensors(inputs):
    return {name: tf.constant(value) for name, value in inputs.items()}


@pytest.mark.portable
@pytest.mark.parametrize("name", SIGNATURES)
def test_a_row_gives_the_same_bytes_alone_and_in_any_batch(exported, loaded, name):
    inputs = requests(exported[0], 3)[name]
    together = loaded[name](**_tensors(inputs))
    for row in range(3):
        one = {key: value[row : row + 1] for key, value in inputs.items()}
        for key, value in loaded[name](**_tensors(one)).items():
            # What noise draws is priced for the whole batch at once.
            exact = not (name == "inpaint_from_noise" and key == "bits")
            compare = (
                np.testing.assert_array_equal if exact else np.testing.assert_allclose
            )
            compare(value[0], together[key][row], *(() if exact else (1e-5,)))


def _serve(loaded, image, mask, seed=0):
    def encode(picture):
        return tf.io.encode_png(tf.constant(picture))[None]

    answer = loaded["serving_default"](
        image_bytes=encode(image),
        mask_bytes=encode(mask),
        seed=tf.constant([seed]),
        temperature=tf.constant([1.0]),
    )
    return np.stack(
        [tf.io.decode_png(png).numpy() for png in answer["completed_bytes"][0]]
    )


@pytest.mark.parametrize("shape", [(64, 64), (100, 80), (40, 130)])
def test_a_server_takes_any_size_and_never_sees_what_is_hidden(loaded, shape):
    generator = np.random.default_rng(1)
    image, other = generator.integers(0, 256, (2, *shape, 3), np.uint8)
    mask = np.zeros((*shape, 1), np.uint8)
    mask[10:30, 10:35] = 255
    completed = _serve(loaded, image, mask)
    hidden = np.where(mask > 127, other, image)
    np.testing.assert_array_equal(completed, _serve(loaded, hidden, mask))
    assert completed.shape == (2, *shape, 3)
    known = np.broadcast_to(mask == 0, completed.shape)
    whole = np.broadcast_to(image, completed.shape)
    np.testing.assert_array_equal(completed[known], whole[known])
    assert (completed[~known] != whole[~known]).any()


def test_a_mask_of_another_size_is_resized_by_nearest_neighbour(loaded):
    image = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[16:32, 32:48] = 255
    small = mask[::4, ::4]
    np.testing.assert_array_equal(
        _serve(loaded, image, mask), _serve(loaded, image, small)
    )


def test_only_what_completing_needs_is_stored(exported):
    model, folder = exported
    names = dict(tf.train.list_variables(f"{folder}/variables/variables"))
    stored = {name for name in names if "CHECKPOINTABLE" not in name}
    # The weights and the counter of rows; each prior kernel once, weight norm fused.
    assert len(stored) == len(model.inpainter.weights) + 1
    raw = [
        v.name
        for v in model.inpainter.weights
        if "gain" in v.name or "direction" in v.name
    ]
    assert not raw


class _Bad(tf.Module):
    """A model whose only function needs what servers do not have."""

    def __init__(self, call, **options):
        super().__init__()
        self.call = tf.function(
            call, input_signature=[tf.TensorSpec([None])], autograph=False, **options
        )


@pytest.mark.parametrize("kind", ["python", "xla"])
def test_python_and_xla_in_a_graph_are_refused(tmp_path, kind):
    bad = (
        _Bad(lambda x: tf.py_function(lambda y: y, [x], tf.float32))
        if kind == "python"
        else _Bad(lambda x: tf.function(tf.sin, jit_compile=True)(x))
    )
    tf.saved_model.save(bad, str(tmp_path), signatures=bad.call)
    with pytest.raises(ModelError, match="server without"):
        validation.check_operations(str(tmp_path))


def test_a_failed_trial_leaves_the_version_before(exported, tmp_path, monkeypatch):
    model, folder = exported
    shutil.copytree(folder, tmp_path / "m" / "1")
    before = (tmp_path / "m" / "1" / "fingerprint.pb").read_bytes()
    # The model changes after it was saved, so that the trial sees two.
    weight = model.inpainter.frozen.encoder.top_codebook.codes
    kept, save = weight.numpy(), tf.saved_model.save

    def save_then_change(*arguments, **options):
        save(*arguments, **options)
        weight.assign(kept[:, ::-1])

    monkeypatch.setattr(tf.saved_model, "save", save_then_change)
    try:
        with pytest.raises(ModelError, match="answers otherwise"):
            exporting.write_saved_model(
                model,
                tiny.OPTIONS,
                str(tmp_path / "m" / "1"),
                {"version": "2"},
                "tiny",
                "",
            )
    finally:
        weight.assign(kept)
    assert os.listdir(tmp_path / "m") == ["1"]
    assert (tmp_path / "m" / "1" / "fingerprint.pb").read_bytes() == before


@pytest.mark.portable
def test_every_warm_up_request_is_answered(exported, loaded):
    seen = set()
    for record in tf.data.TFRecordDataset(os.path.join(exported[1], FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        name = request.model_spec.signature_name
        seen.add(name)
        loaded[name](**{k: tf.make_ndarray(v) for k, v in request.inputs.items()})
    assert seen == set(SIGNATURES)


def test_the_example_configuration_is_one():
    text = (ROOT / "saved_models" / "models.config").read_text()
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    assert config.model_config_list.config[0].base_path.startswith("/")
    # Servers refuse a list whose last size is not the largest batch.
    batching = (ROOT / "saved_models" / "batching.config").read_text()
    sizes = [int(x.split(":")[1]) for x in batching.splitlines() if "allowed" in x]
    assert f"max_batch_size {{ value: {sizes[-1]} }}" in batching


def test_the_card_and_the_options_say_how_to_call_it(exported):
    folder = pathlib.Path(exported[1])
    options = json.loads((folder / "options.json").read_text())
    card = (folder / "README.md").read_text()
    assert set(options["signatures"]) == set(SIGNATURES)
    assert options["num_samples"] == 2 and options["model"]["image_size"] == 64
    assert options["signatures"]["inpaint"]["outputs"]["completed"] == (
        "uint8 [batch, 2, 64, 64, 3]"
    )
    assert card.startswith("---\nlicense:") and all(
        f"`{n}`" in card for n in SIGNATURES
    )


def _cli(*arguments):
    tool = os.path.join(os.path.dirname(sys.executable), "saved_model_cli")
    return subprocess.run(
        [sys.executable, tool, *arguments], capture_output=True, text=True, check=True
    ).stdout


def test_saved_model_cli_shows_scans_and_runs(exported, tmp_path):
    folder = exported[1]
    shown = _cli("show", "--dir", folder, "--all")
    assert all(f"signature_def['{name}']" in shown for name in SIGNATURES)
    scanned = _cli("scan", "--dir", folder, "--tag_set", "serve")
    assert "does not contain the default denylisted ops" in scanned
    images = requests(exported[0], 1)["encode"]["image"]
    np.save(tmp_path / "image.npy", images)
    _cli(
        *("run", "--dir", folder, "--tag_set", "serve", "--signature_def", "encode"),
        *("--inputs", f"image={tmp_path}/image.npy", "--outdir", str(tmp_path)),
    )
    codes = exported[0].encode(tf.constant(images))["top"]
    np.testing.assert_array_equal(np.load(tmp_path / "top.npy"), codes)


@pytest.fixture(scope="module")
def cc_program(tmp_path_factory):
    compiler = shutil.which("g++") or shutil.which("clang++")
    if not compiler:
        pytest.skip("no C++ compiler on this machine")
    program = str(tmp_path_factory.mktemp("cc") / "run_saved_model")
    library = tf.sysconfig.get_lib()
    subprocess.run(
        [
            *(compiler, "-std=c++17", "-O1", f"{ROOT}/tools/run_saved_model.cc"),
            *("-o", program, f"-I{library}/include", f"-L{library}"),
            "-Wl,--no-as-needed",
            *("-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"),
            *(f"-Wl,-rpath,{library}", *tf.sysconfig.get_compile_flags()),
        ],
        check=True,
    )
    return program


@pytest.mark.portable
def test_a_cc_program_gets_the_same_bytes(exported, loaded, cc_program, tmp_path):
    for name, inputs in requests(exported[0], 2).items():
        folder = tmp_path / name
        folder.mkdir()
        arguments = []
        for key, value in inputs.items():
            path = folder / f"{key}.in"
            path.write_bytes(tf.make_tensor_proto(value).SerializeToString())
            arguments.append(f"{key}={path}")
        subprocess.run(
            [cc_program, exported[1], name, str(folder), *arguments],
            check=True,
            env={"TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        for key, value in loaded[name](**_tensors(inputs)).items():
            data = (folder / f"{key}.pb").read_bytes()
            proto = tensor_pb2.TensorProto.FromString(data)
            np.testing.assert_array_equal(tf.make_ndarray(proto), value, err_msg=name)


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
    expected = model.inpaint_from_noise(*_tensors(inputs).values())
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
