"""Where an export may go, and how it gets there."""

from __future__ import annotations

import os
import re

from vqinpaint import outputs
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.files.json_files import read_json

# Everything that exports of this version and earlier ones consist of, by their paths.
_PARTS = re.compile(
    r"saved_model\.pb|fingerprint\.pb|options\.json|README\.md|keras_metadata\.pb"
    r"|model_\w+\.tflite|model\.onnx|variables(/variables\.(index|data-\d{5}-of-\d{5}))?"
    r"|assets|assets\.extra(/tf_serving_warmup_requests)?"
    r"|debug(/saved_model_debug_info\.pb)?"
)


def check_output(output: str, overwrite: bool) -> None:
    """Makes sure that an export can be written, before any work.

    Args:
      output: folder to write.
      overwrite: whether an earlier export there may be replaced.

    Raises:
      UsageError: something is there that may not be replaced.
      DiskError: the disk is full or refuses.
    """
    if outputs.is_taken(output) and not overwrite:
        raise UsageError(
            f"{output} exists already; choose the next version number or give "
            "--overwrite."
        )
    check_replaceable(output)
    outputs.check_folder(os.path.dirname(final_path(output)))


def final_path(output: str) -> str:
    """Path of the folder itself: a link to an export is followed, and stays a link."""
    output = os.path.abspath(output)
    return os.path.realpath(output) if os.path.islink(output) else output


def check_replaceable(output: str) -> None:
    """Refuses a place that holds anything but an export. Raises UsageError."""
    if not os.path.lexists(output):
        return
    if not os.path.isdir(output):
        raise UsageError(f"{output} is no folder; choose another --output.")
    names = sorted(_inside(output))
    foreign = [name for name in names if not _PARTS.fullmatch(name)]
    if names and (foreign or not _is_export(output)):
        found = foreign[0] if foreign else names[0]
        raise UsageError(
            f"{output} holds {found}, which is no part of an export of vqinpaint, and "
            "will not be replaced; move it away or choose another --output."
        )


def place(folder: str, output: str) -> None:
    """Renames a finished export to `output`, in the place of an earlier one.

    Raises:
      UsageError: something is there that is no export.
    """
    check_replaceable(output)
    if not os.path.lexists(output):
        os.rename(folder, output)
        return
    with outputs.new_folder(os.path.dirname(output)) as aside:
        os.rename(output, os.path.join(aside, "earlier"))
        os.rename(folder, output)


def _inside(folder):
    """Paths of all files and folders in a folder, relative to it."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield os.path.relpath(os.path.join(parent, name), folder).replace(
                os.sep, "/"
            )


def _is_export(folder):
    """Whether a folder has what loading an export needs."""
    try:
        facts = read_json(os.path.join(folder, "options.json"))
    except ModelError:
        return False
    has_graph = os.path.isfile(os.path.join(folder, "saved_model.pb"))
    return has_graph and isinstance(facts, dict) and "model" in facts
