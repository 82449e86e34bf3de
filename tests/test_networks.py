"""Sizes, causality and independence of the networks."""

import dataclasses
import itertools

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from vqinpaint.authors.names import authors_variables
from vqinpaint.environment.keras2 import keras
from vqinpaint.models.structure import ConditionNetwork, StructurePrior
from vqinpaint.models.texture import TextureDiscriminator, TextureGenerator
from vqinpaint.models.vqvae import VQDecoder, VQEncoder
from vqinpaint.ops import attention
from vqinpaint.options.networks import NONLINEARITIES, ModelOptions

pytestmark = pytest.mark.numerical

# The authors' networks at the paper's sizes; spectral vectors are not parameters.
PARAMETERS = {
    "vqvae_encoder": 1_472_512,
    "vqvae_decoder": 511_619,
    "structure_condition": 36_959_392,
    "structure_prior": 26_769_536,
    "texture_generator": 4_602_467,
    "texture_discriminator": 5_946_816,
}


def _built(options):
    depth = options.vqvae.code_dimension
    image, mask = tf.zeros([1, 64, 64, 3]), tf.zeros([1, 64, 64, 1])
    top, bottom = tf.zeros([1, 8, 8, depth]), tf.zeros([1, 16, 16, depth])
    networks = [
        VQEncoder(options.vqvae),
        VQDecoder(options.vqvae),
        ConditionNetwork(options.structure),
        StructurePrior(options.structure, options.vqvae.codes),
        TextureGenerator(options.texture),
        TextureDiscriminator(options.texture),
    ]
    networks[0](image)
    networks[1](top, bottom)
    condition = networks[2](image, mask)
    networks[3](top, condition)
    networks[4](image, mask, top)
    networks[5](image, mask)
    return {network.name: network for network in networks}


def test_parameters_at_the_papers_sizes():
    counts = {
        name: sum(
            int(np.prod(slot.read().shape))
            for key, slot in authors_variables(network).items()
            if not key.endswith("/u")
        )
        for name, network in _built(ModelOptions()).items()
    }
    assert counts == PARAMETERS


@pytest.fixture(scope="module")
def networks():
    networks = _built(tiny.OPTIONS)
    for network in networks.values():
        tiny.randomise(network)
    return networks


@pytest.mark.parametrize("place", [(0, 0), (0, 3), (2, 0), (3, 5)])
def test_prior_sees_strictly_earlier_codes(networks, place):
    prior = networks["structure_prior"]
    generator = np.random.default_rng(0)
    codes = generator.normal(size=(1, 4, 6, 4)).astype(np.float32)
    condition = generator.normal(size=(1, 4, 6, 16)).astype(np.float32)
    before = prior(codes, condition).numpy().reshape(24, -1)
    codes[0, place[0], place[1]] += 1
    after = prior(codes, condition).numpy().reshape(24, -1)
    position = place[0] * 6 + place[1]
    np.testing.assert_array_equal(after[: position + 1], before[: position + 1])
    if position < 23:
        assert np.abs(after[position + 1 :] - before[position + 1 :]).max() > 1e-4


def _rate(block, x, condition, seed, **side):
    """Share of a block's branch that is dropped; what is kept must be scaled up."""
    branch = block(x, condition=condition, **side) - x
    dropped = block(x, condition=condition, dropout_seed=seed, **side) - x
    kept = np.abs(dropped) > 1e-6
    # Differences of float32 numbers of order one.
    np.testing.assert_allclose(
        np.where(kept, dropped * (1 - block.dropout), branch), branch, atol=1e-5
    )
    return 1 - kept.mean(), kept


def test_every_gated_block_drops_its_whole_branch():
    options = dataclasses.replace(tiny.OPTIONS.structure, dropout=0.3)
    prior = StructurePrior(options, 16)
    x, side = tf.random.normal([4, 16, 16, 8]), tf.random.normal([4, 16, 16, 8])
    condition = tf.random.normal([4, 16, 16, 16])
    prior(tf.zeros([1, 16, 16, 4]), condition[:1])
    tiny.randomise(prior)
    seed, masks = tf.constant([5, 6]), []
    for block in prior.upper:
        masks.append(_rate(block, x, condition, seed))
    for block in prior.lower:
        masks.append(_rate(block, x, condition, seed, side=side))
    for rate, _ in masks:
        # 8,192 draws: a standard deviation of 0.005, and some values are tiny undropped.
        assert abs(rate - 0.3) < 0.025
    for (_, one), (_, other) in itertools.combinations(masks, 2):
        assert 0.4 < (one == other).mean() < 0.7  # 0.58 for independent masks


def test_without_a_seed_nothing_is_dropped():
    codes, condition = tf.random.normal([1, 4, 4, 4]), tf.random.normal([1, 4, 4, 16])
    whole, dropping = (
        StructurePrior(dataclasses.replace(tiny.OPTIONS.structure, dropout=rate), 16)
        for rate in (0.0, 0.9)
    )
    for prior in (whole, dropping):
        prior(codes, condition)
    dropping.set_weights(whole.get_weights())
    seed = tf.constant([1, 2])
    without = whole(codes, condition)
    np.testing.assert_array_equal(dropping(codes, condition), without)
    assert np.abs(dropping(codes, condition, dropout_seed=seed) - without).max() > 1e-4


def test_the_condition_network_drops_nothing(networks):
    blocks = [s for s in networks["structure_condition"].steps if hasattr(s, "dropout")]
    assert len(blocks) == 13 and all(block.dropout == 0 for block in blocks)


def test_nonlinearities_make_different_priors():
    codes = tf.random.normal([1, 4, 4, 4])
    seen = {}
    for name in NONLINEARITIES:
        options = dataclasses.replace(tiny.OPTIONS.structure, nonlinearity=name)
        keras.utils.set_random_seed(0)
        prior = StructurePrior(options, 16)
        logits = prior(codes, tf.random.stateless_normal([1, 4, 4, 16], [1, 2]))
        seen[name] = (prior.count_params(), logits.numpy())
    # Concatenation doubles what every weight-normalised layer but the last ones take.
    assert seen["concat_elu"][0] > seen["elu"][0] == seen["relu"][0]
    assert np.abs(seen["elu"][1] - seen["relu"][1]).max() > 1e-4


@pytest.mark.parametrize("size", [(64, 64), (64, 128), (192, 128)])
@pytest.mark.parametrize("batch", [1, 2])
def test_networks_take_any_multiple_of_64(networks, size, batch):
    image, mask = tf.zeros([batch, *size, 3]), tf.ones([batch, *size, 1])
    encoded = networks["vqvae_encoder"](image)
    recon = networks["vqvae_decoder"](encoded.top.vectors, encoded.bottom.vectors)
    condition = networks["structure_condition"](image, mask)
    logits = networks["structure_prior"](encoded.top.vectors, condition)
    filled = networks["texture_generator"](image, mask, encoded.top.vectors)
    scores = networks["texture_discriminator"](filled, mask)
    assert recon.shape == filled.shape == image.shape
    assert logits.shape == (batch, size[0] // 8, size[1] // 8, 16)
    assert scores.shape == (batch, size[0] // 64 * size[1] // 64 * 16)


@pytest.mark.parametrize("name", ["structure_condition", "texture_generator"])
def test_missing_pixels_are_never_seen(networks, name):
    mask = tiny.center_masks()
    image = tiny.images()
    other = image * (1 - mask) + tiny.images(seed=1) * mask
    top = tf.random.normal([2, 8, 8, 4])
    extra = [top] if name == "texture_generator" else []
    network = networks[name]
    np.testing.assert_array_equal(
        network(image, mask, *extra), network(other, mask, *extra)
    )


def test_batch_of_two_equals_two_batches_of_one(networks):
    image, mask = tiny.images(), tiny.center_masks()
    top = tf.random.normal([2, 8, 8, 4])
    both = networks["texture_generator"](image, mask, top)
    for i in range(2):
        one = networks["texture_generator"](
            image[i : i + 1], mask[i : i + 1], top[i : i + 1]
        )
        # Other blocking of the same float32 sums.
        np.testing.assert_allclose(both[i : i + 1], one, atol=1e-5)


def _structural_attention_by_loops(structure, scale):
    """Section 3.4 place by place, for one picture, in float64."""
    height, width, _ = structure.shape
    padded = np.pad(structure.astype(np.float64), [(1, 1), (1, 1), (0, 0)])
    places = [(i, j) for i in range(height) for j in range(width)]
    patches = [padded[i : i + 3, j : j + 3].ravel() for i, j in places]
    distance = np.array([[((a - b) ** 2).sum() for b in patches] for a in patches])
    mean, std = distance.mean(1, keepdims=True), distance.std(1, keepdims=True)
    scores = -np.tanh((distance - mean) / std)

    def fuse(scores, order):
        """Sum over both places moved one step along `order`, where both exist."""
        total = np.zeros_like(scores)
        rank = {place: r for r, place in enumerate(order)}
        for a, p in enumerate(places):
            for b, q in enumerate(places):
                for step in (-1, 0, 1):
                    r, s = rank[p] + step, rank[q] + step
                    if 0 <= r < len(order) and 0 <= s < len(order):
                        c, d = places.index(order[r]), places.index(order[s])
                        total[a, b] += scores[c, d]
        return total

    by_column = [(i, j) for j in range(width) for i in range(height)]
    scores = fuse(fuse(scores, places), by_column) * scale
    weights = np.exp(scores - scores.max(1, keepdims=True))
    return weights / weights.sum(1, keepdims=True)


def test_structural_attention_equals_plain_loops():
    structure = np.random.default_rng(0).normal(size=(2, 3, 4, 2)).astype(np.float32)
    ours = attention.structural_attention(tf.constant(structure), 2.0)
    for i in range(2):
        expected = _structural_attention_by_loops(structure[i], 2.0)
        np.testing.assert_allclose(ours[i], expected, atol=1e-5)


def test_a_flat_structure_attends_without_nan():
    weights = attention.structural_attention(tf.zeros([1, 4, 4, 2]), 50.0)
    assert np.isfinite(weights).all()


def test_reassemble_moves_whole_patches():
    features = np.arange(4 * 6 * 2, dtype=np.float32).reshape(1, 4, 6, 2)
    places = 2 * 3
    swap = np.eye(places, dtype=np.float32)[[1, 0, 2, 3, 4, 5]][None]
    moved = attention.reassemble(tf.constant(swap), tf.constant(features), 2).numpy()
    np.testing.assert_array_equal(moved[:, :2, :2], features[:, :2, 2:4])
    np.testing.assert_array_equal(moved[:, :2, 2:4], features[:, :2, :2])
    np.testing.assert_array_equal(moved[:, 2:], features[:, 2:])
