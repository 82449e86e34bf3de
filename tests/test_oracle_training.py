"""Three steps of each stage end at the authors' variables, averages and losses."""

import pytest
import tensorflow as tf

from tests.oracle import Networks, relative_error
from vqinpaint.options import OptimizerOptions
from vqinpaint.stages.base import Batch
from vqinpaint.stages.structure import StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage

pytestmark = pytest.mark.numerical

# Adam divides by the gradient's own size, so rounding in tiny gradients grows; seen 4e-6.
TOLERANCE = 1e-4

LOSSES = {
    "vqvae": {"recon_loss": "reconstruction", "commit_loss": "commitment"},
    "structure": {"bits_per_dim": "bits_per_code"},
    "texture": {"gen_loss": "generator", "dis_loss": "discriminator"},
}


def _train(oracle, name):
    """Networks, stage and losses after three steps from the fixture's weights."""
    networks, optimizer = Networks(oracle), OptimizerOptions()
    stage = {
        "vqvae": lambda: VQVAEStage(networks.options, optimizer, networks.vqvae),
        "structure": lambda: StructureStage(
            networks.options, optimizer, networks.vqvae, networks.structure
        ),
        "texture": lambda: TextureStage(
            networks.options, optimizer, networks.vqvae, networks.texture
        ),
    }[name]()
    mask = tf.constant(oracle.mask())
    scalars = [
        stage.train_step(Batch(tf.constant(image), mask), tf.constant(i, tf.int64))
        for i, image in enumerate(oracle.arrays("training")["images"])
    ]
    return networks, stage, scalars


@pytest.fixture(scope="module", params=["vqvae", "structure", "texture"])
def trained(oracle, request):
    return request.param, *_train(oracle, request.param)


def _expected(oracle, stage, kind):
    prefix = f"{stage}|{kind}|"
    return {
        key[len(prefix) :]: value
        for key, value in oracle.arrays("training").items()
        if key.startswith(prefix)
    }


def _require_close(slots, expected):
    errors = {n: relative_error(slots[n].read(), v) for n, v in expected.items()}
    worst = max(errors, key=errors.get)
    assert errors[worst] < TOLERANCE, f"{worst}: {errors[worst]:.2g}"


def test_losses_before_each_step(oracle, trained):
    name, _, _, scalars = trained
    for theirs, ours in LOSSES[name].items():
        values = [float(step[ours]) for step in scalars]
        expected = oracle.arrays("training")[f"{name}|{theirs}"]
        assert relative_error(values, expected) < 1e-5


def test_variables_after_three_steps(oracle, trained):
    name, networks, _, _ = trained
    expected = _expected(oracle, name, "after")
    assert expected
    _require_close(networks.named(averages=True), expected)


def test_polyak_averages_after_three_steps(oracle, trained):
    name, networks, stage, _ = trained
    expected = _expected(oracle, name, "polyak")
    with stage.averaged():
        if expected:
            _require_close(networks.slots, expected)
        else:
            # The authors keep none in this stage, so nothing may move.
            _require_close(networks.slots, _expected(oracle, name, "after"))
