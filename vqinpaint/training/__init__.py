"""The outer loop of training and what surrounds it; knows no stage by name."""

from vqinpaint.training.dry_run import dry_run
from vqinpaint.training.faults import Faults
from vqinpaint.training.folder import only_writer
from vqinpaint.training.loop import Loop
from vqinpaint.training.workers import Workers, make_strategy

__all__ = [
    "Faults",
    "Loop",
    "Workers",
    "dry_run",
    "make_strategy",
    "only_writer",
]
