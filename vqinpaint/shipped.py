"""What comes with the package: flagfiles, the demo model, pictures; and its extras.

In the repository they are in `flags/`, `saved_models/` and `examples/`, beside the
package. A wheel holds copies of them inside the package; `setup.py` puts them there.
An installation that can be edited (pip install -e) finds those of the repository.
"""

from __future__ import annotations

import os
import shlex

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_REPOSITORY = os.path.dirname(_PACKAGE)
_SUFFIX = ".flags"

MODELS = ("demo",)


def _find(in_repository: str, in_package: str) -> str | None:
    """The folder that exists, or None."""
    # A folder of installed packages may well hold something called flags or examples.
    if os.path.isfile(os.path.join(_REPOSITORY, "setup.py")):
        folder = os.path.join(_REPOSITORY, in_repository)
        if os.path.isdir(folder):
            return folder
    folder = os.path.join(_PACKAGE, in_package)
    return folder if os.path.isdir(folder) else None


def install_command(extra: str) -> str:
    """The command that adds an extra of the package, from any folder.

    Args:
      extra: of setup.py, such as "beam".
    """
    if os.path.isfile(os.path.join(_REPOSITORY, "setup.py")):
        return f"pip install {shlex.quote(f'{_REPOSITORY}[{extra}]')}"
    # Of a package that is installed already, pip adds what the extra asks for.
    return f"pip install 'vqinpaint[{extra}]'"


def model(name: str) -> str | None:
    """Folder of a model that comes with the package.

    Args:
      name: one of `MODELS`.

    Returns:
      A folder with integer versions of a SavedModel; None if there is no such model.
    """
    if name not in MODELS:
        return None
    return _find(os.path.join("saved_models", name), name)


def examples() -> str | None:
    """Folder with pictures in images/ and their masks in masks/, for the demo model."""
    return _find("examples", os.path.join("demo", "examples"))


def flagfile_names() -> list[str]:
    """Names of the flagfiles, such as "celebahq_center", sorted."""
    folder = _find("flags", "flags")
    names = os.listdir(folder) if folder else []
    return sorted(n[: -len(_SUFFIX)] for n in names if n.endswith(_SUFFIX))


def flagfile(name: str) -> str | None:
    """Path of a flagfile.

    Args:
      name: one of `flagfile_names`.

    Returns:
      The path; None if there is no such flagfile.
    """
    if name not in flagfile_names():
        return None
    folder = _find("flags", "flags") or ""
    return os.path.join(folder, f"{name}{_SUFFIX}")
