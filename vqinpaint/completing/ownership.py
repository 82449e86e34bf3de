"""Which files in a folder are results, and of what: the JSON of each picture lists them.

NAME.json lists under "files" the SHA-256 of NAME_00.png, NAME_01.png and so on, of the
contact sheet and of the entropy picture. JSON files of earlier versions list completions
alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from typing import Any

from vqinpaint import outputs
from vqinpaint.completing import marked
from vqinpaint.errors import PictureError
from vqinpaint.files import digests
from vqinpaint.pictures.png_chunks import is_whole

SHEET, ENTROPY = "_grid.png", "_entropy.png"
_RESULT = re.compile(r"(?P<stem>.+)_(\d{2,}|grid|entropy)\.png", re.DOTALL)
# How every JSON of results begins; one that was cut off is known by it.
_OPENING = b'{\n  "model": '


def sample_name(stem: str, number: int) -> str:
    """File name of a picture's completion, counted from 0."""
    return f"{stem}_{number:02d}.png"


def stem_of_result(name: str) -> str | None:
    """How the name of a picture begins that a file of this name is a result of, if any."""
    match = _RESULT.fullmatch(name)
    return match["stem"] if match else None


def index(folder: str, stem: str) -> outputs.Index:
    """The JSON of a picture, which lists its results.

    Args:
      folder: of the results.
      stem: how the names of all of them begin.
    """

    def names_of(facts):
        facts["model"], facts["options"], facts["windows"]  # noqa: B018
        if "files" in facts:
            return dict(facts["files"])
        # Earlier versions wrote no digests.
        names = [sample["file"] for sample in facts["samples"]]
        return [*names, f"{stem}{SHEET}", f"{stem}{ENTROPY}"]

    pattern = re.compile(rf"{re.escape(stem)}_(\d{{2,}}|grid|entropy)\.png")
    return outputs.Index(
        *(folder, f"{stem}.json", pattern, _OPENING, names_of),
        is_damaged=lambda path: not is_whole(path),
    )


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
    claimed = outputs.Claim(index(folder, stem), names)
    for path in inputs:
        if claimed.covers(path):
            raise PictureError(
                f"{path} would be overwritten by the results of {stem}; choose another "
                "--output."
            )
    return claimed


def is_done(folder: str, stem: str, facts: dict[str, Any], number: int) -> bool:
    """Whether whole results are there, of the same request, model and input files.

    Args:
      folder, stem: as of `claim`.
      facts: what the JSON begins with; its `options` and `fingerprints` are compared.
      number: of completions.
    """
    listing = index(folder, stem)
    try:
        path = os.path.join(folder, listing.name)
        before = json.loads(outputs.read_or_none(path) or b"")
        same = all(before[key] == facts[key] for key in ("options", "fingerprints"))
        files = before["files"]
        names = [sample["file"] for sample in before["samples"]]
        wanted = [sample_name(stem, i) for i in range(number)]
        if not same or names != wanted or not files.keys() >= set(wanted):
            return False
        whole = all(
            _has_digest(os.path.join(folder, name), digest)
            for name, digest in files.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    if whole:
        outputs.forget_journal(listing)
    return whole


def _has_digest(path, digest):
    # Reading a pipe would wait for somebody who writes to it.
    return os.path.isfile(path) and digests.of_file(path) == digest


def without_results(paths: Sequence[str]) -> list[str]:
    """Those of the pictures in folders that are not results of an earlier run there.

    Results are what the JSON of a picture lists, and sheets of all pictures.
    """
    listed: dict[tuple[str, str], set[str]] = {}
    kept = []
    for path in paths:
        folder, name = os.path.split(path)
        stem = stem_of_result(name)
        if stem is not None:
            key = folder, stem
            if key not in listed:
                listed[key] = outputs.claimed_names(index(folder or os.curdir, stem))
            if name in listed[key]:
                continue
        if not marked.is_unchanged(path):
            kept.append(path)
    return kept
