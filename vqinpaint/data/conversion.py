"""Turns a source of pictures into a split of records, in this process.

`beam.py` does the same as an Apache Beam pipeline.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from vqinpaint.data.checking import Checked, checked
from vqinpaint.data.sources import Item
from vqinpaint.data.writing import SplitWriter
from vqinpaint.options.reading import USUAL, ReadingOptions


@dataclasses.dataclass(frozen=True)
class SplitPlan:
    """Which split is written, and what is asked of its pictures."""

    folder: str  # of the data set
    split: str  # name such as "train"
    shards: int  # number of files, at least 1
    source: str  # where the pictures come from, for the manifest
    min_size: int = 32  # smallest short side in pixels; others are left out
    short_side: int = 0  # short side that larger pictures are shrunk to; 0 = never
    reading: ReadingOptions = USUAL  # bounds; larger pictures are left out

    def entries(self) -> dict[str, Any]:
        """What the manifest says of how the split was made."""
        return {"source": self.source, "short_side": self.short_side}


class Converted(NamedTuple):
    """What became of the pictures of a source."""

    written: int  # number of pictures
    skipped: list[str]  # one reason per file that was left out
    changes: Mapping[str, int]  # pictures that were changed, by `Checked.changes`


def write_split(
    items: Iterable[Item],
    plan: SplitPlan,
    threads: int,
    progress: Callable[[Checked], None] = lambda result: None,
) -> Converted:
    """Checks pictures and writes those that are good; see `checking.check`.

    Args:
      items: the files.
      plan: what to write, and where.
      threads: number of pictures that are checked at a time.
      progress: called after each file with what became of it.

    Raises:
      DataError: no picture was good; the data set stays as it was.
    """
    changes: collections.Counter[str] = collections.Counter()
    with SplitWriter(plan.folder, plan.split, plan.shards, plan.entries()) as writer:
        results = checked(items, threads, plan.min_size, plan.short_side, plan.reading)
        for result in results:
            progress(result)
            changes.update(result.changes)
            if result.picture is None:
                writer.skip(result.reason or "")
            else:
                writer.write(result.picture)
    return Converted(writer.written, writer.skipped, changes)
