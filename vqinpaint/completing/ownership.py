"""Which files in a folder are results, and of what: the JSON of each picture lists them.

NAME.json lists under "files" the SHA-256 of NAME_00.png, NAME_01.png and so on, of the
contact sheet and of the entropy picture. JSON files of earlier versions list completions
alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from vqinpaint import digests, outputs
from vqinpaint.errors import PictureError

SHEET, ENTROPY = "_grid.png", "_entropy.png"
_RESULT = re.compile(r"(?P<stem>.+)_(\d{2,}|grid|entropy)\.png", re.DOTALL)
# How every JSON of results begins; one that was cut off is known by it.
_OPENING = b'{\n  "model": '


def sample_name(stem: str, number: int) -> str:
    """File name of a picture's completion, counted from 0."""
    return f"{stem}_{number:02d}.png"


def index_name(stem: str) -> str:
    """File name of a picture's JSON."""
    return f"{stem}.json"


def claim(
    folder: str, stem: str, number: int, inputs: Iterable[str] = ()
) -> outputs.Claim:
    """The right to write the results of a picture.

    Args:
      folder: must exist.
      stem: how the names of all files begin.
      number: of completions.
      inputs: files that must stay.

    Raises:
      PictureError: an input is one of the files that would be replaced.
      Taken, NameTooLong, OSError: see `outputs.Claim`.
    """
    names = [sample_name(stem, i) for i in range(number)]
    names += [f"{stem}{SHEET}", f"{stem}{ENTROPY}"]
    claimed = outputs.Claim(folder, index_name(stem), names, _reader(folder, stem))
    for path in inputs:
        if claimed.covers(path):
            raise PictureError(
                f"{path} would be overwritten by the results of {stem}; choose another "
                "--output."
            )
    return claimed


def is_done(folder: str, stem: str, facts: dict[str, Any]) -> bool:
    """Whether whole results are there, of the same request, model and input files.

    Args:
      folder, stem: as of `claim`.
      facts: what the JSON begins with; its `options` and `fingerprints` are compared.
    """
    index = os.path.join(folder, index_name(stem))
    try:
        before = json.loads(outputs.read_regular(index) or b"")
        same = all(before[key] == facts[key] for key in ("options", "fingerprints"))
        files = before["files"]
        if not same or any(s["file"] not in files for s in before["samples"]):
            return False
        whole = all(
            digests.of_file(os.path.join(folder, name)) == digest
            for name, digest in files.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    if whole:
        outputs.forget_journal(folder, index_name(stem))
    return whole


def without_results(paths: Sequence[str]) -> list[str]:
    """Those of the pictures in folders that are not results of an earlier run there."""
    listed: dict[tuple[str, str], set[str]] = {}
    kept = []
    for path in paths:
        folder, name = os.path.split(path)
        match = _RESULT.fullmatch(name)
        if match:
            key = folder, match["stem"]
            if key not in listed:
                reader = _reader(folder or os.curdir, key[1])
                listed[key] = outputs.claimed_names(
                    folder or os.curdir, index_name(key[1]), reader
                )
            if name in listed[key]:
                continue
        kept.append(path)
    return kept


def _reader(folder: str, stem: str) -> Callable[[bytes], list[str] | None]:
    """Gives the names that the content of a picture's JSON lists; None: not ours."""

    def names_of(facts):
        facts["model"], facts["options"], facts["windows"]  # noqa: B018
        names = [sample["file"] for sample in facts["samples"]]
        # Earlier versions wrote no digests.
        return [*names, *facts.get("files", (f"{stem}{SHEET}", f"{stem}{ENTROPY}"))]

    def read(data):
        names = outputs.names_in_json(data, _OPENING, names_of)
        if names is None:
            return None
        matches = map(_RESULT.fullmatch, map(str, names))
        return [match[0] for match in matches if match and match["stem"] == stem]

    return read
