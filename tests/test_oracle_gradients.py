"""Gradients of each stage's loss by every variable, as the authors' graph gives them."""

import numpy as np
import pytest
import tensorflow as tf

from tests.oracle import Networks, relative_error
from vqinpaint.ops import losses
from vqinpaint.options import OptimizerOptions
from vqinpaint.stages.base import Batch
from vqinpaint.stages.texture import TextureStage

pytestmark = pytest.mark.numerical

# Sums over thousands of places in another order; seen: 6e-6 at most.
TOLERANCE = 1e-4


def _named_gradients(networks, parts, loss_of):
    """Gradients by the authors' names; heads are cut out of fused variables."""
    variables = [v for part in parts for v in part.trainable_variables]
    with tf.GradientTape() as tape:
        loss = loss_of()
    by_variable = {
        id(v): g.numpy() for v, g in zip(variables, tape.gradient(loss, variables))
    }
    return {
        name: by_variable[id(slot.variable)][..., slot.columns]
        for name, slot in networks.slots.items()
        if id(slot.variable) in by_variable
    }


@pytest.fixture(scope="module")
def gradients(oracle):
    networks = Networks(oracle)
    stage = TextureStage(
        networks.options, OptimizerOptions(), networks.vqvae, networks.texture
    )
    batch = Batch(tf.constant(oracle.image()), tf.constant(oracle.mask()))
    truth = networks.vqvae.encoder(batch.image)
    outputs = oracle.arrays("outputs")
    completed = tf.constant(outputs["complete"])

    def structure_loss():
        condition = networks.structure.condition(batch.image, batch.mask)
        logits = networks.structure.prior(outputs["quant_t"], condition)
        bits = losses.bits(logits, outputs["idx_t"])
        return tf.reduce_sum(bits) * np.log(2)

    def generator_loss():
        filling = stage._filling(batch, truth.top.vectors)
        return sum(stage._generator_losses(batch, truth, filling).values())

    def discriminator_loss():
        return stage._discriminator_loss(batch, completed)

    structure = [networks.structure.condition, networks.structure.prior]
    texture = networks.texture
    return {
        "structure": _named_gradients(networks, structure, structure_loss),
        "generator": _named_gradients(networks, [texture.generator], generator_loss),
        "discriminator": _named_gradients(
            networks, [texture.discriminator], discriminator_loss
        ),
    }


def _key_biases(oracle):
    """Names of the biases of attention keys: a softmax ignores them."""
    networks = Networks(oracle)
    ignored = {
        id(block.attend.keys.bias)
        for block in networks.structure.prior.lower
        if block.attend is not None
    }
    return {n for n, slot in networks.slots.items() if id(slot.variable) in ignored}


@pytest.mark.parametrize("part", ["structure", "generator", "discriminator"])
def test_gradients_equal_the_authors(oracle, gradients, part):
    expected = {
        key.split("|")[1]: value
        for key, value in oracle.arrays("gradients").items()
        if key.startswith(part)
    }
    assert set(gradients[part]) == set(expected)
    largest = max(np.max(np.abs(value)) for value in expected.values())
    zero = _key_biases(oracle) & set(expected)
    for name in zero:  # nothing but rounding, in theirs as in ours
        assert np.max(np.abs(gradients[part][name])) < 1e-6 * largest
    errors = {
        name: relative_error(gradients[part][name], value)
        for name, value in expected.items()
        if name not in zero
    }
    worst = max(errors, key=errors.get)
    assert errors[worst] < TOLERANCE, f"{worst}: {errors[worst]:.2g}"
