"""Opening what an evaluation needs, once in every process that takes part."""

from __future__ import annotations

import functools
import threading
from typing import NamedTuple

from vqinpaint.data.records import Split, open_split
from vqinpaint.evaluating.by_folder import OfFolder
from vqinpaint.evaluating.by_model import OfModel
from vqinpaint.evaluating.measured import Measured
from vqinpaint.evaluating.networks import Networks
from vqinpaint.evaluating.subject import Subject, Wanted
from vqinpaint.reporting import SILENT, Reporter

_LOCK = threading.Lock()


class Opened(NamedTuple):
    """What pictures are measured with."""

    split: Split
    networks: Networks
    subject: Subject

    def measured(self, reporter: Reporter = SILENT) -> Measured:
        """All pictures, measured one after another; see `Subject.measure`."""
        measured = self.subject.empty(self.networks)
        for kind, count in self.subject.work().items():
            if count:
                self.subject.measure(kind, 0, count, measured, reporter)
        return measured


def opened(wanted: Wanted) -> Opened:
    """Data set, networks and model of an evaluation; for the same options the same ones.

    The data set is taken to be verified already.

    Raises:
      DataError, ModelError, PictureError, UsageError: one of them cannot be opened.
    """
    with _LOCK:  # threads of one process share what they measure with
        return _opened(wanted)


@functools.lru_cache(maxsize=1)
def _opened(wanted):
    options = wanted.options
    split = open_split(options.data, options.split, verify=False)
    networks = Networks(wanted.figures)
    kind = OfFolder if options.completions else OfModel
    return Opened(split, networks, kind(wanted, split))
