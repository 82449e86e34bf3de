"""Addresses of object stores, which are not read."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"(gs|s3[an]?|abfss?|wasbs?|adl|az|oss|cos|swift|(web)?hdfs|viewfs)://",
    re.IGNORECASE,
)
_ADVICE = (
    "addresses of object stores are not read; mount the bucket, or copy what is needed "
    "from it, and name the folder or file"
)


def is_address(text: str) -> bool:
    """Whether a text is an address such as gs://bucket/cat.png, and no path."""
    return bool(_ADDRESS.match(text))


def refusal(where: str) -> str:
    """What to tell a person who gave an address.

    Args:
      where: it stands, such as "--image=gs://bucket".
    """
    return f"{where[:200]}: {_ADVICE}."
