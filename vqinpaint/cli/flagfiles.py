"""Flagfiles by path or by name, so that those of the package work from any folder.

`--flagfile=X` is first tried as a path. Otherwise X, flags/X or flags/X.flags names one
of the flagfiles that come with the package; see `vqinpaint.shipped`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from vqinpaint import shipped
from vqinpaint.errors import UsageError, first_line

_DIRECTIVE = re.compile(r"--?flagfile(?:=(.*))?")
_LONGEST = 1_000_000  # characters of a flagfile
_NAME = re.compile(r"(?:flags/)?(\w+?)(?:\.flags)?")


def expanded(arguments: Sequence[str]) -> list[str]:
    """Puts the flags of flagfiles in the place of --flagfile, as absl would.

    Later flags win, so that a flagfile overrides what is before it and is overridden by
    what follows it.

    Args:
      arguments: a command line without the program's name.

    Returns:
      The command line without --flagfile.

    Raises:
      UsageError: a flagfile is neither a file nor of the package, cannot be read, or
        includes itself.
    """
    result: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        directive = _DIRECTIVE.fullmatch(argument)
        if argument == "--":  # no flag follows
            return [*result, argument, *rest]
        if not directive:
            result.append(argument)
            continue
        name = directive[1]
        if name is None:  # the form --flagfile X
            if not rest:
                raise UsageError("--flagfile needs a value: --flagfile=FILE.")
            name = rest.pop(0)
        result += _flags_in(name.strip(), ())
    return result


def _flags_in(name, including):
    """Flags of a flagfile and of those that it includes; `including` are the paths."""
    if not name:  # absl ignores an empty name too
        return []
    path = _find(name)
    if path in including:
        raise UsageError(f"the flagfile {path} includes itself; remove that line.")
    result = []
    for line in _lines(path):
        directive = _DIRECTIVE.fullmatch(line)
        if directive:
            result += _flags_in((directive[1] or "").strip(), (*including, path))
        else:
            result.append(line)
    return result


def _find(name):
    """Path of a flagfile."""
    path = os.path.expanduser(name)
    match = _NAME.fullmatch(name)
    own = shipped.flagfile(match[1]) if match else None
    for candidate in (path, own):
        # A pipe will do as well: --flagfile=<(command)
        if candidate and os.path.exists(candidate) and not os.path.isdir(candidate):
            return candidate
    raise UsageError(
        f"--flagfile={name} is neither a file nor one of the flagfiles that come with "
        f"vqinpaint: {', '.join(shipped.flagfile_names())}."
    )


def _lines(path) -> Iterable[str]:
    """Lines of a file, without empty ones and comments, which begin with # or //."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(_LONGEST + 1)
        if len(text) > _LONGEST:
            raise UsageError(
                f"the flagfile {path} has more than {_LONGEST:,} characters."
            )
        lines = [line.strip() for line in text.splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the flagfile {path} cannot be read ({first_line(error)}); it should hold "
            "one flag a line."
        ) from None
    return [line for line in lines if line and not line.startswith(("#", "//"))]
