"""What Python, TensorFlow and processor must be, and how TensorFlow starts on them.

Nothing here imports TensorFlow, which reads its settings once, when it is first imported,
and ends the process without a word of Python on processors that it was not built for.
"""

import importlib.metadata
import importlib.util
import os
import platform
import sys

from vqinpaint.errors import SetupError

_LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_ERRORS_ALONE = "3"
_INSTALL = "see docs/machines.md for what runs where, or run bash tools/demo.sh"
# Names under which TensorFlow is published.
_PACKAGES = (
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-intel",
    "tensorflow-macos",
    "tensorflow-rocm",
    "intel-tensorflow",
)


def prepare():
    """Checks the machine and sets how TensorFlow will start; call it before that.

    What the user has set in the environment stays.

    Raises:
      SetupError: this Python, TensorFlow, Keras or processor will not do.
    """
    check_python(sys.version_info)
    check_processor(platform.machine(), _processor_flags())
    version = _version_of(*_PACKAGES)
    if version is not None:
        check_tensorflow(version)
        check_keras_installed(version)
    elif importlib.util.find_spec("tensorflow") is None:
        raise SetupError(
            f"TensorFlow is not installed for {sys.executable}; {_INSTALL}, which "
            "installs into .venv, and use .venv/bin/python."
        )
    # Real errors arrive as Python exceptions; what TensorFlow's C++ side prints besides
    # (failed graph rewrites, missing GPUs) only alarms people.
    os.environ.setdefault(_LOG_LEVEL, _ERRORS_ALONE)


def prepared_log_level():
    """Whether TensorFlow is to start as `prepare` sets it, not louder."""
    return os.environ.get(_LOG_LEVEL) == _ERRORS_ALONE


def check_python(version):
    """Raises SetupError unless `version`, such as (3, 11), is 3.9 to 3.13."""
    if not (3, 9) <= tuple(version[:2]) <= (3, 13):
        raise SetupError(
            f"this is Python {version[0]}.{version[1]}; vqinpaint runs on 3.9 to 3.13: "
            "install one of these, and name it with PYTHON=... to tools/demo.sh."
        )


def check_processor(machine, flags):
    """Raises SetupError for an x86 processor without AVX, which TensorFlow needs.

    Args:
      machine: as of `platform.machine`.
      flags: set of the features that Linux lists; None where that is not known.
    """
    if machine.lower() in ("x86_64", "amd64") and flags is not None:
        if "avx" not in flags:
            raise SetupError(
                "this processor has no AVX, which TensorFlow's packages are built for; "
                "use another machine, or turn AVX on in the virtual machine."
            )


def _processor_flags():
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            lines = [line for line in file if line.startswith("flags")]
    except OSError:
        return None
    return set(lines[0].split(":", 1)[1].split()) if lines else None


def _version_of(*packages):
    """Version of the first of these packages that is installed; None if none is."""
    for package in packages:
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _release(version):
    """(2, 15) of "2.15.1"."""
    return tuple(int(part) for part in version.split(".")[:2])


def check_tensorflow(version):
    """Raises SetupError unless `version` is 2.15 or 2.19 to 2.21."""
    if _release(version) != (2, 15) and not (2, 19) <= _release(version) <= (2, 21):
        raise SetupError(
            f"this is TensorFlow {version}; vqinpaint runs on 2.15 (Python 3.9 to 3.11) "
            f"and on 2.19 to 2.21 (Python 3.12 and 3.13): {_INSTALL}."
        )


def keras_is_bundled(version):
    """Whether `tf.keras` is Keras 2 in this version of TensorFlow."""
    return _release(version) < (2, 16)


def check_keras(tensorflow, keras, tf_keras):
    """Raises SetupError unless Keras 2 is there for this TensorFlow.

    Args:
      tensorflow: version of TensorFlow.
      keras, tf_keras: versions of these packages; None where they are not installed.
    """
    release = ".".join(map(str, _release(tensorflow)))
    if keras_is_bundled(tensorflow):
        if keras is not None and _release(keras) >= (3, 0):
            raise SetupError(
                f"TensorFlow {tensorflow} needs Keras 2 and finds Keras {keras}; "
                f"install it by pip install 'keras=={release}.*'."
            )
    elif tf_keras is None:
        raise SetupError(
            f"TensorFlow {tensorflow} comes without Keras 2, which vqinpaint uses; "
            f"install it by pip install 'tf-keras=={release}.*'."
        )
    elif _release(tf_keras) != _release(tensorflow):
        raise SetupError(
            f"TensorFlow {tensorflow} and tf-keras {tf_keras} do not go together; "
            f"pip install 'tf-keras=={release}.*'."
        )


def check_keras_installed(tensorflow):
    """`check_keras` with the packages that are installed."""
    check_keras(tensorflow, _version_of("keras"), _version_of("tf-keras"))
