"""Which operations the time goes to, from TensorFlow's own profiler."""

import collections
import glob
import os
import re
import tempfile

import tensorflow as tf
from tensorflow.tsl.profiler.protobuf import xplane_pb2

# They hold others, whose time would count twice.
_CALLS = {"Run", "If", "StatelessIf", "While", "PartitionedCall"}


def shares(call, repeats=3):
    """Shares of the time of all threads, by kind of operation, largest first.

    Args:
      call: what to profile; called before, so that nothing is traced.
      repeats: how often.

    Returns:
      dict of float by name, e.g. "Conv2DBackpropInput"; their sum is 1.
    """
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for _ in range(repeats):
            call()
        tf.profiler.experimental.stop()
        (path,) = glob.glob(os.path.join(folder, "plugins/profile/*/*.xplane.pb"))
        with open(path, "rb") as file:
            space = xplane_pb2.XSpace.FromString(file.read())
    totals = collections.Counter()
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                # An operation's event is called NAME:KIND.
                name = plane.event_metadata[event.metadata_id].name
                kind = re.search(r"[^:]:(?:_Mkl(?:Native)?)?([A-Z]\w+)$", name)
                if kind and kind[1] not in _CALLS:
                    totals[kind[1].removesuffix("WithBias")] += event.duration_ps
    every = sum(totals.values())
    return {kind: time / every for kind, time in totals.most_common()}


def told(found, number=8):
    """One line on the largest of `shares`."""
    return ", ".join(f"{kind} {s:.0%}" for kind, s in list(found.items())[:number])
