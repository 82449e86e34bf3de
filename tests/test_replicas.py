"""A step on two replicas is the step of one on the whole batch."""

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.forms import short_for
from tests.stage_world import (
    CASES,
    make_stage,
    require_same_moments,
    step_number,
    variables_of,
)
from vqinpaint.stages.base import Batch


@pytest.mark.parametrize("name", short_for(CASES, "vqvae", "texture"))
def test_two_replicas_step_as_one_does(name, two_replicas):
    """Losses, weights, codebook sums and spectral vectors on half batches each."""
    image, mask = tiny.images(4), tiny.center_masks(4)
    one = make_stage(name, dropout=0.0)
    strategy = two_replicas
    with strategy.scope():
        two = make_stage(name, dropout=0.0)

    @tf.function
    def two_step(batch, step):
        return strategy.run(two.train_step, args=(batch, step))

    for step in range(3):
        expected = one.train_step(Batch(image, mask), step_number(step))
        halves = strategy.experimental_distribute_values_from_function(
            lambda context: Batch(
                *(
                    tf.split(x, 2)[context.replica_id_in_sync_group]
                    for x in (image, mask)
                )
            )
        )
        result = two_step(halves, step_number(step))
        for key, value in expected.items():
            mean = np.mean(
                [v.numpy() for v in strategy.experimental_local_results(result[key])]
            )
            # Sums in another order, three steps deep.
            np.testing.assert_allclose(mean, value, rtol=2e-4, atol=1e-5)
    require_same_moments(one, two)
    for variable in variables_of(two):
        copies = strategy.experimental_local_results(variable)
        np.testing.assert_array_equal(copies[0], copies[-1])
