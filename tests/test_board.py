"""What TensorBoard is given."""

import tensorflow as tf
from tensorboard.plugins.hparams import metadata

from vqinpaint.training.board import Board


def _hyperparameters(folder):
    """Those that the event files of a folder hold, by name."""
    for path in folder.glob("events.out.tfevents.*"):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                if value.tag == metadata.SESSION_START_INFO_TAG:
                    content = value.metadata.plugin_data.content
                    info = metadata.parse_session_start_info_plugin_data(content)
                    return dict(info.hparams)
    return None


def test_lines_of_steps_that_are_taken_again_go(tmp_path):
    board = Board(str(tmp_path))
    for step in (100, 200, 300):
        board.scalars("train", step, {"loss": 1.0})
    log = tmp_path / "log.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text(log.read_text() + '{"step": 40')  # cut off by a kill
    board.forget_after(200)
    assert log.read_text().splitlines(keepends=True) == lines[:2]
    log.unlink()
    board.forget_after(200)
    assert not log.exists()


def test_options_that_are_left_out_are_no_hyperparameters(tmp_path):
    board = Board(str(tmp_path))
    board.hyperparameters({"loop.keep": 3, "optimizer.steps": None, "data.flip": True})
    board.flush()
    found = _hyperparameters(tmp_path)
    assert set(found) == {"loop.keep", "data.flip"}
    assert found["loop.keep"].number_value == 3
