"""What a server says of the model that it serves."""

from __future__ import annotations

from typing import NamedTuple


class Description(NamedTuple):
    """A served model.

    Attributes:
      signatures: shapes by signature, "inputs" or "outputs", and name: lists of ints, -1
        for a size that is not fixed.
      version: the version that answers; None where the server does not say.
    """

    signatures: dict[str, dict[str, dict[str, list[int]]]]
    version: str | None
