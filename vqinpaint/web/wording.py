"""Messages in the words of the page, where the package speaks of command lines."""

from __future__ import annotations

import re

# What matches, and what visitors are told in its place. Flags that have no counterpart on
# the page are for whoever started it.
_WORDS = (
    (r"\S+ marks (\d+%) of \S+ as missing;", r"\1 of the picture is missing;"),
    (r"--invert_mask turns", '"Invert hole" turns'),
    (r"--keep_by=discriminator", 'keep the "most realistic"'),
    (r"--keep_by=difference", 'keep the "most different"'),
    (r"take fewer --num_samples", "ask for fewer completions"),
    (r", or take another --keep_by", ""),
    (r"--structure_from=\S+?(_structure)?\.json", "the structure"),
    (r"shrink it, or give --max_pixels=\d+ if .*?\.", "shrink it."),
    (r"shrink the picture, or take --size=resize", "shrink the picture"),
)
_COMPILED = [(re.compile(pattern), words) for pattern, words in _WORDS]


def of_page(text: str) -> str:
    """A message of the package as the page tells it."""
    for pattern, words in _COMPILED:
        text = pattern.sub(words, text)
    return text
