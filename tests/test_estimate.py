"""What a stage is said to need before it is trained."""

import pytest
import tensorflow as tf

from tests.stage_world import NAMES, make_stage, variables_of
from vqinpaint.training import estimate


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_counted_by_network(name):
    stage = make_stage(name)
    counts = estimate.parameters(stage)
    total = counts.pop("all")
    assert total == sum(counts.values())
    assert total == sum(int(tf.size(v)) for v in stage.variables)
    assert len(counts) == 2  # every stage trains two networks


def test_state_holds_checkpoint_and_gradients():
    stage = make_stage("structure")
    # The averages know the variables that they follow, which are stored once.
    variables = {id(v): v for v in variables_of(stage)}.values()
    held = sum(v.numpy().nbytes for v in variables)
    gradients = 4 * estimate.parameters(stage)["all"]
    assert estimate.state_bytes(stage) == held + gradients


def test_activations_grow_with_pictures_and_pixels():
    stage = make_stage("vqvae")
    one, two, large = (
        estimate.activation_bytes(stage, rows, size)
        for rows, size in ((1, 64), (2, 64), (1, 128))
    )
    # Codebook look-ups keep some bytes that do not grow.
    assert two == pytest.approx(2 * one, rel=0.01)
    assert large == pytest.approx(4 * one, rel=0.01)


def test_a_stage_of_several_parts_is_not_measured():
    with pytest.raises(ValueError, match="2 parts.*accumulate=1"):
        estimate.activation_bytes(make_stage("vqvae", accumulate=2), 1, 64)
