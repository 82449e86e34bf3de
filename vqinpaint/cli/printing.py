"""The one door to the terminal.

Whatever is shown goes through here, because file names and answers of servers may hold
control characters, which a terminal obeys, and others that it cannot show.
"""

from __future__ import annotations

import sys
from typing import TextIO

from vqinpaint.printable import printable


def say(text: object, file: TextIO | None = None) -> None:
    """Shows one line of text.

    Args:
      text: for people.
      file: sys.stderr for what is no result; None = standard output.
    """
    file = file or sys.stdout
    print(shown(text, file), file=file)


def shown(text: object, file: TextIO) -> str:
    """The text as `printable` makes it, without what the file's encoding lacks."""
    encoding = getattr(file, "encoding", None) or "utf-8"
    return printable(text).encode(encoding, "backslashreplace").decode(encoding)
