"""Which part of a list of pictures a run takes, so that several runs share the work."""

from __future__ import annotations

import dataclasses
import hashlib
import re

from vqinpaint.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Shard:
    """Part `number` of `count`, counted from 1.

    To which part a picture belongs follows from its name and `count` alone. So runs
    agree on it that see the folder at different times, while pictures come and results
    are written, and each picture belongs to one part. The parts are of about equal size.

    Example:
      >>> [Shard(number, 3).holds("cat") for number in (1, 2, 3)]
      [True, False, False]
    """

    number: int = 1
    count: int = 1

    @staticmethod
    def parse(text: str) -> Shard:
        """The part that "2/3" means: the second of three. Raises UsageError."""
        match = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
        shard = Shard(*map(int, match.groups())) if match else Shard(0, 0)
        if not 1 <= shard.number <= shard.count:
            raise UsageError(
                f"--shard={text[:40]}: give I/N, part I of N, where parts count from 1 and "
                "N has nine digits at most, such as 1/4 to 4/4."
            )
        return shard

    def holds(self, name: str) -> bool:
        """Whether a picture of that name, without folder and suffix, is in this part."""
        # Names that differ in case alone may mean the same result files, which one run
        # has to see.
        told = name.casefold().encode("utf-8", "surrogateescape")
        digest = hashlib.sha256(told).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


WHOLE = Shard()
