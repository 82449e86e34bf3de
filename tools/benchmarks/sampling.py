"""The samplers against the authors' way: the whole prior once per code."""

import time

import numpy as np
import tensorflow as tf

from benchmarks.common import Memory, open_model, seconds
from vqinpaint import creatures, sampling
from vqinpaint.cli import FLAGS, flags
from vqinpaint.errors import UsageError
from vqinpaint.joined.inpainter import look
from vqinpaint.ops import masks
from vqinpaint.ops.images import to_float, to_uint8
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel

flags.DEFINE_list(
    "samplers", ["fixed_point", "incremental"], "Samplers to compare with naive."
)
flags.DEFINE_enum(
    "prior", "structure", ["structure", "bottom"], "Whose codes are drawn."
)
flags.DEFINE_integer("naive_rows", 1, "Rows that the naive sampler really draws.")
flags.DEFINE_enum(
    "hole", "centre", ["centre", "scratch", "strokes"], "What is hidden of the picture."
)
flags.DEFINE_integer("number", 0, "Number of the drawn creature, and of the hole.")


class Sampling:
    """One drawn creature with a hole, and everything done to it by itself."""

    def __init__(self):
        self.bottom = FLAGS.prior == "bottom"
        self.model, options = open_model(codes=self.bottom)
        self.networks = self.model.inpainter.frozen
        side, self.codes = options.image_size, options.vqvae.codes
        self.grid = side // (4 if self.bottom else 8)
        creature = creatures.sample(0, FLAGS.number, creatures.VALIDATION)
        image = tf.constant(creatures.draw(creature, side)[None])
        self.image, self.mask = look(image, tf.constant(_hole(side)[None]))
        self.control = Control(tf.ones([FLAGS.batch]), tf.constant(0), tf.constant(1.0))
        shape = [self.grid, self.grid, self.codes]
        self.noise = tf.function(gumbel)(tf.range(FLAGS.batch), shape)
        encoder = self.networks.encoder
        if self.bottom:
            self.prior, self.codebook = (
                self.networks.bottom.prior,
                encoder.bottom_codebook,
            )
            top = encoder(to_float(image)).top.indices
            self.structures = tf.repeat(top, FLAGS.batch, axis=0)
        else:
            self.prior, self.codebook = self.networks.prior, encoder.top_codebook

    def condition(self):
        """(condition [1 or batch, h, w, C], likely codes), as sampling takes them."""
        if self.bottom:
            return self.networks.texture_condition(
                self.image, self.mask, self.structures
            )
        condition = self.networks.condition(self.image, self.mask)
        return condition, self.networks.likely(self.image, self.mask)

    def for_all(self):
        """The condition of every sample, [batch, h, w, C]."""
        condition, _ = self.condition()
        return condition if self.bottom else tf.repeat(condition, FLAGS.batch, axis=0)

    def forward(self):
        """One pass of the prior over the whole grid."""
        codes = tf.zeros([FLAGS.batch, self.grid, self.grid], tf.int32)
        condition, vectors = self.for_all(), self.codebook.vectors_of

        @tf.function(autograph=False)
        def once(codes):
            return self.prior(vectors(codes), condition)

        return seconds(lambda: once(codes), FLAGS.repeats)[0]

    def naive_rows(self, rows):
        """Draws the first rows the authors' way: (seconds per code, codes)."""
        condition, vectors = self.for_all(), self.codebook.vectors_of
        below = [[0, 0], [0, self.grid - rows], [0, 0]]

        def logits_of(codes):  # of a grid whose lower rows are never drawn
            vectors_of_all = vectors(tf.pad(codes, below))
            return self.prior(vectors_of_all, condition)[:, :rows]

        @tf.function(autograph=False)
        def draw(noise):
            return sampling.BY_LOGITS["naive"](logits_of, noise, self.control)

        noise = self.noise[:, :rows]
        traced = draw.get_concrete_function(noise)
        start = time.perf_counter()
        codes = traced(noise).codes.numpy()
        return (time.perf_counter() - start) / (rows * self.grid), codes

    def sampler(self, name, guessing=True):
        """(seconds, `Draw` in NumPy) of one sampler, condition network left out.

        Args:
          guessing: whether it may start from the known pixels, if it takes guesses.
        """
        condition, likely = self.condition()
        if not guessing or name not in sampling.TAKE_GUESSES:
            likely = None

        @tf.function(autograph=False)
        def draw(noise):
            given = condition, noise, self.control, name
            if self.bottom:
                return self.networks.draw_texture_from(*given, likely=likely)
            return self.networks.draw_from(*given, likely=likely)

        return seconds(lambda: draw(self.noise), FLAGS.repeats)

    def shares(self, sampling_s, codes):
        """Seconds of the other parts of one picture's completion."""
        condition = tf.function(self.condition, autograph=False)
        if self.bottom:
            parts = "decoder", lambda: self.model.decode(self.structures, codes)
        else:
            parts = (
                "texture generator",
                lambda: self.model.fill(self.image[0], self.mask[0], codes),
            )
        return {
            "sampling": sampling_s,
            "condition network": seconds(condition, FLAGS.repeats)[0],
            parts[0]: seconds(parts[1], FLAGS.repeats)[0],
        }

    def texture_as_one_batch(self, codes):
        """(seconds, largest difference in grey levels) of all samples' texture at once.

        Models fill one sample after another, so that its bytes do not depend on others.
        """
        image, mask = (tf.repeat(x, FLAGS.batch, 0) for x in (self.image, self.mask))

        @tf.function(autograph=False)
        def fill():
            return self.networks.generator(image, mask, self.codebook.vectors_of(codes))

        took, filled = seconds(fill, FLAGS.repeats)
        alone = self.model.fill(self.image[0], self.mask[0], codes)
        levels = [to_uint8(x).numpy().astype(int) for x in (filled, alone)]
        return took, int(np.abs(levels[0] - levels[1]).max())


def _hole(side):
    """uint8 [side, side, 1], 255 where missing."""
    if FLAGS.hole == "centre":
        return creatures.holes.centre(side)[..., None]
    if FLAGS.hole == "strokes":
        draws = masks.draws(tf.constant([3, FLAGS.number]))
        drawn = masks.strokes(side, draws[None])[0].numpy()
        return np.where(drawn, np.uint8(255), np.uint8(0))
    # From the left edge to the right one, falling by a quarter of the side.
    x = np.arange(side)
    line = side // 4 + x // 4
    near = np.abs(x[:, None] - line[None]) <= max(1, side // 64)
    return np.where(near, np.uint8(255), np.uint8(0))[..., None]


def _copied_bytes_per_s():
    """Memory bandwidth by copying a large array, reads and writes both counted."""
    source = np.ones(1 << 26, np.float32)
    target = np.empty_like(source)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        np.copyto(target, source)
        took.append(time.perf_counter() - start)
    return 2 * source.nbytes / min(took)


def _bytes_of_a_round(prior):
    """Bytes of the weights that every round reads: lower stream and output blocks."""
    layers = [prior.logits, *prior.output_blocks]
    numbers = 0
    for block in prior.lower:
        # Of the 2x2 kernels the row above takes one half, once for a whole row.
        numbers += sum(tf.size(x.kernel()[1]) for x in (block.inner, block.outer))
        if block.attend:
            layers += [block.attend.queries, block.attend.keys]
            # Values and projection as one product, see `prior_blocks`.
            numbers += block.attend.heads * block.attend.project.units**2
    return 4 * int(numbers + sum(tf.size(layer.kernel()) for layer in layers))


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
    for name in set(FLAGS.samplers) & set(sampling.TAKE_GUESSES):
        draws[f"{name} without a guess"] = bench.sampler(name, guessing=False)
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
    at_once = None
    if FLAGS.batch > 1 and not bench.bottom:
        took, levels = bench.texture_as_one_batch(tf.constant(first.codes))
        at_once = took / parts["texture generator"]
        print(
            f"texture generator, all samples in one batch: {at_once:.2f} of that time, "
            f"pixels differ by at most {levels} level(s)"
        )
    share = None
    if best.startswith("fixed_point") and "grid" not in best:
        rounds = int(draws[best][1].passes)
        read = rounds * _bytes_of_a_round(bench.prior) / results[best]
        share = round(read / _copied_bytes_per_s(), 3)
        print(f"weights read: {share:.0%} of the bandwidth of copying memory")
    return {
        "prior": FLAGS.prior,
        "batch": FLAGS.batch,
        "hole": FLAGS.hole,
        "seconds": {name: round(took, 6) for name, took in results.items()},
        "rounds": {name: int(draw.passes) for name, (_, draw) in draws.items()},
        "bandwidth_share": share,
        "texture_as_one_batch": at_once and round(at_once, 3),
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
