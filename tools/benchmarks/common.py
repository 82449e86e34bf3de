"""What all benchmarks share: flags, a clock, a look at memory, a model."""

import contextlib
import functools
import os
import platform
import statistics
import time

import tensorflow as tf

from vqinpaint import creatures, outputs
from vqinpaint.cli import FLAGS, flags
from vqinpaint.environment.keras2 import keras
from vqinpaint.errors import UsageError
from vqinpaint.joined import loading
from vqinpaint.models.bottom import BottomGenerator
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import ModelOptions

flags.DEFINE_integer("batch", 1, "Samples of one picture at a time.")
flags.DEFINE_string("model", None, "Run folder; default: paper sizes, random weights.")
flags.DEFINE_integer("repeats", 3, "Runs of everything; the median counts.")
flags.DEFINE_integer("creatures", 200, "Number of new creatures that are completed.")
flags.DEFINE_integer(
    "data_seed",
    1000,
    "Seed of the creatures; not that of the model's training pictures.",
)
flags.DEFINE_string("sheet", None, "PNG file for a sheet of some creatures.")


def check_creatures():
    """Raises UsageError for flags of creatures out of range, or no place for a sheet."""
    if FLAGS.creatures < 1:
        raise UsageError(f"--creatures={FLAGS.creatures}: at least 1.")
    if not 0 <= FLAGS.data_seed < 2**31:
        raise UsageError(f"--data_seed={FLAGS.data_seed}: from 0, below 2^31.")
    if FLAGS.sheet:
        outputs.check_file(FLAGS.sheet, lambda path: path.endswith(".png"))


def creature(number):
    """The `Creature` of that number that no model was trained on."""
    return creatures.sample(FLAGS.data_seed, number, creatures.VALIDATION)


def processor():
    """The processor's name, as the system tells it."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


@functools.lru_cache(None)
def onednn():
    """Whether TensorFlow computes by oneDNN in this process: "on" or "off".

    TensorFlow tells nobody, but without oneDNN it has no gradient of a dilated
    convolution.
    """
    x, kernel = tf.zeros([1, 4, 4, 1]), tf.zeros([3, 3, 1, 1])
    with tf.device("CPU:0"), tf.GradientTape() as tape:
        tape.watch(kernel)
        y = tf.nn.conv2d(x, kernel, 1, "SAME", dilations=2)
    try:
        tape.gradient(y, kernel)
    except tf.errors.InvalidArgumentError:
        return "off"
    return "on"


def facts():
    """What a measurement depends on besides the code, by name."""
    return {
        "processor": processor(),
        "processors": os.cpu_count(),
        "onednn": onednn(),
        "onednn_isa": os.environ.get("ONEDNN_MAX_CPU_ISA", "any"),
        "tensorflow": tf.__version__,
        "python": platform.python_version(),
    }


def machine():
    """`facts` in one line."""
    known = facts()
    limit = known["onednn_isa"]
    return (
        f"{known['processor']}, {known['processors']} CPUs, TensorFlow "
        f"{known['tensorflow']}, oneDNN {known['onednn']}"
        f"{'' if limit == 'any' else f' (at most {limit})'}, Python {known['python']}"
    )


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


def random_model(num_samples=4, codes=False):
    """An untrained model of the paper's sizes and its `ModelOptions`."""
    keras.utils.set_random_seed(0)
    options = ModelOptions()
    parts = [VQVAE(options), StructureGenerator(options)]
    parts.append(None if codes else Texture(options).generator)
    bottom = BottomGenerator(options) if codes else None
    return loading.join(options, *parts, num_samples, bottom=bottom), options


def open_model(num_samples=4, codes=False):
    """The model of --model, or a random one, and its `ModelOptions`.

    Args:
      num_samples: completions of each picture.
      codes: whether it draws texture codes, in place of the texture generator.
    """
    if FLAGS.model:
        if not os.path.isdir(os.path.join(FLAGS.model, "vqvae")):
            raise UsageError(
                f"--model={FLAGS.model} is no run folder; the parts of a SavedModel "
                "cannot be timed one by one."
            )
        texture = "codes" if codes else "generator"
        return loading.load_run(FLAGS.model, num_samples, texture=texture)
    return random_model(num_samples, codes)
