"""Gradient checkpointing: the same training in less memory."""

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.forms import short_for
from tests.stage_world import NAMES, make_stage
from vqinpaint.ops.recomputing import recomputing, wanted
from vqinpaint.stages.base import Batch
from vqinpaint.training import estimate

# Of the other family one case on one tier, as its graph takes longest to make.
CASES = [
    *(
        pytest.param(name, parts, marks=pytest.mark.portable)
        for name in NAMES
        for parts in (1, 2)
    ),
    ("pic", 2),
]


def _made(name, recompute, **kwargs):
    with recomputing(recompute):
        return make_stage(name, **kwargs)


def _moments(stage):
    """The loss of one step, and Adam's moments after it: the gradients and squares."""
    batch = Batch(tf.constant(tiny.images(2)), tf.constant(tiny.center_masks(2)))
    step = tf.function(lambda *batch: stage.train_step(Batch(*batch), tf.constant(0)))
    scalars = step(*batch)
    moments = [v.numpy() for v in stage.optimizer.variables if v.shape.rank]
    return float(scalars[stage.headline]), moments


@pytest.mark.parametrize(
    "name, parts", short_for(CASES, ("structure", 2), ("texture", 1))
)
def test_losses_and_gradients_are_the_same(name, parts):
    kept, again = (
        _moments(_made(name, recompute, accumulate=parts))
        for recompute in (False, True)
    )
    # Float32 rounding: TensorFlow may fuse the same operations in another way.
    assert kept[0] == pytest.approx(again[0], rel=1e-6)
    for one, other in zip(kept[1], again[1]):
        largest = np.abs(one).max()
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5 * largest)


@pytest.mark.parametrize("name, share", [("structure", 0.5), ("texture", 0.6)])
def test_less_is_kept_for_the_gradient(name, share):
    kept, again = (
        estimate.activation_bytes(_made(name, recompute), 2, 64)
        for recompute in (False, True)
    )
    assert again < share * kept


def test_only_what_is_made_inside_recomputes():
    with pytest.raises(ZeroDivisionError), recomputing():
        assert wanted()
        raise ZeroDivisionError
    assert not wanted()
