"""Every stage keeps the contract of `stages.base.Stage`."""

import inspect
import typing

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.forms import short_for
from tests.stage_world import CASES, batches, make_stage, state_of, step_number
from vqinpaint import training
from vqinpaint.options import LoopOptions
from vqinpaint.stages.base import Batch, Stage
from vqinpaint.training import estimate


def _batch():
    return Batch(tiny.images(), tiny.center_masks())


@pytest.mark.parametrize("name", CASES)
def test_members_have_the_promised_names_types_and_signatures(name):
    stage = make_stage(name)
    for member, kind in typing.get_type_hints(Stage).items():
        assert isinstance(getattr(stage, member), typing.get_origin(kind) or kind)
    for member, function in vars(Stage).items():
        if inspect.isfunction(function) and not member.startswith("_"):
            own = inspect.signature(getattr(type(stage), member))
            assert own == inspect.signature(function), member
    assert stage.name == name and name in stage.checkpoint_items()
    assert stage.checkpoint_items()["optimizer"] is stage.optimizer
    # Slots are stored by number, so they stand in the order of the variables.
    items = stage.checkpoint_items().items()
    optimizers = [item for name, item in items if name.endswith("optimizer")]
    slots = [v.shape for optimizer in optimizers for v in optimizer._momentums]
    assert slots == [v.shape for v in stage.variables]


@pytest.mark.parametrize("name", CASES)
def test_scalars_pictures_and_codebooks_have_the_promised_shapes(name):
    stage = make_stage(name)
    trained = stage.train_step(_batch(), step_number(0))
    evaluated = stage.eval_step(_batch())
    for scalar in (*trained.values(), *evaluated.values()):
        assert scalar.dtype == tf.float32 and scalar.shape == ()
    assert float(trained["skipped"]) == 0 and "skipped" not in evaluated
    assert stage.headline in trained and stage.headline in evaluated
    for picture in stage.pictures(_batch()).values():
        assert picture.dtype == tf.float32 and picture.shape == (2, 64, 64, 3)
        assert np.abs(picture).max() <= 1
    for view in stage.codebooks().values():
        assert view.codes.shape == (16, 4) and view.counts.shape == (16,)
        assert view.patches.shape[0] == 16 and view.patches.shape[-1] == 3
    assert bool(stage.codebooks()) == (name == "vqvae")


@pytest.mark.parametrize("name", CASES)
def test_averaged_weights_leave_when_their_context_ends(name):
    stage = make_stage(name, learning_rate=0.1)
    stage.train_step(_batch(), step_number(0))
    before = state_of(stage)
    with stage.averaged():
        within = state_of(stage)
    changed = any((a != b).any() for a, b in zip(before, within))
    # Neither paper's authors keep averages of what is trained against a discriminator.
    assert changed == (name not in ("texture", "pic"))
    for a, b in zip(before, state_of(stage)):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", short_for(CASES[:4], "vqvae"))
def test_nobody_sets_an_attribute_of_a_stage(name, tmp_path):
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        stage = make_stage(name)

    def refuse(self, attribute, value):
        raise AttributeError(f"{attribute} is set from outside")

    kind = type(stage)
    stage.__class__ = type(kind.__name__, (kind,), {"__setattr__": refuse})
    with pytest.raises(AttributeError):
        stage.parts = 2
    estimate.activation_bytes(stage, 1, 64)
    options = LoopOptions(save_every=1, log_every=1)
    training.Loop(stage, strategy, str(tmp_path), options).run(batches, 1)
