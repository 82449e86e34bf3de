"""Pythons, TensorFlows and processors that will not do are named in one line."""

import os
import re
import subprocess
import sys

import pytest

from tests.commands import ROOT
from vqinpaint.environment import machine
from vqinpaint.errors import SETUP, SetupError

pytestmark = pytest.mark.portable


@pytest.mark.parametrize("version", [(3, 9), (3, 11), (3, 12), (3, 13)])
def test_pythons_of_both_tiers_will_do(version):
    machine.check_python(version)


@pytest.mark.parametrize("version", [(3, 8), (3, 14), (2, 7)])
def test_other_pythons_are_named(version):
    with pytest.raises(
        SetupError, match=rf"Python {version[0]}\.{version[1]}.*PYTHON="
    ):
        machine.check_python(version)


@pytest.mark.parametrize("version", ["2.15.1", "2.19.0", "2.20.0", "2.21.0"])
def test_tensorflows_of_both_tiers_will_do(version):
    machine.check_tensorflow(version)


@pytest.mark.parametrize("version", ["2.14.0", "2.16.2", "2.18.1", "2.22.0", "1.12.0"])
def test_other_tensorflows_are_named(version):
    with pytest.raises(SetupError, match=re.escape(version)):
        machine.check_tensorflow(version)


def test_keras_2_goes_with_each_tensorflow():
    machine.check_keras("2.15.1", keras="2.15.0", tf_keras=None)
    machine.check_keras("2.21.0", keras="3.15.1", tf_keras="2.21.0")


@pytest.mark.parametrize(
    "tensorflow, keras, tf_keras, words",
    [
        ("2.20.1", "3.1.0", None, r"pip install 'tf-keras==2\.20\.\*'"),
        ("2.21.0", "3.1.0", "2.19.0", r"tf-keras 2\.19\.0 do not go together"),
        ("2.15.1", "3.1.0", None, r"finds Keras 3\.1\.0.*'keras==2\.15\.\*'"),
    ],
)
def test_other_kerases_are_named(tensorflow, keras, tf_keras, words):
    with pytest.raises(SetupError, match=words):
        machine.check_keras(tensorflow, keras, tf_keras)


def test_a_processor_without_avx_is_named():
    machine.check_processor("x86_64", {"sse2", "avx"})
    machine.check_processor("aarch64", {"asimd"})
    machine.check_processor("AMD64", None)
    with pytest.raises(SetupError, match="AVX"):
        machine.check_processor("x86_64", {"sse2", "sse4_2"})


def _inpaint(before):
    """Runs `vqinpaint.inpaint --help` in a process in which `before` ran first."""
    code = (
        f"import sys; sys.argv = ['inpaint', '--help']\n{before}\n"
        "import runpy; runpy.run_module('vqinpaint.inpaint', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )


@pytest.mark.parametrize(
    "before, words",
    [
        ("sys.version_info = (3, 14, 0)", "Python 3.14"),
        (
            "import importlib.metadata as m; m.version = lambda name: '2.17.0'",
            "TensorFlow 2.17.0",
        ),
        (
            "import types, vqinpaint.environment.machine as m\n"
            "m._version_of = lambda *names: None\n"
            "finds_nothing = types.SimpleNamespace(find_spec=lambda name: None)\n"
            "m.importlib = types.SimpleNamespace(util=finds_nothing)",
            "TensorFlow is not installed",
        ),
        (
            "import vqinpaint.environment.machine as m\n"
            "m._version_of = lambda *names: {'tf-keras': None}.get(names[0], '2.20.0')",
            "pip install 'tf-keras==2.20.*'",
        ),
        (
            "import vqinpaint.environment.machine as m\n"
            "m.platform.machine = lambda: 'x86_64'\n"
            "m._processor_flags = lambda: {'sse2'}",
            "no AVX",
        ),
    ],
)
def test_a_command_says_it_in_one_line(before, words):
    done = _inpaint(before)
    assert done.returncode == SETUP
    assert done.stderr.startswith("vqinpaint: error:") and words in done.stderr
    assert done.stderr.count("\n") == 1 and not done.stdout


def test_a_python_without_any_package_is_told_in_one_line():
    done = subprocess.run(
        [sys.executable, "-S", "-m", "vqinpaint.inpaint", "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == SETUP and not done.stdout
    assert "TensorFlow is not installed" in done.stderr
    assert done.stderr.count("\n") == 1


def test_keras_that_was_loaded_before_is_no_obstacle():
    """On the current tier that is Keras 3, which lives beside Keras 2."""
    code = (
        "import keras, tensorflow as tf, vqinpaint.models.vqvae as vqvae\n"
        "from vqinpaint.options import VQVAEOptions\n"
        "options = VQVAEOptions(channels=4, residual_blocks=1, residual_channels=2,\n"
        "                       code_dimension=2, codes=4)\n"
        "print(vqvae.VQEncoder(options)(tf.zeros([1, 64, 64, 3])).top.indices.shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.stdout == "(1, 8, 8)\n", done.stderr
