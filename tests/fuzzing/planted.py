"""Readers with one fault each, on which the harness itself is tested."""

import os
import time

import numpy as np

from tests.fuzzing.target import Target
from vqinpaint.errors import PictureError


def _good(data):
    if data != b"good input":
        raise PictureError("no good input.")


def _traceback(data):
    if len(data) < 8:
        raise KeyError("a traceback")


def _hang(data):
    if len(data) < 8:
        time.sleep(1000)


def _death(data):
    if len(data) < 8:
        os.abort()


def _memory(data):
    if len(data) < 8:
        np.ones(100 << 20, np.uint8)


def _target(read):
    name = read.__name__.strip("_")
    # Other work may have the processor: no reader but the one that hangs takes long.
    seconds = 0.5 if read is _hang else 20
    return Target(name, lambda: [b"good input"], read, seconds=seconds, megabytes=50)


TARGETS = tuple(map(_target, (_good, _traceback, _hang, _death, _memory)))
