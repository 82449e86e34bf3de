"""Flags made from option dataclasses, and the one way in which commands start and end.

Commands import this before TensorFlow, which must find its settings by then.
"""

from vqinpaint.cli import prepared  # noqa: F401  # isort: skip  # first, see there

from vqinpaint.cli.flagging import FLAGS, define, flags, given, read
from vqinpaint.cli.running import run_main

__all__ = ["FLAGS", "define", "flags", "given", "read", "run_main"]
