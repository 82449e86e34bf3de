"""Updates that are skipped, taken in parts, or cut off from their data."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.forms import short_for
from tests.stage_world import (
    ALL,
    NAMES,
    batches,
    make_loop,
    make_stage,
    require_same_moments,
    variables_of,
)
from vqinpaint import training
from vqinpaint.errors import DataError, DivergedError
from vqinpaint.stages.adam import adam
from vqinpaint.stages.base import Batch
from vqinpaint.stages.updates import minimise


@pytest.mark.parametrize("name", short_for(NAMES, "vqvae", "texture"))
def test_numbers_that_are_not_finite_move_nothing_on_any_replica(name, two_replicas):
    """One replica's pictures are spoilt; weights, averages and statistics stay."""
    with two_replicas.scope():
        stage = make_stage(name)
    fault = training.Faults(nan=(2,))

    @tf.function
    def step_of(batch, step):
        def on_each(image, mask):
            return stage.train_step(fault.spoil(Batch(image, mask), step), step)

        return two_replicas.run(on_each, args=batch)

    def everywhere():
        local = two_replicas.experimental_local_results
        return [copy.numpy() for v in variables_of(stage) for copy in local(v)]

    batch = tiny.images(2), tiny.center_masks(2)
    states, skipped = [everywhere()], []
    for step in range(3):
        scalars = step_of(batch, tf.constant(step, tf.int64))
        skipped += [two_replicas.experimental_local_results(scalars["skipped"])]
        states.append(everywhere())
    assert [[float(s) for s in both] for both in skipped] == [[0, 0], [1, 1], [0, 0]]
    for before, after in zip(states[1], states[2]):
        np.testing.assert_array_equal(before, after)
    for changed in ((0, 1), (2, 3)):
        assert any((a != b).any() for a, b in zip(*(states[i] for i in changed)))
    assert all(np.isfinite(value).all() for value in states[3])


@pytest.mark.parametrize("size, applied", [(1e18, True), (1e20, False)])
def test_gradients_whose_squares_overflow_move_nothing(size, applied):
    """1e20 is finite, but would leave infinity in Adam's second moment for good."""
    variable = tf.Variable([1.0, 2.0])
    optimizer = adam(0.1)
    optimizer.build([variable])
    assert bool(minimise(optimizer, [tf.constant([size, 1.0])], [variable])) is applied
    assert (variable.numpy()[0] != 1.0) == applied
    assert all(np.isfinite(v.numpy()).all() for v in optimizer.variables)


def test_single_faults_pass_and_many_end_the_run(tmp_path):
    def run(steps, *faults):
        loop = make_loop("vqvae", tmp_path, training.Faults(nan=faults))
        return loop.run(batches, steps, lambda step: f"records of {step}")

    run(6, 2, 3, 5)  # three of a hundred
    lines = [json.loads(x) for x in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [x["skipped"] for x in lines] == [0, 1, 1, 0, 1, 0]
    assert np.isfinite(lines[-1]["reconstruction"])
    with pytest.raises(DivergedError, match="step 12 of vqvae.* 4 of .* records of 12"):
        run(20, 8, 9, 11, 12)
    newest = tf.train.load_checkpoint(str(tmp_path / "checkpoints"))
    for name in newest.get_variable_to_shape_map():
        value = newest.get_tensor(name)
        assert isinstance(value, bytes) or np.isfinite(value).all(), name


def test_a_shard_that_changes_under_way_is_named(tmp_path):
    def broken_batches(context, step):
        broken = tf.data.Dataset.from_tensors("no picture").map(tf.io.decode_png)
        broken = broken.map(lambda x: (tf.ensure_shape(x, [64, 64, 3])[None],) * 2)
        return (
            batches(context, step)
            .take(2)
            .concatenate(broken.map(lambda x, _: (x, x[..., :1])))
        )

    with pytest.raises(DataError, match="input of step 3 .* records of 3"):
        make_loop("vqvae", tmp_path).run(
            broken_batches, 5, lambda step: f"records of {step}"
        )


@pytest.mark.parametrize("name", short_for(ALL, "vqvae", "texture"))
def test_a_batch_in_parts_steps_as_a_whole_one(name):
    batch = Batch(tiny.images(4), tiny.center_masks(4))
    stages = [make_stage(name, dropout=0.0, accumulate=parts) for parts in (1, 2)]
    for step in range(3):
        whole, parts = (
            s.train_step(batch, tf.constant(step, tf.int64)) for s in stages
        )
        for key, value in whole.items():
            # Sums in another order, three steps deep.
            np.testing.assert_allclose(parts[key], value, rtol=2e-4, atol=1e-5)
    require_same_moments(*stages)
