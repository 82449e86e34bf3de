"""How large pictures may be."""

from __future__ import annotations

import dataclasses

from vqinpaint.options.fields import option, require

# Progressive JPEG files have about ten scans; each takes as long as the whole picture.
MOST_SCANS = 100


@dataclasses.dataclass(frozen=True)
class ReadingOptions:
    """Bounds on the pictures and masks that are read; raises UsageError for others."""

    max_pixels: int = option(
        120_000_000,
        "Largest number of pixels of a picture or mask; larger ones are refused before "
        "they are decoded. To complete 100 million pixels takes some 5 GB of memory.",
    )

    def __post_init__(self) -> None:
        require(
            self.max_pixels >= 1,
            f"max_pixels is {self.max_pixels}; it must be at least 1.",
        )

    @property
    def most_bytes(self) -> int:
        """Size of the largest file that is read: 16-bit RGBA, not compressed, and more."""
        return 8 * self.max_pixels + (64 << 20)


# The bounds where nobody asks for others.
USUAL = ReadingOptions()
