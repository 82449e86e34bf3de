"""The samplers against the authors' way: the whole prior once per code."""

import time

import numpy as np
import tensorflow as tf

from benchmarks.common import Memory, open_model, seconds
from vqinpaint import sampling
from vqinpaint.cli import FLAGS, flags
from vqinpaint.errors import UsageError
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel

flags.DEFINE_list(
    "samplers", ["fixed_point", "incremental"], "Samplers to compare with naive."
)
flags.DEFINE_integer("naive_rows", 1, "Rows that the naive sampler really draws.")


class Sampling:
    """One picture with its middle hidden, and everything done to it by itself."""

    def __init__(self):
        self.model, options = open_model()
        self.networks = self.model.inpainter.frozen
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


def benchmark():
    unknown = set(FLAGS.samplers) - set(sampling.SAMPLERS)
    if unknown:
        raise UsageError(
            f"--samplers={','.join(sorted(unknown))}: choose among "
            f"{', '.join(sampling.SAMPLERS)}."
        )
    bench = Sampling()
    places = bench.grid**2
    print(f"grid {bench.grid}x{bench.grid}, batch {FLAGS.batch}.")
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
