"""Evaluation as an Apache Beam pipeline: the figures of one process, and failures."""

import dataclasses
import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from tests import inception_world, known_model
from tests.commands import run
from vqinpaint import errors
from vqinpaint.data import pipeline
from vqinpaint.data.records import open_split
from vqinpaint.environment import pipelines
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.evaluating import beam
from vqinpaint.evaluating.opening import opened
from vqinpaint.evaluating.subject import Wanted
from vqinpaint.options import DataOptions
from vqinpaint.options.evaluation import EvaluateOptions
from vqinpaint.options.figures import FigureOptions
from vqinpaint.reporting import SILENT, Reporter

SIDE, NUMBER = known_model.SIDE, 21
# As DirectRunner, but does not look for a faster runner on the network first.
LOCAL = ["--runner=FnApiRunner"]
DATA = DataOptions(mask="random", batch_size=2)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A folder with `records`, completions `filled`, the model `known` and `graph.pb`."""
    world = tmp_path_factory.mktemp("by_beam")
    for name in ("pictures", "filled"):
        (world / name).mkdir()
    draw = np.random.default_rng(0)
    for number in range(NUMBER):
        picture = draw.integers(20, 150, (SIDE, SIDE, 3)).astype(np.uint8)
        picture[0, 0, 0] = number
        Image.fromarray(picture).save(world / "pictures" / f"{number:02d}.png")
        for i in range(2):
            other = Image.fromarray(picture // (i + 2) + np.uint8(number))
            other.save(world / "filled" / f"{number:02d}_{i:02d}.png")
    run(
        "tools/make_tfrecords.py",
        f"--input={world / 'pictures'}",
        f"--output={world / 'records'}",
        "--split=val",
        "--shards=2",
    )
    known_model.save(world / "known")
    inception_world.write(world / "graph.pb")
    return world


def _wanted(world, folder=None, cache="", **changes):
    """All figures of a model, or of a folder."""
    options = {"model": str(world / "known"), "temperature": "0,0.5", "reinpaint": True}
    if folder:
        options = {"completions": str(folder)}
    options |= {"data": str(world / "records"), "complete": 19, "num_samples": 2}
    figures = FigureOptions(
        inception=str(world / "graph.pb"),
        plots=True,
        intervals=bool(folder),
        features_cache=str(cache),
    )
    output = str(world / "metrics.json")
    options = EvaluateOptions(output=output, **{**options, **changes})
    return Wanted(options, DATA, figures)


class _Progress(Reporter, list):
    def progress(self, what, done, total, detail=""):
        self.append((what, done, total))


def _by_beam(wanted, reporter=SILENT):
    """Parts of 16 pictures, so that the last ones are of 3 or 5."""
    return beam.measured(wanted, LOCAL, reporter, least=16)


def _equal(first, second):
    first, second = first.values(), second.values()
    assert list(first) == list(second)
    for name, array in first.items():
        assert array.dtype == second[name].dtype, name
        np.testing.assert_array_equal(array, second[name], err_msg=name)


@pytest.mark.parametrize("kind", ["model", "folder"])
def test_a_pipeline_gives_the_figures_of_one_process(world, kind):
    wanted = _wanted(world, world / "filled" if kind == "folder" else None)
    _, _, subject = opened(wanted)
    progress, one = _Progress(), opened(wanted).measured()
    found = _by_beam(wanted, progress)
    _equal(found, one)
    told = subject.outcome(found)
    assert told == subject.outcome(one)
    assert [column["pictures"] for column in told.columns] == [19] * len(told.columns)
    assert {"fid", "kid", "hole_l1"} < set(told.columns[0])
    assert ("intervals" in told.columns[0]) == (kind == "folder")
    assert len(found.maps) == (8 if kind == "model" else 0)
    total = 19 + NUMBER if kind == "model" else 19
    assert progress[0][::2] == ("pictures", total)
    assert progress[-1] == ("pictures", total, total)
    assert not [name for name in os.listdir(world) if name.startswith(".")]


def test_the_command_writes_the_same_file(world):
    def written(*more):
        output = world / "same" / "metrics.json"
        run(
            *("-m", "vqinpaint.evaluate", f"--completions={world / 'filled'}"),
            *(f"--data={world / 'records'}", f"--output={output}", "--nointervals"),
            *more,
        )
        return output.read_bytes()

    assert written() == written("--beam", f"--beam_options={LOCAL[0]}")


def test_parts_are_all_pictures_in_batches_of_one_process(world):
    wanted = _wanted(world)
    _, _, subject = opened(wanted)
    assert beam.parts_of(subject, least=16) == [
        (0, "codes", 0, 16),
        (1, "codes", 16, 5),
        (2, "completions", 0, 16),
        (3, "completions", 16, 3),
    ]
    odd = dataclasses.replace(wanted, data=DataOptions(batch_size=3))
    _, _, subject = opened(odd)
    # Batches are of 3, networks see 16 pictures at a time.
    assert [part.first for part in beam.parts_of(subject, least=4)] == [
        *(0, 6, 12, 18),
        0,
    ]


def test_a_range_of_records_is_that_of_the_whole_split(world):
    split = open_split(str(world / "records"), "val")
    whole = list(pipeline.evaluation_batches(split, SIDE, DATA).unbatch())
    part = pipeline.evaluation_batches(split, SIDE, DATA, limit=6, first=8)
    part = list(part.unbatch())
    assert len(part) == 6
    for (image, mask), (wanted, hole) in zip(part, whole[8:]):
        np.testing.assert_array_equal(image, wanted)
        np.testing.assert_array_equal(mask, hole)


def test_a_part_is_measured_once(world, tmp_path):
    wanted, folder = _wanted(world, world / "filled"), str(tmp_path)
    part = beam.Part(0, "completions", 16, 3)
    with pytest.raises(UsageError, match="a worker sees no .* same path"):
        beam.measure_part(part, wanted, folder)
    (tmp_path / "failed").mkdir()
    beam.measure_part(part, wanted, folder)
    before = (tmp_path / "0.npz").stat().st_mtime_ns
    beam.measure_part(tuple(part), wanted, folder)  # as after a lost attempt
    assert (tmp_path / "0.npz").stat().st_mtime_ns == before
    (tmp_path / "failed" / "1.json").write_text("{}")  # somebody met a mistake
    beam.measure_part(part._replace(number=2), wanted, folder)
    assert sorted(os.listdir(tmp_path)) == ["0.npz", "failed"]


def test_features_of_all_workers_are_kept(world, tmp_path):
    wanted = _wanted(world, world / "filled", tmp_path / "cache")
    _, networks, _ = opened(wanted)
    found = _by_beam(wanted)
    networks.save()
    (name,) = os.listdir(tmp_path / "cache")
    assert len(np.load(tmp_path / "cache" / name)) == 2 * 19
    _equal(found, opened(wanted).measured())


def test_what_a_worker_cannot_measure_is_told_as_by_one_process(world, tmp_path):
    filled = tmp_path / "filled"
    shutil.copytree(world / "filled", filled)
    wanted = _wanted(world, filled)
    opened(wanted).subject.check()
    Image.new("RGB", (SIDE, 32)).save(filled / "15_00.png")
    with pytest.raises(PictureError) as one:
        opened(wanted).measured()
    with pytest.raises(PictureError) as piped:
        _by_beam(wanted)
    assert str(piped.value) == str(one.value) and "64 x 32" in str(one.value)


def test_a_pipeline_that_cannot_run_is_one_line(world, monkeypatch):
    def stop(*arguments, **more):
        raise OSError("refused")

    monkeypatch.setattr(beam.outputs, "write", stop)
    wanted = _wanted(world, world / "filled")
    with pytest.raises(UsageError, match=r"^the pipeline failed \(refused\);"):
        _by_beam(wanted)


def test_a_worker_that_sees_another_disk_is_told(world, monkeypatch):
    monkeypatch.setattr(beam, "measure_part", lambda *arguments: None)
    with pytest.raises(UsageError, match="same path"):
        _by_beam(_wanted(world, world / "filled"))


def test_the_reason_is_what_the_worker_raised():
    # As Beam tells it of a worker in another process.
    quoted = (
        "Traceback (most recent call last):\n"
        '  File "x.py", line 3, in bad\n'
        "OSError: [Errno 28] No space left\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n"
        "RuntimeError: OSError: [Errno 28] No space left [while running 'measure']\n"
    )
    reason = pipelines.reason(RuntimeError(quoted))
    assert reason == "OSError: [Errno 28] No space left"
    assert pipelines.reason(RuntimeError("no such runner\nat all")) == "no such runner"


def test_only_mistakes_of_users_are_read_from_a_worker(tmp_path):
    (tmp_path / "failed").mkdir()
    for kind, wanted in (("DataError", errors.DataError), ("os", errors.UserError)):
        told = {"kind": kind, "text": "damaged"}
        (tmp_path / "failed" / "3.json").write_text(json.dumps(told))
        with pytest.raises(errors.UserError, match="^damaged$") as found:
            beam._raise_told(str(tmp_path))
        assert type(found.value) is wanted
