"""Losses, gradients and three training steps end at the authors' numbers."""

import numpy as np
import pytest
import tensorflow as tf

from tests import pic_oracle as oracle
from vqinpaint.options import OptimizerOptions
from vqinpaint.options.pic import PicModelOptions
from vqinpaint.stages import pic as pic_stage
from vqinpaint.stages import updates
from vqinpaint.stages.base import Batch

pytestmark = pytest.mark.numerical

LOSSES = ("kl_rec", "kl_g", "app_rec", "app_g", "ad_g", "ad_rec", "img_d", "img_d_rec")


def _stage(**changed):
    """The fixture's stage, and its slots by the fixture's names."""
    pic, names = oracle.networks(**changed)
    # The stage reads the pictures' sides off the batch; this one is of the networks alone.
    options = PicModelOptions(image_size=1024, pic=oracle.options(**changed))
    return pic_stage.PicStage(options, OptimizerOptions(), pic), names


def _inputs(step):
    image, mask, *noise = map(tf.constant, oracle.step_inputs(step))
    return Batch(image, mask), pic_stage.Noise(*noise)


@pytest.fixture(scope="module")
def trained():
    """(losses of three steps, gradients of the first, all slots after the third)."""
    taken = []

    def minimise(optimizer, gradients, variables):
        taken.extend(zip(variables, gradients))
        return updates.minimise(optimizer, gradients, variables)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pic_stage, "minimise", minimise)
        stage, names = _stage()
        losses = [stage.step_with(*_inputs(step)) for step in range(3)]
    count = len(stage.variables)
    first = {variable.ref(): gradient for variable, gradient in taken[:count]}
    return losses, first, names


def test_losses_of_three_steps_are_the_authors(trained):
    expected = oracle.arrays("training")
    for name in LOSSES:
        values = [float(step[name]) for step in trained[0]]
        # Float32; ad_rec, a small difference of scores that are nearly equal, is seen to
        # differ by 4e-5 of itself, all others by 2e-6 in the first step.
        tolerance = 2e-3 if name == "ad_rec" else 2e-4
        np.testing.assert_allclose(
            values, expected[f"loss/{name}"], rtol=tolerance, err_msg=name
        )


def _in_theory_zero(name):
    """Biases before an instance norm, whose gradients are float noise alone."""
    return "/decoder" in name and name.endswith("/conv1/bias")


def test_gradients_are_the_authors(trained):
    expected, errors = oracle.arrays("gradients"), {}
    for name, slot in trained[2].items():
        gradient = trained[1].get(slot.variable.ref())
        if gradient is None or _in_theory_zero(name):
            continue
        network = name.split("/")[0]
        kind = "dis" if network.startswith("D") else "gen"
        values = expected[f"{kind}/{name}"]
        # Of the layer's largest, which thinning may have left out.
        largest = np.max(np.abs(gradient))
        errors[name] = oracle.error(slot.of(gradient), values) / largest
    assert len(errors) > 200
    # One input of a leaky ReLU near 0 has the other sign; seen 2e-4, elsewhere 7e-6.
    assert max(errors.values()) < 1e-3, max(errors, key=errors.get)


def test_three_steps_end_at_the_authors_weights_and_vectors(trained):
    expected = oracle.arrays("training")
    weights, vectors = {}, {}
    for name, slot in trained[2].items():
        if _in_theory_zero(name):
            continue
        kind = vectors if name.endswith("/u") else weights
        kind[name] = oracle.error(slot.read(), expected[f"after3/{name}"])
    assert len(weights) > 200 and len(vectors) > 100
    # Adam divides by the gradient's own size: a sign that rounding turns is a step the
    # other way (1e-4) in each of three steps. Seen 1.6e-4, in one element of the encoder
    # in the first step, which moves elements of twelve kernels of the generator later on.
    assert max(weights.values()) < 7e-4
    assert sum(error > 2e-5 for error in weights.values()) <= 20
    assert max(vectors.values()) < 1e-4  # seen 1.3e-5


def test_one_path_has_the_authors_losses():
    stage, _ = _stage(train_paths="one")
    batch, noise = _inputs(0)
    losses = stage.step_with(batch, noise)
    for name in LOSSES:
        expected = oracle.arrays("outputs")[f"one_path/loss/{name}"]
        np.testing.assert_allclose(losses[name], expected, rtol=1e-4, err_msg=name)
