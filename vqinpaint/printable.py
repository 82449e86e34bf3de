"""Text from file names, servers and libraries, made safe to show on a terminal."""

from __future__ import annotations

import unicodedata

# Control characters, invisible ones and those that turn the direction of writing, halves
# of surrogate pairs, line and paragraph separators, private and unassigned characters.
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")
# Python's form of a byte of a file name that is not UTF-8: U+DC80 to U+DCFF.
_BYTES = range(0xDC80, 0xDD00)


def printable(text: object) -> str:
    r"""One line of text in which every character can be seen.

    Others are shown as Python writes them: escape as \x1b, a newline as \x0a, the mark
    that turns the direction of writing as \u202e, a byte that is not UTF-8 as \xff.

      >>> printable("cat\x1b[31m.png")
      'cat\\x1b[31m.png'

    Args:
      text: anything; what is no string is told as `str` tells it.
    """
    text = str(text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character):
    number = ord(character)
    if unicodedata.category(character) not in _HIDDEN:
        return character
    if number in _BYTES:
        number -= 0xDC00
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
