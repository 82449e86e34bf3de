"""Faults that tests inject into a real training run, by --fault."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from vqinpaint.errors import UsageError
from vqinpaint.reporting import SILENT, Reporter
from vqinpaint.runs.checkpoints import Checkpoints
from vqinpaint.stages.base import Batch

STALL = 5  # seconds that a slow write takes longer


class Faults(NamedTuple):
    """Steps, counted from 1, at which something is to go wrong; by default nowhere."""

    # Writing the checkpoint of this step stalls when its files are written and nothing
    # points to them yet.
    slow_save: tuple[int, ...] = ()
    nan: tuple[int, ...] = ()  # the first replica's pictures are not numbers

    @classmethod
    def parse(cls, texts: Iterable[str] | None) -> Faults:
        """Reads such texts as "nan@120".

        Raises:
          UsageError: a text is of another form or names no known fault.
        """
        steps: dict[str, list[int]] = {name: [] for name in cls._fields}
        for text in texts or ():
            match = re.fullmatch(r"(\w+)@(\d+)", text)
            if not match or match[1] not in steps:
                known = ", ".join(f"{name}@STEP" for name in cls._fields)
                raise UsageError(f"--fault={text}: known faults are {known}.")
            steps[match[1]].append(int(match[2]))
        return cls(**{name: tuple(found) for name, found in steps.items()})

    def spoil(self, batch: Batch, step: tf.Tensor) -> Batch:
        """The batch as a replica is to train on it, in replica context.

        Args:
          batch: of this replica.
          step: int64 [], number of steps taken before.
        """
        if not self.nan:
            return batch
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        hit = tf.reduce_any(step + 1 == tf.constant(self.nan, tf.int64))
        hit &= tf.equal(replica, 0)
        return Batch(tf.where(hit, float("nan"), batch.image), batch.mask)

    def checkpoints(
        self,
        folder: str,
        items: Mapping[str, Any],
        keep: int,
        reporter: Reporter = SILENT,
    ) -> Checkpoints:
        """The checkpoints of a run; arguments as of `Checkpoints`."""
        if not self.slow_save:
            return Checkpoints(folder, items, keep, reporter)
        return _SlowCheckpoints(folder, items, keep, reporter, self.slow_save)


class _SlowCheckpoints(Checkpoints):
    """Checkpoints of which some take long to write, so that a test can kill the run.

    Args:
      folder, items, keep, reporter: as of `Checkpoints`.
      slow: steps whose checkpoints stall.
    """

    def __init__(
        self,
        folder: str,
        items: Mapping[str, Any],
        keep: int,
        reporter: Reporter,
        slow: Collection[int],
    ):
        super().__init__(folder, items, keep, reporter)
        self._slow = slow

    def write(self, step: int) -> None:
        super().write(step)
        if step in self._slow:
            time.sleep(STALL)
