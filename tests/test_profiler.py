"""The profile that --profile takes."""

import tensorflow as tf
from tensorflow.tsl.profiler.protobuf import xplane_pb2

from tests.stage_world import batches, make_stage
from vqinpaint import training
from vqinpaint.options import LoopOptions
from vqinpaint.training.profiler import FIRST


def _marked_steps(space):
    """Numbers of the steps whose marks a profile holds."""
    found = set()
    for plane in space.planes:
        names = {i: stat.name for i, stat in plane.stat_metadata.items()}
        events = (event for line in plane.lines for event in line.events)
        for event in events:
            if plane.event_metadata[event.metadata_id].name == "train":
                found |= {
                    stat.int64_value
                    for stat in event.stats
                    if names[stat.metadata_id] == "step_num"
                }
    return found


def test_a_profile_holds_the_steps_asked_for_each_marked(tmp_path):
    """TensorBoard tells steps, and the share of their input, by these marks alone."""
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        stage = make_stage("vqvae")
    options = LoopOptions(log_every=100, profile=2)
    loop = training.Loop(stage, strategy, str(tmp_path), options)
    loop.run(batches, FIRST + 4)
    (path,) = tmp_path.glob("plugins/profile/*/*.xplane.pb")
    space = xplane_pb2.XSpace.FromString(path.read_bytes())
    assert _marked_steps(space) == {FIRST + 1, FIRST + 2}
