"""All samplers draw the same codes from the same noise, and these are the prior's."""

import dataclasses
import itertools

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.oracle import FOLDERS, Networks, Oracle
from vqinpaint import sampling
from vqinpaint.environment.keras2 import keras
from vqinpaint.models.prior_steps import PriorSteps
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.ops import losses
from vqinpaint.options import ModelOptions, StructureOptions, VQVAEOptions
from vqinpaint.sampling import fixed_point
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel

pytestmark = pytest.mark.numerical

FAST = [name for name in sampling.SAMPLERS if name != "naive"]
_gumbel = tf.function(gumbel)  # eager map_fn runs Python for every row


class World:
    """A prior with lively weights, a codebook and a condition.

    Args:
      options: `ModelOptions`.
      shape: (height, width) of the grid of codes.
      number: samples N.
      conditions: 1 = the same condition for all samples, or N.
      structure: networks to take, with their codebook; default fresh ones.
    """

    def __init__(
        self, options, shape, number, conditions=None, structure=None, codebook=None
    ):
        self.shape, self.number = shape, number
        if structure is None:
            structure = StructureGenerator(options)
            tiny.randomise(structure.prior, 1)
        self.prior = structure.prior
        self.codes = options.vqvae.codes
        rng = np.random.default_rng(0)
        if codebook is None:
            codebook = rng.normal(size=(options.vqvae.code_dimension, self.codes))
        self.codebook = tf.constant(np.asarray(codebook, "f"))
        channels = 8 * options.structure.condition_channels
        condition = rng.normal(size=(conditions or number, *shape, channels))
        self.condition = tf.constant(condition.astype("f"))
        self.noise = _gumbel(tf.range(number), [*shape, self.codes])

        self._functions = {}

    def logits_of(self, codes, condition=None):
        condition = self.condition if condition is None else condition
        if condition.shape[0] == 1:
            condition = tf.repeat(condition, tf.shape(codes)[0], axis=0)
        return self.prior(tf.gather(tf.transpose(self.codebook), codes), condition)

    def draw(self, name, control=None, only=slice(None), guess=None):
        """Draws all samples, or some `only`; each sampler is traced once a shape."""
        noise, condition = self.noise[only], self.condition
        if condition.shape[0] > 1:
            condition = condition[only]
        if name not in self._functions:
            run = self._by_logits if name in sampling.BY_LOGITS else self._by_steps
            self._functions[name] = tf.function(
                lambda *arguments: run(name, *arguments), autograph=False
            )
        control = control or plain(noise.shape[0])
        return self._functions[name](noise, condition, control, guess)

    def _by_logits(self, name, noise, condition, control, guess):
        def logits_of(codes):
            return self.logits_of(codes, condition)

        return sampling.BY_LOGITS[name](logits_of, noise, control, guess=guess)

    def _by_steps(self, name, noise, condition, control, guess):
        def make_steps(window):
            number = tf.shape(noise)[0]
            added = self.prior.from_condition(condition)
            return PriorSteps(self.prior, self.codebook, added, number, window)

        return sampling.BY_STEPS[name](make_steps, noise, control, guess=guess)


def plain(number, temperature=1.0, top_k=0, top_p=1.0):
    temperatures = tf.broadcast_to(tf.constant(temperature, tf.float32), [number])
    return Control(temperatures, tf.constant(top_k), tf.constant(top_p))


def _assert_equal(draw, reference):
    np.testing.assert_array_equal(draw.codes, reference.codes)
    # Float32 rounding of logits of order ten; bits near zero need the absolute part.
    np.testing.assert_allclose(draw.bits, reference.bits, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(draw.entropy, reference.entropy, rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def authors():
    networks = Networks(Oracle(FOLDERS[-1]))
    side = networks.options.image_size // 8
    codebook = networks.vqvae.encoder.top_codebook.codes
    return World(
        networks.options,
        (side, side),
        3,
        structure=networks.structure,
        codebook=codebook,
    )


CONTROLS = {
    "plain": {},
    "a temperature each": {"temperature": [0.3, 1.0, 1.7]},
    "greedy": {"temperature": 0.0},
    "top_k": {"top_k": 5},
    "top_p": {"top_p": 0.7},
    "all": {"temperature": 1.5, "top_k": 9, "top_p": 0.9},
}


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_same_codes_on_the_authors_network(authors, control):
    reference = authors.draw("naive", plain(3, **control))
    for name in FAST:
        _assert_equal(authors.draw(name, plain(3, **control)), reference)
    if control.get("temperature") != 0.0:  # else all samples may well be alike
        assert len(np.unique(reference.codes, axis=0)) == 3


MIDDLE = ModelOptions(
    image_size=128,
    vqvae=VQVAEOptions(code_dimension=16, codes=64),
    structure=StructureOptions(
        channels=24,
        residual_channels=20,
        residual_blocks=6,
        attention_blocks=3,
        heads=4,
        output_blocks=3,
        condition_channels=4,
    ),
)


@pytest.mark.parametrize(
    "shape, nonlinearity",
    [
        ((16, 16), "concat_elu"),
        ((3, 11), "relu"),
        ((9, 2), "elu"),
        ((1, 5), "concat_elu"),
        ((5, 1), "concat_elu"),
    ],
)
def test_same_codes_on_other_networks_and_grids(shape, nonlinearity):
    structure = dataclasses.replace(MIDDLE.structure, nonlinearity=nonlinearity)
    options = dataclasses.replace(MIDDLE, structure=structure)
    world = World(options, shape, 2, conditions=1)
    reference = world.draw("naive")
    for name in FAST:
        _assert_equal(world.draw(name), reference)


def test_same_codes_at_the_papers_size_for_whole_rows():
    world = World(ModelOptions(), (2, 32), 2, conditions=1)
    reference = world.draw("naive")
    for name in ("fixed_point", "incremental"):
        _assert_equal(world.draw(name), reference)


@pytest.mark.parametrize("name", sampling.SAMPLERS)
def test_bits_are_the_teacher_forced_likelihood(authors, name):
    draw = authors.draw(name)
    bits = losses.bits(authors.logits_of(draw.codes), draw.codes)
    totals = [tf.reduce_sum(x, axis=[1, 2]) for x in (draw.bits, bits)]
    np.testing.assert_allclose(*totals, rtol=1e-4)  # as a user would compare them


@pytest.mark.parametrize("name", sampling.SAMPLERS)
def test_a_sample_is_the_same_alone_and_among_others(authors, name):
    together = authors.draw(name)
    for i in range(3):
        alone = authors.draw(name, only=slice(i, i + 1))
        np.testing.assert_array_equal(alone.codes[0], together.codes[i])


def test_passes_are_counted(authors):
    places = authors.shape[0] * authors.shape[1]
    passes = {name: int(authors.draw(name).passes) for name in sampling.SAMPLERS}
    assert passes["naive"] == passes["incremental"] == places
    # Guessing costs at most a pass per code, and must save some.
    assert authors.shape[0] <= passes["fixed_point"] < places
    assert passes["fixed_point_grid"] <= places + 1


@pytest.mark.parametrize("name", sampling.SAMPLERS)
def test_a_guess_never_changes_what_is_drawn(authors, name):
    reference = authors.draw(name)
    wrong = (reference.codes + 1) % authors.codes
    half = tf.concat([reference.codes[:, :2], wrong[:, 2:]], axis=1)
    drawn = [authors.draw(name, guess=guess) for guess in (wrong, half)]
    for draw in drawn:
        _assert_equal(draw, reference)
    if name in sampling.TAKE_GUESSES:
        assert drawn[0].passes >= drawn[1].passes


def test_a_right_guess_is_only_verified(authors):
    height, width = authors.shape
    codes = authors.draw("naive").codes
    passes = {
        name: int(authors.draw(name, guess=codes).passes)
        for name in sampling.TAKE_GUESSES
    }
    windows = -(-width // fixed_point.WINDOW)
    assert passes == {"fixed_point": height * windows, "fixed_point_grid": 1}


@pytest.mark.parametrize("name", ["naive", "incremental", "fixed_point"])
def test_grids_come_as_often_as_the_prior_says(name):
    """Chi-square over all 81 grids of 2x2 codes out of three, against exact shares."""
    options = ModelOptions(
        image_size=64,
        vqvae=VQVAEOptions(code_dimension=4, codes=3),
        structure=dataclasses.replace(tiny.OPTIONS.structure),
    )
    number = 6000
    world = World(options, (2, 2), number, conditions=1)
    grids = np.array(list(itertools.product(range(3), repeat=4)), np.int32)
    bits = losses.bits(
        world.logits_of(grids.reshape(-1, 2, 2)), grids.reshape(-1, 2, 2)
    )
    shares = np.exp2(-np.sum(bits, axis=(1, 2), dtype=np.float64))
    np.testing.assert_allclose(shares.sum(), 1, rtol=1e-5)
    drawn = world.draw(name).codes.numpy().reshape(number, 4) @ [27, 9, 3, 1]
    counts = np.bincount(drawn, minlength=81)
    # Grids expected less than five times are counted together, as the test requires.
    rare = shares * number < 5
    shares = np.append(shares[~rare], shares[rare].sum())
    counts = np.append(counts[~rare], counts[rare].sum())
    expected = shares * number
    chi_square = ((counts - expected) ** 2 / expected).sum()
    # Mean and deviation of chi-square; four deviations, and the seeds are fixed.
    freedom = len(shares) - 1
    assert freedom >= 5
    assert chi_square < freedom + 4 * np.sqrt(2 * freedom)


def test_seeds_mean_the_same_in_every_sampler():
    """Whole models: the same bytes from the same seeds."""
    pictures = tf.cast(127 * (tiny.images(1)[0] + 1), tf.uint8)
    mask = tf.cast(255 * tiny.center_masks(1)[0], tf.uint8)
    arguments = (pictures, mask, tf.constant([3, 8]), tf.constant([1.0, 0.7]))
    limits = (tf.constant(0), tf.constant(1.0))
    results = {}
    for name in sampling.SAMPLERS:
        keras.utils.set_random_seed(0)
        results[name] = tiny.inpainter(sampler=name).sample(*arguments, *limits)
    for name in FAST:
        for key in ("completed", "structure", "codes"):
            np.testing.assert_array_equal(results[name][key], results["naive"][key])
