"""Where the page is served, and what it allows."""

from __future__ import annotations

import dataclasses

from vqinpaint.options.fields import option, require, require_positive
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.options.request import MOST_SAMPLES


@dataclasses.dataclass(frozen=True)
class PageOptions:
    """Address and bounds of the page of `vqinpaint.web`.

    Raises:
      UsageError: a value is out of range.
    """

    host: str = option(
        "127.0.0.1",
        "Address at which the page listens. At any other than 127.0.0.1 it can be used from "
        "other machines, without a password.",
    )
    port: int = option(
        7860, "Port at which the page listens; 0 lets the system choose a free one."
    )
    served_as: str = option(
        "",
        "Further names under which the page is reached, with commas between them, such as "
        "that of a proxy in front. With some, requests for other names are refused at "
        "--host=0.0.0.0 too.",
    )
    upload_megabytes: int = option(
        32, "Largest size in megabytes of a picture or mask that is uploaded."
    )
    max_pixels: int = option(
        24_000_000,
        "Largest number of pixels of a picture or mask; larger ones are refused before "
        "they are decoded.",
    )
    max_samples: int = option(
        32, "Largest number of completions that may be asked for at a time."
    )
    at_once: int = option(
        8,
        "Number of completions that are drawn together. Cancelling waits for those that "
        "are under way; fewer of them take longer altogether.",
    )
    queue: int = option(
        8, "Number of requests that may wait; further ones are refused."
    )
    seconds: int = option(
        300,
        "Seconds after which a computation is stopped, time of waiting not counted.",
    )
    disk_megabytes: int = option(
        10_000,
        "Space in megabytes for the pictures of all visitors; what was idle longest is "
        "deleted first, then nothing more is taken.",
    )
    rounds: int = option(
        20,
        "Number of results that each visitor's history keeps; older ones are deleted.",
    )
    sessions: int = option(
        50, "Number of visitors whose pictures are kept at a time; the oldest ones go."
    )

    def __post_init__(self) -> None:
        require_positive(self, may_be_zero=("port",))
        require(self.port <= 65535, f"port is {self.port}; it must be at most 65535.")
        require(
            self.max_samples <= MOST_SAMPLES,
            f"max_samples is {self.max_samples}; it must be at most {MOST_SAMPLES}.",
        )
        require(self.host, "host is empty; give an address such as 127.0.0.1.")

    def names(self) -> list[str]:
        """The names of `served_as`."""
        return [name.strip() for name in self.served_as.split(",") if name.strip()]

    @property
    def most_bytes(self) -> int:
        """Size in bytes of the largest file that is uploaded."""
        return self.upload_megabytes * 1_000_000

    @property
    def most_on_disk(self) -> int:
        """Size in bytes of all visitors' files."""
        return self.disk_megabytes * 1_000_000

    @property
    def reading(self) -> ReadingOptions:
        """The bounds on pictures, as what reads them takes them."""
        return ReadingOptions(self.max_pixels)
