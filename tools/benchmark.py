"""Measures speed as ratios; the last line printed is one JSON object.

python tools/benchmark.py sampling --batch=8              the paper's sizes, random weights
python tools/benchmark.py sampling --batch=8 --model=M    a run folder or SavedModel
"""

import contextlib
import json
import os
import platform
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from vqinpaint.flagging import FLAGS, flags, run_main  # noqa: E402

import numpy as np  # noqa: E402  # isort: skip  # after flagging
import tensorflow as tf  # noqa: E402

from vqinpaint import loading, sampling  # noqa: E402
from vqinpaint.errors import UsageError  # noqa: E402
from vqinpaint.inpainter import Inpainter  # noqa: E402
from vqinpaint.options import ModelOptions  # noqa: E402
from vqinpaint.sampling.choice import Control  # noqa: E402
from vqinpaint.sampling.noise import gumbel  # noqa: E402
from vqinpaint.stages.structure import StructureGenerator  # noqa: E402
from vqinpaint.stages.texture import Texture  # noqa: E402
from vqinpaint.stages.vqvae import VQVAE  # noqa: E402

flags.DEFINE_integer("batch", 1, "Samples of one picture at a time.")
flags.DEFINE_string("model", None, "Run folder; default: paper sizes, random weights.")
flags.DEFINE_integer("repeats", 3, "Runs of everything; the median counts.")
flags.DEFINE_list(
    "samplers", ["fixed_point", "incremental"], "Samplers to compare with naive."
)
flags.DEFINE_integer("naive_rows", 1, "Rows that the naive sampler really draws.")


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


def open_model():
    """An `Inpainter` and its `ModelOptions`. Raises UsageError."""
    if FLAGS.model:
        if not os.path.isdir(os.path.join(FLAGS.model, "vqvae")):
            raise UsageError(
                f"--model={FLAGS.model} is no run folder; the parts of a SavedModel "
                "cannot be timed one by one."
            )
        return loading.load(FLAGS.model)
    tf.keras.utils.set_random_seed(0)
    options = ModelOptions()
    parts = VQVAE(options), StructureGenerator(options), Texture(options).generator
    return Inpainter(options, *parts), options


class Sampling:
    """One picture with its middle hidden, and everything done to it by itself."""

    def __init__(self):
        self.model, options = open_model()
        self.networks = self.model.frozen
        side, self.grid, self.codes = (
            options.image_size,
            options.image_size // 8,
            options.vqvae.codes,
        )
        coarse = np.random.default_rng(0).uniform(-1, 1, (1, 8, 8, 3)).astype("f")
        mask = np.zeros((1, side, side, 1), "f")
        mask[:, side // 4 : -side // 4, side // 4 : -side // 4] = 1
        self.mask = tf.constant(mask)
        self.image = tf.image.resize(coarse, [side, side]) * (1 - mask)
        self.control = Control(tf.ones([FLAGS.batch]), tf.constant(0), tf.constant(1.0))
        shape = [self.grid, self.grid, self.codes]
        self.noise = tf.function(gumbel)(tf.range(FLAGS.batch), shape)

    def forward(self):
        """One pass of the prior over the whole grid."""
        codes = tf.zeros([FLAGS.batch, self.grid, self.grid], tf.int32)
        condition = self.networks.condition(self.image, self.mask)
        condition = tf.repeat(condition, FLAGS.batch, axis=0)
        vectors = self.networks.encoder.top_codebook.vectors_of

        @tf.function(autograph=False)
        def once(codes):
            return self.networks.prior(vectors(codes), condition)

        return seconds(lambda: once(codes), FLAGS.repeats)[0]

    def naive_rows(self, rows):
        """Draws the first rows the authors' way: (seconds per code, codes)."""
        condition = self.networks.condition(self.image, self.mask)
        condition = tf.repeat(condition, FLAGS.batch, axis=0)
        vectors = self.networks.encoder.top_codebook.vectors_of
        below = [[0, 0], [0, self.grid - rows], [0, 0]]

        def logits_of(codes):  # of a grid whose lower rows are never drawn
            vectors_of_all = vectors(tf.pad(codes, below))
            return self.networks.prior(vectors_of_all, condition)[:, :rows]

        @tf.function(autograph=False)
        def draw(noise):
            return sampling.BY_LOGITS["naive"](logits_of, noise, self.control)

        noise = self.noise[:, :rows]
        traced = draw.get_concrete_function(noise)
        start = time.perf_counter()
        codes = traced(noise).codes.numpy()
        return (time.perf_counter() - start) / (rows * self.grid), codes

    def sampler(self, name):
        """(seconds, `Draw` in NumPy) of one sampler, condition network left out."""
        condition = self.networks.condition(self.image, self.mask)

        @tf.function(autograph=False)
        def draw(noise):
            return self.networks.draw_from(condition, noise, self.control, name)

        return seconds(lambda: draw(self.noise), FLAGS.repeats)

    def shares(self, sampling_s, codes):
        """Seconds of the other parts of one picture's completion."""
        condition = tf.function(self.networks.condition, autograph=False)
        fill = self.model.fill
        condition_s, _ = seconds(
            lambda: condition(self.image, self.mask), FLAGS.repeats
        )
        texture_s, _ = seconds(
            lambda: fill(self.image[0], self.mask[0], codes), FLAGS.repeats
        )
        return {
            "sampling": sampling_s,
            "condition network": condition_s,
            "texture generator": texture_s,
        }


def benchmark_sampling():
    if FLAGS.batch < 1:
        raise UsageError(f"--batch={FLAGS.batch}: at least 1.")
    unknown = set(FLAGS.samplers) - set(sampling.SAMPLERS)
    if unknown:
        raise UsageError(
            f"--samplers={','.join(sorted(unknown))}: choose among "
            f"{', '.join(sampling.SAMPLERS)}."
        )
    bench = Sampling()
    places = bench.grid**2
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs, TensorFlow "
        f"{tf.__version__}; grid {bench.grid}x{bench.grid}, batch {FLAGS.batch}."
    )
    memory = Memory()
    draws = {name: bench.sampler(name) for name in FLAGS.samplers}
    peak_mb = memory.peak_mb()  # of the samplers: the naive one has not run yet
    forward = bench.forward()
    print(f"one pass of the prior: {forward:.3f} s; naive = {places} passes")
    really, reference = bench.naive_rows(FLAGS.naive_rows)
    print(f"naive, {FLAGS.naive_rows} row(s) really drawn: {really:.3f} s a code")
    first, equal = draws[FLAGS.samplers[0]][1], True
    for name, (took, draw) in draws.items():
        same = np.array_equal(draw.codes, first.codes) and np.array_equal(
            draw.codes[:, : FLAGS.naive_rows], reference
        )
        equal &= same
        print(
            f"{name}: {took:.3f} s, {places * forward / took:.0f} times naive, "
            f"{int(draw.passes)} rounds, {np.mean(draw.bits):.2f} bits a code, codes "
            f"{'equal' if same else 'DIFFERENT'}"
        )
    results = {name: took for name, (took, _) in draws.items()}
    best = min(results, key=results.get)
    parts = bench.shares(results[best], tf.constant(first.codes))
    whole = sum(parts.values())
    for name, took in parts.items():
        print(f"{name}: {took:.3f} s, {took / whole:.0%} of a picture")
    return {
        "batch": FLAGS.batch,
        "forward_s": round(forward, 6),
        "incremental_s": round(results["incremental"], 6)
        if "incremental" in results
        else None,
        "best": best,
        "best_s": round(results[best], 6),
        "ratio": round(places * forward / results[best], 2),
        "peak_mb": peak_mb,
        "codes_equal": bool(equal),
    }


_KINDS = {"sampling": benchmark_sampling}


def main(kind):
    if kind is None:
        raise UsageError(f"name what to measure first: {', '.join(_KINDS)}.")
    print(json.dumps(_KINDS[kind]()))


if __name__ == "__main__":
    # The first argument is no flag.
    named = len(sys.argv) > 1 and sys.argv[1] in _KINDS
    kind = sys.argv.pop(1) if named else None
    run_main(lambda: main(kind))
