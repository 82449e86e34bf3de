"""Training steps: alone, on two replicas, stopped and resumed."""

import dataclasses
import json
import os
import shutil
import signal

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from vqinpaint import training
from vqinpaint.environment.keras2 import keras
from vqinpaint.errors import Interrupted, ModelError
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import OptimizerOptions
from vqinpaint.runs import folders
from vqinpaint.stages import making
from vqinpaint.stages.base import Batch
from vqinpaint.stages.structure import StructureSchedule, StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage

pytestmark = pytest.mark.numerical

NAMES = ["vqvae", "structure", "texture"]
HEADLINE = StructureStage.headline


def _stage(name, dropout=0.1, learning_rate=1e-3):
    """A stage with the same weights every time."""
    keras.utils.set_random_seed(3)
    structure = dataclasses.replace(tiny.OPTIONS.structure, dropout=dropout)
    options = dataclasses.replace(tiny.OPTIONS, structure=structure)
    optimizer = OptimizerOptions(learning_rate=learning_rate)
    vqvae = VQVAE(options)
    vqvae.encoder.top_codebook.codes.assign(0.3 * vqvae.encoder.top_codebook.codes)
    if name == "vqvae":
        return VQVAEStage(options, optimizer, vqvae)
    if name == "structure":
        return StructureStage(options, optimizer, vqvae)
    return TextureStage(options, optimizer, vqvae)


def _variables(stage):
    """Every variable that a checkpoint of the stage holds."""
    items = stage.checkpoint_items()
    modules = [item for item in items.values() if isinstance(item, tf.Module)]
    found = [v for module in modules for v in module.variables]
    return found + list(items["optimizer"].variables)


def _state(stage):
    return [v.numpy() for v in _variables(stage)]


def _statistics(stage):
    """Codebook averages and spectral vectors: what the forward pass itself moves."""
    modules = [m for m in stage.checkpoint_items().values() if isinstance(m, tf.Module)]
    words = ("codes", "counts", "sums", "left")
    return [
        v.numpy()
        for m in modules
        for v in m.variables
        if v.name.split(":")[0].endswith(words) and not v.trainable
    ]


def _batches(context=None, step=0):
    """Endless batches of two, different at every step."""

    def batch(i):
        image = tf.random.stateless_uniform([2, 64, 64, 3], [1, i], 0, 256, tf.int32)
        return tf.cast(image, tf.uint8), tf.cast(tiny.center_masks() * 255, tf.uint8)

    numbers = tf.data.Dataset.counter(step)
    return numbers.map(lambda i: batch(tf.cast(i, tf.int32)))


def _require_same_moments(one, two):
    """Moments of Adam, codebook averages and spectral vectors agree to rounding.

    Moments stand for the gradients; the weights themselves would not do, as Adam blows
    the rounding of zero gradients up to whole steps.
    """
    moments = [
        np.concatenate([v.numpy().ravel() for v in s.optimizer.variables[2:]])
        for s in (one, two)
    ]
    assert np.abs(moments[0] - moments[1]).max() < 1e-4 * np.abs(moments[0]).max()
    for a, b in zip(_statistics(one), _statistics(two)):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


def _loop(name, folder, faults=None):
    """A loop over a fresh stage on one replica."""
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        stage = _stage(name)
    options = training.LoopOptions(save_every=2, log_every=1)
    return training.Loop(stage, strategy, str(folder), options, faults=faults)


@pytest.mark.parametrize("name", NAMES)
def test_two_replicas_step_as_one_does(name, two_replicas):
    """Losses, weights, codebook sums and spectral vectors on half batches each."""
    image, mask = tiny.images(4), tiny.center_masks(4)
    one = _stage(name, dropout=0.0)
    strategy = two_replicas
    with strategy.scope():
        two = _stage(name, dropout=0.0)

    @tf.function
    def two_step(batch, step):
        return strategy.run(two.train_step, args=(batch, step))

    for step in range(3):
        expected = one.train_step(Batch(image, mask), tf.constant(step, tf.int64))
        halves = strategy.experimental_distribute_values_from_function(
            lambda context: Batch(
                *(
                    tf.split(x, 2)[context.replica_id_in_sync_group]
                    for x in (image, mask)
                )
            )
        )
        result = two_step(halves, tf.constant(step, tf.int64))
        for key, value in expected.items():
            mean = np.mean(
                [v.numpy() for v in strategy.experimental_local_results(result[key])]
            )
            # Sums in another order, three steps deep.
            np.testing.assert_allclose(mean, value, rtol=2e-4, atol=1e-5)
    _require_same_moments(one, two)
    for variable in _variables(two):
        copies = strategy.experimental_local_results(variable)
        np.testing.assert_array_equal(copies[0], copies[-1])


@pytest.mark.parametrize("name", NAMES)
def test_an_interrupted_run_ends_where_a_whole_one_does(name, tmp_path):
    whole = _loop(name, tmp_path / "whole")
    whole.run(_batches, 5)
    first = _loop(name, tmp_path / "parts")
    train_step = first._train_step

    def step_then_interrupt(batch, step, stop):
        if int(step) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return train_step(batch, step, stop)

    first._train_step = step_then_interrupt
    with pytest.raises(Interrupted, match="SIGINT at step 3"):
        first.run(_batches, 5)
    resumed = _loop(name, tmp_path / "parts")
    for variable in _variables(resumed.stage):
        variable.assign(tf.zeros_like(variable))  # all must come from the checkpoint
    resumed.run(_batches, 5)
    # Threads may add in another order here; tests/survival.py holds --deterministic to
    # the bits.
    _require_same_moments(whole.stage, resumed.stage)
    batch = Batch(tiny.images(4), tiny.center_masks(4))
    for key, value in whole.stage.eval_step(batch).items():
        np.testing.assert_allclose(
            resumed.stage.eval_step(batch)[key], value, rtol=1e-3, atol=1e-4
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_single_picture_of_another_size_trains(name):
    stage = _stage(name)
    batch = Batch(tiny.images(1, size=128), tiny.center_masks(1, size=128))
    before = stage.eval_step(batch)[stage.headline]
    for step in range(5):
        scalars = stage.train_step(batch, tf.constant(step, tf.int64))
        assert all(np.isfinite(value) for value in scalars.values())
    assert stage.eval_step(batch)[stage.headline] < before


def test_a_later_stage_leaves_the_vqvae_alone():
    for name in ("structure", "texture"):
        stage = _stage(name)
        before = [v.numpy() for v in stage.vqvae.variables]
        stage.train_step(
            Batch(tiny.images(), tiny.center_masks()), tf.constant(0, tf.int64)
        )
        for a, b in zip(before, stage.vqvae.variables):
            np.testing.assert_array_equal(a, b)


def test_evaluation_changes_nothing():
    for name in NAMES:
        stage = _stage(name)
        before = _state(stage)
        with stage.averaged():
            stage.eval_step(Batch(tiny.images(), tiny.center_masks()))
            stage.pictures(Batch(tiny.images(), tiny.center_masks()))
        for a, b in zip(before, _state(stage)):
            np.testing.assert_array_equal(a, b)


def test_dropout_is_on_in_training_only_and_follows_the_step():
    # At this learning rate float32 weights do not move, so steps can be compared; what
    # differs is well above the rounding of a mean of about 4.6 bits.
    stage = _stage("structure", dropout=0.5, learning_rate=1e-20)
    tiny.randomise(stage.structure.prior)
    batch = Batch(tiny.images(), tiny.center_masks())

    def trained(step):
        return float(stage.train_step(batch, tf.constant(step, tf.int64))[HEADLINE])

    def evaluated():
        return float(stage.eval_step(batch)[HEADLINE])

    whole = evaluated()
    assert trained(0) == trained(0)
    assert abs(trained(0) - trained(1)) > 5e-5
    assert abs(trained(0) - whole) > 5e-5
    assert evaluated() == whole


def test_without_dropout_training_sees_what_evaluation_sees():
    stage = _stage("structure", dropout=0.0, learning_rate=1e-20)
    batch = Batch(tiny.images(), tiny.center_masks())
    trained = float(stage.train_step(batch, tf.constant(0, tf.int64))[HEADLINE])
    # The same sums, once in a gradient tape and once without: float32 rounding.
    assert trained == pytest.approx(float(stage.eval_step(batch)[HEADLINE]), rel=1e-5)


def test_one_writer_per_folder(tmp_path):
    with training.only_writer(str(tmp_path)):
        with pytest.raises(ModelError, match=str(os.getpid())):
            with training.only_writer(str(tmp_path)):
                pass
    with training.only_writer(str(tmp_path)):
        pass


def test_schedule_rises_to_its_published_peak():
    rates = StructureSchedule(128)(tf.range(0, 200_000, 100)).numpy()
    assert abs(rates.max() - 3.69e-4) < 1e-6
    assert abs(int(rates.argmax()) * 100 - 46_900) <= 200


def test_a_prior_to_look_at_changes_no_initial_weight(tmp_path):
    tiny.run_folder(tmp_path)
    arguments = ("texture", tiny.OPTIONS, OptimizerOptions(), str(tmp_path), 3)
    with_prior = making.make_stage(*arguments)
    shutil.rmtree(tmp_path / "structure")
    without = making.make_stage(*arguments)
    assert with_prior.structure is not None and without.structure is None
    for network in ("generator", "discriminator"):
        pair = (getattr(stage.texture, network) for stage in (with_prior, without))
        for a, b in zip(*(network.trainable_variables for network in pair)):
            np.testing.assert_array_equal(a, b)


def test_a_prior_with_the_heads_of_version_0_1_is_refused(tmp_path):
    tiny.run_folder(tmp_path)
    path = tmp_path / "structure/options.json"
    saved = json.loads(path.read_text())
    for heads, refused in ((2, True), (8, False)):
        saved["version"], saved["model"]["structure"]["heads"] = "0.1.0", heads
        path.write_text(json.dumps(saved))
        if refused:
            with pytest.raises(ModelError, match="2 attention heads.*train it anew"):
                folders.saved_options(str(tmp_path), "structure")
        else:
            assert folders.saved_options(str(tmp_path), "structure")
        assert folders.saved_options(str(tmp_path), "texture")


def test_validation_tells_how_hard_each_loss_pulls():
    batch = Batch(tiny.images(), tiny.center_masks())

    def pulls(**weights):
        stage = _stage("texture")
        stage.options = dataclasses.replace(stage.options, **weights)
        found = stage.eval_step(batch)
        return {k: float(v) for k, v in found.items() if k.startswith("pull_")}

    some, less = (
        pulls(),
        pulls(adversarial_weight=tiny.OPTIONS.texture.adversarial_weight / 10),
    )
    assert min(some.values()) > 0
    # A norm is linear in the weight of its loss, to float32 rounding.
    assert less.pop("pull_adversarial") == pytest.approx(
        some.pop("pull_adversarial") / 10, rel=1e-5
    )
    assert less == some
    # One missing pixel's share of a mean of absolute differences is known.
    missing = 3 * float(tf.reduce_sum(batch.mask))
    values = tf.size(batch.image, tf.float32)
    assert some["pull_absolute_error"] == pytest.approx(
        missing**0.5 / float(values), rel=1e-5
    )
