"""An export in programs that know nothing of this project: saved_model_cli and C++."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from tests.commands import ROOT
from tests.export_world import SIGNATURES, tensors
from tests.forms import short_for
from vqinpaint.exporting.requests import requests


def _run_cli(*arguments):
    tool = os.path.join(os.path.dirname(sys.executable), "saved_model_cli")
    return subprocess.run(
        [sys.executable, tool, *arguments], capture_output=True, text=True, check=True
    ).stdout


def test_saved_model_cli_shows_scans_and_runs(exported, tmp_path):
    folder = exported[1]
    shown = _run_cli("show", "--dir", folder, "--all")
    assert all(f"signature_def['{name}']" in shown for name in SIGNATURES)
    scanned = _run_cli("scan", "--dir", folder, "--tag_set", "serve")
    assert "does not contain the default denylisted ops" in scanned
    images = requests(exported[0], 1)["encode"]["image"]
    np.save(tmp_path / "image.npy", images)
    _run_cli(
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
@pytest.mark.parametrize("family", short_for(["exported", "exported_pic"], "exported"))
def test_a_cc_program_gets_the_same_bytes(family, cc_program, tmp_path, request):
    model, saved = request.getfixturevalue(family)
    loaded = tf.saved_model.load(saved).signatures
    for name, inputs in requests(model, 2).items():
        folder = tmp_path / name
        folder.mkdir()
        arguments = []
        for key, value in inputs.items():
            path = folder / f"{key}.in"
            path.write_bytes(tf.make_tensor_proto(value).SerializeToString())
            arguments.append(f"{key}={path}")
        subprocess.run(
            [cc_program, saved, name, str(folder), *arguments],
            check=True,
            env={"TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        for key, value in loaded[name](**tensors(inputs)).items():
            data = (folder / f"{key}.pb").read_bytes()
            proto = tensor_pb2.TensorProto.FromString(data)
            np.testing.assert_array_equal(tf.make_ndarray(proto), value, err_msg=name)
