"""Measuring completions that another program wrote into a folder."""

from __future__ import annotations

import math
from typing import Any

from vqinpaint.data import pipeline
from vqinpaint.data.names import stems_of
from vqinpaint.data.records import Split
from vqinpaint.evaluating.completions_folder import CompletionsFolder
from vqinpaint.evaluating.measured import Measured
from vqinpaint.evaluating.measurement import AT_ONCE, Measurement
from vqinpaint.evaluating.networks import Networks
from vqinpaint.evaluating.protocol import protocol
from vqinpaint.evaluating.subject import Outcome, Wanted, completion_metrics
from vqinpaint.reporting import SILENT, Reporter

_COMPLETIONS = "completions"


class OfFolder:
    """See `subject.Subject`.

    Args:
      wanted: options, which name the folder.
      split: the records.

    Raises:
      DataError: the first record has no name.
      PictureError: the folder is missing, or holds no completion of the first picture.
    """

    def __init__(self, wanted: Wanted, split: Split) -> None:
        self._wanted, self._split, options = wanted, split, wanted.options
        (first,) = stems_of(split, 1)
        self._folder = CompletionsFolder(
            options.completions, first, options.num_samples
        )
        self._count = min(options.complete, len(split))

    def check(self) -> None:
        """See `Subject.check`: names must differ, and all completions be there."""
        self._folder.check(stems_of(self._split, self._count))

    def work(self) -> dict[str, int]:
        """See `Subject.work`."""
        return {_COMPLETIONS: self._count}

    def step(self, kind: str) -> int:
        """See `Subject.step`."""
        return math.lcm(self._wanted.data.batch_size, AT_ONCE)

    def empty(self, networks: Networks) -> Measured:
        """See `Subject.empty`."""
        chosen = completion_metrics(has_codes=False)
        return Measured([Measurement(chosen, networks)], networks)

    def measure(
        self,
        kind: str,
        first: int,
        count: int,
        measured: Measured,
        reporter: Reporter = SILENT,
    ) -> None:
        """See `Subject.measure`."""
        (column,), data = measured.columns, self._wanted.data
        stems = stems_of(self._split, count, first)
        batches = pipeline.evaluation_batches(
            self._split, self._folder.side, data, count, first
        )
        pictures = zip(stems, batches.unbatch())
        for stem, (image, mask) in reporter.each(kind, pictures, count):
            truth, hole = image.numpy(), mask.numpy()[..., 0]
            completed = self._folder.blended(stem, truth, hole)
            column.add(truth, hole, {"completed": completed})

    def outcome(self, measured: Measured) -> Outcome:
        """See `Subject.outcome`."""
        (column,), wanted, folder = measured.columns, self._wanted, self._folder
        facts: dict[str, Any] = {
            "completions_folder": wanted.options.completions,
            "protocol": protocol(folder.side, wanted.data, measured.networks),
        }
        setting = {"pictures": len(column), "num_samples": folder.number}
        figures = column.column(wanted.figures.intervals)
        return Outcome(facts, {}, [{**setting, **figures}])
