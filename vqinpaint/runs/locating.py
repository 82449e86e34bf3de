"""Finds out what a folder that somebody names as a model holds."""

from __future__ import annotations

import dataclasses
import os
import re
from typing import ClassVar, NamedTuple, Optional

from vqinpaint import shipped
from vqinpaint.errors import ModelError
from vqinpaint.files import digests
from vqinpaint.files.schemas import read_form
from vqinpaint.runs import checkpoints
from vqinpaint.runs.options_files import DEFAULT_FAMILY, family_in

SAVED_MODEL, RUN = "SavedModel", "run folder"
_SAVED_FILES = ("saved_model.pb", os.path.join("variables", "variables.index"))


@dataclasses.dataclass(frozen=True)
class _Weights:
    """What the options.json of an export says of the run that it was made from."""

    other_keys: ClassVar[bool] = True
    weights: Optional[str] = None


class Location(NamedTuple):
    """A model on disk.

    Attributes:
      path: of the SavedModel itself (not of its folder of versions) or of the run.
      kind: `SAVED_MODEL` or `RUN`.
      family: name of the kind of model, see `families`.
    """

    path: str
    kind: str
    family: str


def locate(path: str) -> Location:
    """Looks at a folder that is to be a model.

    Args:
      path: SavedModel folder, folder with integer versions of it (the highest is taken),
        run folder, or the name of a model that comes with the package, such as "demo".

    Raises:
      ModelError: nothing usable is there.
    """
    if path and not os.path.isdir(path):
        path = shipped.model(path) or path
    if not path or not os.path.isdir(path):
        raise ModelError(
            f"--model={path} is not a folder; name a SavedModel or a run folder."
        )
    versions = [name for name in os.listdir(path) if re.fullmatch("[0-9]+", name)]
    if versions and not os.path.exists(os.path.join(path, "saved_model.pb")):
        path = os.path.join(path, max(versions, key=int))
    if os.path.exists(os.path.join(path, "saved_model.pb")):
        return Location(
            path, SAVED_MODEL, family_in(os.path.join(path, "options.json"))
        )
    if _stages(path):
        return Location(path, RUN, run_family(path))
    raise ModelError(
        f"{path} holds neither saved_model.pb nor a run's vqvae folder; name a "
        "SavedModel (saved_models/NAME) or a --run_dir of vqinpaint.train."
    )


def run_family(run_dir: str) -> str:
    """The family of a run folder; `DEFAULT_FAMILY` where no stage is trained yet.

    Raises:
      ModelError: a stage's options.json cannot be read.
    """
    return begun_family(run_dir) or DEFAULT_FAMILY


def begun_family(run_dir: str) -> str | None:
    """The family of a run folder; None where no stage is trained yet; see `run_family`."""
    for stage in _stages(run_dir):
        return family_in(os.path.join(run_dir, stage, "options.json"))
    return None


def fingerprint(location: Location) -> str:
    """A text that changes when the model's weights or its graph do.

    It is the digest of the files that hold the checksums of all tensors, and of a
    SavedModel's graph, so that large files need not be read.

    Raises:
      ModelError: a file is missing.
    """
    if location.kind == RUN:
        return weights_of_run(location.path)
    files = [os.path.join(location.path, name) for name in _SAVED_FILES]
    return _digest(files, location.path)


def _digest(files, folder):
    """One digest of several files' contents. Raises ModelError."""
    for file in files:
        if not os.path.isfile(file):
            raise ModelError(
                f"{folder} is incomplete: {file} is missing or no regular file; copy or "
                "fetch the model again."
            )
    try:
        told = "".join(digests.of_file(file) for file in files)
    except OSError as error:
        raise ModelError(
            f"{folder} is incomplete ({error.strerror}: {error.filename})."
        ) from None
    return digests.of_bytes(told.encode())


def weights_of_run(run_dir: str) -> str:
    """A text that changes when a weight of a run does; see `fingerprint`."""
    folders = [os.path.join(run_dir, name, "checkpoints") for name in _stages(run_dir)]
    newest = [path for path in map(checkpoints.newest, folders) if path]
    return _digest([f"{path}.index" for path in newest], run_dir)


def weights(location: Location) -> str | None:
    """The fingerprint of the run whose weights a model has.

    Returns:
      That of the run folder itself; what a SavedModel's options.json says of the run that
      it was exported from; None where that is not known.
    """
    if location.kind == RUN:
        return weights_of_run(location.path)
    options_path = os.path.join(location.path, "options.json")
    if not os.path.isfile(options_path):
        return None
    return read_form(options_path, _Weights).weights


def _stages(path):
    """Names of a run's folders of stages, sorted."""
    names = os.listdir(path) if os.path.isdir(path) else []
    return sorted(
        name for name in names if os.path.isdir(os.path.join(path, name, "checkpoints"))
    )
