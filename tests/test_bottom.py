"""The bottom prior: its size, what it may see, and that all samplers draw alike."""

import dataclasses
import itertools

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from vqinpaint import sampling
from vqinpaint.models.bottom import BottomGenerator
from vqinpaint.models.prior_steps import PriorSteps
from vqinpaint.ops import losses
from vqinpaint.options import ModelOptions, VQVAEOptions
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel

pytestmark = pytest.mark.portable

_gumbel = tf.function(gumbel)  # eager map_fn runs Python for every row


def test_parameters_at_the_papers_sizes():
    with tf.Graph().as_default():  # where variables take no memory
        bottom = BottomGenerator(ModelOptions())
        counts = [
            sum(int(np.prod(v.shape)) for v in network.trainable_variables)
            for network in (bottom.condition, bottom.prior)
        ]
    # By hand, for kernels of k positions from a to b channels, with gains and biases.
    width, inner, given = 512, 1024, 256

    def layer(k, a, b):
        return k * a * b + 2 * b

    def block(k):
        convolutions = layer(k, 2 * width, inner) + layer(k, 2 * inner, 2 * width)
        return convolutions + layer(1, 2 * given, 2 * width)

    side = layer(1, 2 * width, inner)
    first = sum(layer(k, 64 + 1, width) for k in (6, 3, 2))
    prior = first + 20 * (block(6) + block(4) + side) + layer(1, width, 512)
    assert counts == [73_135_776, prior] == [73_135_776, 672_007_680]


@pytest.fixture(scope="module")
def bottom():
    bottom = BottomGenerator(tiny.OPTIONS)
    tiny.randomise(bottom.condition, 1)
    tiny.randomise(bottom.prior, 2)
    return bottom


def _normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("f")


@pytest.mark.parametrize("place", [(0, 0), (0, 5), (2, 0), (3, 4)])
def test_codes_depend_on_strictly_earlier_ones(bottom, place):
    codes, condition = _normal(1, 4, 6, 4), _normal(1, 4, 6, 16, seed=1)
    before = bottom.prior(codes, condition).numpy().reshape(24, -1)
    codes[0, place[0], place[1]] += 1
    after = bottom.prior(codes, condition).numpy().reshape(24, -1)
    changed = np.flatnonzero((before != after).any(axis=1))
    # Without attention a code reaches those near it alone, but the next one always.
    assert changed.min() > place[0] * 6 + place[1]
    assert (place[1] == 5) or changed.min() == place[0] * 6 + place[1] + 1


def test_condition_sees_known_pixels_and_structure_but_nothing_missing(bottom):
    image, mask = tiny.images(1), tiny.center_masks(1)
    structure = tf.constant(_normal(1, 8, 8, 4))

    def features(image, structure):
        return bottom.condition(image, mask, structure).numpy()

    reference = features(image, structure)
    assert reference.shape == (1, 16, 16, bottom.condition.width)
    np.testing.assert_array_equal(features(image * (1 - mask), structure), reference)
    assert np.abs(features(image * mask, structure) - reference).max() > 1e-3
    # Each code of the structure reaches the four texture codes that it lies over.
    for y, x in ((0, 0), (3, 4), (7, 7)):
        other = structure.numpy()
        other[0, y, x] += 1
        change = np.abs(features(image, other) - reference).max(axis=-1)[0]
        assert (change[2 * y : 2 * y + 2, 2 * x : 2 * x + 2] > 0).all()


class World:
    """A bottom prior with lively weights, a condition for each sample, and noise."""

    def __init__(self, options, shape, number):
        self.prior = BottomGenerator(options).prior
        tiny.randomise(self.prior, 1)
        self.codes = options.vqvae.codes
        depth = options.vqvae.code_dimension
        self.codebook = tf.constant(_normal(depth, self.codes))
        width = 8 * options.bottom.condition_channels
        self.condition = tf.constant(_normal(number, *shape, width, seed=2))
        self.noise = _gumbel(tf.range(number), [*shape, self.codes])

    def logits_of(self, codes, condition=None):
        condition = self.condition if condition is None else condition
        return self.prior(tf.gather(tf.transpose(self.codebook), codes), condition)

    def draw(self, name, only=slice(None), by_row=True):
        noise, condition = self.noise[only], self.condition[only]
        number = noise.shape[0]
        control = Control(tf.ones([number]), tf.constant(0), tf.constant(1.0))

        def make_steps(window):
            given = condition if by_row else self.prior.from_condition(condition)
            steps = self.prior, self.codebook, given, number, window, by_row
            return PriorSteps(*steps)

        @tf.function(autograph=False)
        def run():
            if name in sampling.BY_STEPS:
                return sampling.BY_STEPS[name](make_steps, noise, control)
            return sampling.BY_LOGITS[name](
                lambda codes: self.logits_of(codes, condition), noise, control
            )

        return run()


MIDDLE = dataclasses.replace(
    tiny.OPTIONS,
    bottom=dataclasses.replace(
        tiny.OPTIONS.bottom, channels=12, residual_blocks=3, output_blocks=1
    ),
)


@pytest.mark.parametrize("shape, by_row", [((3, 11), True), ((9, 2), False)])
def test_all_samplers_draw_the_same_codes(shape, by_row):
    """Whether what the condition adds is computed for one row at a time or for all."""
    world = World(MIDDLE, shape, 2)
    reference = world.draw("naive")
    for name in sampling.SAMPLERS[:-1]:
        draw = world.draw(name, by_row=by_row)
        np.testing.assert_array_equal(draw.codes, reference.codes)
        # Float32 rounding of logits of order ten; bits near zero need the absolute part.
        np.testing.assert_allclose(draw.bits, reference.bits, rtol=1e-4, atol=1e-4)
    assert len(np.unique(reference.codes)) > 1


def test_bits_are_teacher_forced_and_a_sample_is_the_same_alone():
    world, name = World(MIDDLE, (4, 5), 3), "fixed_point"
    draw = world.draw(name)
    bits = losses.bits(world.logits_of(draw.codes), draw.codes)
    np.testing.assert_allclose(draw.bits, bits, rtol=1e-4, atol=1e-4)  # rounding
    alone = world.draw(name, only=slice(1, 2))
    np.testing.assert_array_equal(alone.codes[0], draw.codes[1])


def test_grids_come_as_often_as_the_prior_says():
    """Chi-square over all 81 grids of 2x2 codes out of three, against exact shares."""
    options = dataclasses.replace(
        tiny.OPTIONS, vqvae=VQVAEOptions(code_dimension=4, codes=3)
    )
    number = 6000
    world = World(options, (2, 2), number)
    world.condition = tf.repeat(world.condition[:1], number, axis=0)
    grids = np.array(list(itertools.product(range(3), repeat=4)), np.int32)
    grids = grids.reshape(-1, 2, 2)
    condition = world.condition[: len(grids)]
    bits = losses.bits(world.logits_of(grids, condition), grids)
    shares = np.exp2(-np.sum(bits, axis=(1, 2), dtype=np.float64))
    np.testing.assert_allclose(shares.sum(), 1, rtol=1e-5)
    drawn = world.draw("fixed_point").codes.numpy().reshape(number, 4) @ [27, 9, 3, 1]
    counts = np.bincount(drawn, minlength=81)
    # Grids expected less than five times are counted together, as the test requires.
    rare = shares * number < 5
    shares = np.append(shares[~rare], shares[rare].sum())
    counts = np.append(counts[~rare], counts[rare].sum())
    shares, counts = shares[shares > 0], counts[shares > 0]
    expected = shares * number
    chi_square = ((counts - expected) ** 2 / expected).sum()
    freedom = len(shares) - 1
    assert freedom >= 5
    # Mean and deviation of chi-square; four deviations, and the seeds are fixed.
    assert chi_square < freedom + 4 * np.sqrt(2 * freedom)
