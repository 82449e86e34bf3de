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
_INSTALL = "see the README's table of what runs where, or run bash tools/demo.sh"
# Names under which TensorFlow is published.
_PACKAGES = ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos")


def prepare():
    """Checks the machine and sets how TensorFlow will start; call it before that.

    What the user has set in the environment stays.

    Raises:
      SetupError: this Python, TensorFlow, Keras or processor will not do.
    """
    check_python(sys.version_info)
    check_processor(platform.machine(), _processor_flags())
    version = installed_tensorflow()
    if version is None:
        raise SetupError(f"TensorFlow is not installed; {_INSTALL}.")
    check_tensorflow(version)
    check_keras(version, importlib.util.find_spec("tf_keras") is not None)
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
                "use a machine of 2011 or later, or turn AVX on in the virtual machine."
            )


def _processor_flags():
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            lines = [line for line in file if line.startswith("flags")]
    except OSError:
        return None
    return set(lines[0].split(":", 1)[1].split()) if lines else None


def installed_tensorflow():
    """TensorFlow's version, such as "2.15.1", without importing it; None if none."""
    for package in _PACKAGES:
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


def check_keras(version, found):
    """Raises SetupError when Keras 2 must be a package of its own and is not there.

    Args:
      version: of TensorFlow.
      found: whether `tf_keras` can be imported.
    """
    if not found and not keras_is_bundled(version):
        release = ".".join(map(str, _release(version)))
        raise SetupError(
            f"TensorFlow {version} comes without Keras 2, which vqinpaint uses; install "
            f"it by pip install 'tf-keras=={release}.*'."
        )
