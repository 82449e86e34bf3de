"""Faults that tests inject into a real training run."""

import re
from typing import NamedTuple

import tensorflow as tf

from vqinpaint.errors import UsageError
from vqinpaint.stages.base import Batch


class Faults(NamedTuple):
    """Steps, counted from 1, at which something is to go wrong."""

    slow_save: tuple = ()  # dawdle inside the checkpoint
    nan: tuple = ()  # the first replica's pictures are not numbers

    @classmethod
    def parse(cls, texts):
        """From such texts as "nan@120". Raises UsageError."""
        steps = {name: [] for name in cls._fields}
        for text in texts or ():
            match = re.fullmatch(r"(\w+)@(\d+)", text)
            if not match or match[1] not in steps:
                known = ", ".join(f"{name}@STEP" for name in cls._fields)
                raise UsageError(f"--fault={text}: known faults are {known}.")
            steps[match[1]].append(int(match[2]))
        return cls(**{name: tuple(found) for name, found in steps.items()})

    def spoil(self, batch, step):
        """A replica's `Batch` as it is trained on after `step` (int64) steps."""
        if not self.nan:
            return batch
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        hit = tf.reduce_any(step + 1 == tf.constant(self.nan, tf.int64))
        hit &= tf.equal(replica, 0)
        return Batch(tf.where(hit, float("nan"), batch.image), batch.mask)
