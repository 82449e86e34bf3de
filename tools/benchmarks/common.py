"""What all benchmarks share: flags, a clock, a look at memory, a model."""

import contextlib
import os
import platform
import statistics
import time

import tensorflow as tf

from vqinpaint import loading
from vqinpaint.errors import UsageError
from vqinpaint.flagging import FLAGS, flags
from vqinpaint.keras2 import keras
from vqinpaint.options import ModelOptions
from vqinpaint.serving import ServedInpainter
from vqinpaint.stages.structure import StructureGenerator
from vqinpaint.stages.texture import Texture
from vqinpaint.stages.vqvae import VQVAE

flags.DEFINE_integer("batch", 1, "Samples of one picture at a time.")
flags.DEFINE_string("model", None, "Run folder; default: paper sizes, random weights.")
flags.DEFINE_integer("repeats", 3, "Runs of everything; the median counts.")


def machine():
    """One line on where this is measured."""
    name = platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} CPUs, TensorFlow {tf.__version__}"


def seconds(call, repeats):
    """(median seconds of a call after a first one that traces, its result)."""
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = tf.nest.map_structure(lambda x: x.numpy(), call())
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


class Memory:
    """How much more memory than at its making this process has held at most, in MB.

    Linux alone tells and resets the peak; elsewhere the answer is None.
    """

    def __init__(self):
        self._before = None
        with contextlib.suppress(OSError):
            with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
                file.write("5")
            self._before = self._read("VmRSS")

    @staticmethod
    def _read(name):
        with open("/proc/self/status", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines[name].split()[0])

    def peak_mb(self):
        if self._before is None:
            return None
        return round((self._read("VmHWM") - self._before) / 1000)


def random_model(num_samples=4):
    """An untrained model of the paper's sizes and its `ModelOptions`."""
    keras.utils.set_random_seed(0)
    options = ModelOptions()
    parts = VQVAE(options), StructureGenerator(options), Texture(options).generator
    return ServedInpainter(options, *parts, num_samples=num_samples), options


def open_model(num_samples=4):
    """The model of --model, or a random one, and its `ModelOptions`."""
    if FLAGS.model:
        if not os.path.isdir(os.path.join(FLAGS.model, "vqvae")):
            raise UsageError(
                f"--model={FLAGS.model} is no run folder; the parts of a SavedModel "
                "cannot be timed one by one."
            )
        return loading.load_run(FLAGS.model, num_samples)
    return random_model(num_samples)
