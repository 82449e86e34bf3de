"""What sources of pictures consist of."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """A file that should hold a picture."""

    name: str  # path, or name within an archive
    data: bytes | None = None  # its content; None: read the file `name`
    reason: str | None = None  # why it cannot be read; None: it can
