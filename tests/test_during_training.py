"""Evaluations of the whole model while a stage of it is trained."""

import json

import pytest
import tensorflow as tf

from tests import small_data, tiny
from tests.commands import run
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.evaluating import during_training
from vqinpaint.options import DataOptions, LoopOptions
from vqinpaint.reporting import Reporter
from vqinpaint.runs import locating


class _Notes(Reporter):
    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


def _planned(run_dir, stage="structure", split="val", every=1, reporter=None):
    return during_training.planned(
        *(LoopOptions(evaluate_every=every), str(run_dir), stage, "nowhere", split),
        *(DataOptions(), reporter or _Notes()),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("during") / "run"
    tiny.run_folder(folder)
    return folder


def _images(folder):
    """Names of the pictures that TensorBoard shows, and the steps that they are of."""
    found = set()
    for path in folder.glob("events.out.tfevents.*"):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name == "images":
                    found.add((value.tag, event.step))
    return found


def test_tensorboard_and_log_get_figures_of_the_newest_checkpoint(folder, tmp_path):
    data = small_data.write(tmp_path / "data")
    before = locating.weights(locating.locate(str(folder)))
    run(
        *("-m", "vqinpaint.train", "--stage=structure", *tiny.FLAGS),
        *(f"--data={data}", "--eval_split=train", f"--run_dir={folder}"),
        *("--structure_steps=2", "--log_every=1", "--evaluate_every=2"),
        *("--evaluate_pictures=1", "--eval_pictures=1"),
    )
    stage = folder / "structure"
    lines = [json.loads(line) for line in open(stage / "log.jsonl", encoding="utf-8")]
    (found,) = [line for line in lines if line["kind"] == "evaluation"]
    assert found["step"] == 2 and found["bits_per_code"] > 0
    for temperature in ("0.5", "0.75", "1"):
        assert found[f"hole_l1 at temperature {temperature}"] > 0
    assert {("temperatures", 2), ("entropy", 2)} <= _images(stage)
    measured = json.loads((stage / "evaluations" / "step-2.json").read_text())
    # The figures are of what this training saved, and not of what it began with.
    assert measured["weights"] == locating.weights(locating.locate(str(folder)))
    assert measured["weights"] != before


def test_an_evaluation_that_fails_is_told_and_training_goes_on(folder):
    reporter = _Notes()
    evaluate = _planned(folder, reporter=reporter)
    assert evaluate(7, lambda: False) is None
    (note,) = reporter.notes
    assert note.startswith("no evaluation after step 7: ") and "nowhere" in note
    assert "\n" not in note


def test_a_signal_ends_an_evaluation(folder):
    reporter = _Notes()
    assert _planned(folder, reporter=reporter)(7, lambda: True) is None
    assert not reporter.notes


def test_what_cannot_be_evaluated_is_refused_before_training(folder, tmp_path):
    assert _planned(tmp_path, every=0) is None
    with pytest.raises(UsageError, match="while vqvae is trained"):
        _planned(folder, "vqvae")
    with pytest.raises(UsageError, match="--eval_split"):
        _planned(folder, split="")
    with pytest.raises(ModelError, match="no trained texture stage"):
        _planned(tmp_path)
