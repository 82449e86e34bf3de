"""Folders as an Apache Beam pipeline: the same results, retries, failures."""

import concurrent.futures
import json
import os
import time
import types

import pytest
from PIL import Image

from tests.folder_world import SIDE, Notes, make_world, open_painter, results
from vqinpaint import Request
from vqinpaint.cli import beam_flags
from vqinpaint.completing import beam, result_files
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.completing.task import Task
from vqinpaint.errors import ModelError, UsageError

# As DirectRunner, but does not look for a faster runner on the network first.
LOCAL = ["--runner=FnApiRunner"]
MODEL = "first weights"


@pytest.fixture
def world(tmp_path):
    make_world(tmp_path)
    odd = os.fsdecode(b"caf\xe9.png")
    Image.new("RGB", (90, SIDE), "blue").save(tmp_path / "in" / odd)
    (tmp_path / "in" / "broken.png").write_bytes(b"no picture")
    return tmp_path


def _pairs(world):
    return find_pairs(str(world / "in"), str(world / "mask.png"))


def _task(world, output="out", **more):
    (world / output).mkdir(exist_ok=True)
    return Task(Request(num_samples=2), str(world / output), **more)


def _through_beam(world, notes, **more):
    task = _task(world, **more)
    return beam.complete_list(
        _pairs(world), open_painter, MODEL, None, task, LOCAL, notes
    )


def _answers(world, engine, pairs):
    """(was done, notes) of each picture, from the handler alone."""
    handler = beam.Completer(open_painter, MODEL, None, _task(world))
    batch = [tuple(map(os.fsencode, pair)) for pair in pairs]
    told = map(json.loads, handler.run_inference(batch, engine))
    return [(answer["was_done"], answer["notes"]) for answer in told]


def test_a_pipeline_leaves_what_a_run_without_it_leaves(world):
    plain, piped = Notes(), Notes()
    engine = open_painter(MODEL, None)
    request = Request(num_samples=2)
    wanted = complete_folder(
        _pairs(world), engine, request, str(world / "plain"), reporter=plain
    )
    found = _through_beam(world, piped)
    assert results(world / "out") == results(world / "plain")
    assert (found.completed, found.failed) == (wanted.completed, wanted.failed)
    assert found.completed == 3 and "broken.png" in found.failed[0]
    assert piped == plain and any("cannot be read" in note for note in piped)
    before = {path.name: path.stat().st_mtime_ns for path in (world / "out").iterdir()}
    assert _through_beam(world, Notes()).done_already == 3
    assert before == {
        path.name: path.stat().st_mtime_ns for path in (world / "out").iterdir()
    }


def test_an_attempt_that_is_made_again_leaves_the_same(world):
    engine = open_painter(MODEL, None)
    pair = _pairs(world)[:1]
    assert _answers(world, engine, pair * 2) == [(False, []), (True, [])]


def test_the_slower_of_two_workers_finds_the_picture_done(world):
    pairs = _pairs(world)[:1]
    slow, fast = open_painter(MODEL, None), open_painter(MODEL, None)

    def complete(*arguments):
        assert _answers(world, fast, pairs) == [(False, [])]
        return fast.complete(*arguments)

    slow.complete = complete
    assert _answers(world, slow, pairs) == [(True, [])]


def test_workers_write_a_picture_one_after_the_other(world, monkeypatch):
    task, pair, inside = _task(world, overwrite=True), _pairs(world)[0], []
    write, most = result_files.write, []

    def slowly(*arguments):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.1)
        write(*arguments)
        inside.pop()

    monkeypatch.setattr(result_files, "write", slowly)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        tried = [
            pool.submit(task.complete, *pair, open_painter(MODEL, None))
            for _ in range(3)
        ]
    assert [each.result() for each in tried] == [False] * 3
    assert most == [1, 1, 1]
    assert not [name for name in os.listdir(task.output) if name.startswith(".")]


def test_a_model_that_fails_at_a_picture_fails_that_one(world):
    engine = open_painter(MODEL, None)

    def fail(*arguments):
        raise ModelError("completions are not finite")

    engine.complete = fail
    assert _answers(world, engine, _pairs(world)[:1]) == [
        (None, ["error: completions are not finite"])
    ]


def test_a_pipeline_that_cannot_run_is_one_line(world):
    task = _task(world)
    with pytest.raises(UsageError, match="the pipeline failed .*refused"):
        beam.complete_list(_pairs(world), _refuses_later, MODEL, None, task, LOCAL)
    assert os.listdir(world / "out") == []


def _refuses_later(model, sampler):
    """An engine that stops its process's work, as a full disk would."""
    engine = open_painter(model, sampler)

    def stop(*arguments):
        raise OSError("refused")

    engine.complete = stop
    return engine


@pytest.mark.parametrize(
    "wanted, options, words",
    [
        (False, "--runner=FlinkRunner", "without --beam"),
        (True, "--runner=NoRunner", "NoRunner"),
        (True, "--direct_num_workers=x", "invalid int value"),
        (True, "'", "No closing quotation"),
        (True, "--runnner=FlinkRunner", "--runnner is no .* did you mean --runner"),
        (True, "--workers=3", "--workers is no option of Apache Beam; see https"),
        (True, "--direct_num_workers 2 3", "3 is no option"),
        (True, "--runner=FlinkRunner --flink_masster=h:1", "mean --flink_master"),
        (True, "--help", "=--help: Beam's options are .* at https"),
    ],
)
def test_wrong_options_of_pipelines_are_refused(monkeypatch, wanted, options, words):
    given = types.SimpleNamespace(beam=wanted, beam_options=options)
    monkeypatch.setattr(beam_flags, "FLAGS", given)
    with pytest.raises(UsageError, match=rf"^--beam_options[^\n]*{words}[^\n]*$"):
        beam_flags.read_beam_options()


def test_options_of_a_job_server_are_left_to_it(monkeypatch):
    text = "--runner=FlinkRunner --max_parallelism=3 --parallelism=2"
    given = types.SimpleNamespace(beam=True, beam_options=text)
    monkeypatch.setattr(beam_flags, "FLAGS", given)
    assert beam_flags.read_beam_options() == text.split()


def test_without_beam_what_to_install_is_told(monkeypatch):
    given = types.SimpleNamespace(beam=True, beam_options="")
    monkeypatch.setattr(beam_flags, "FLAGS", given)
    monkeypatch.setattr(beam_flags.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install \S+\[beam\]'?\.$"):
        beam_flags.read_beam_options()


def test_options_of_pipelines_may_be_quoted(monkeypatch):
    given = types.SimpleNamespace(beam=True, beam_options="--job_name='my job'")
    monkeypatch.setattr(beam_flags, "FLAGS", given)
    assert beam_flags.read_beam_options() == ["--job_name=my job"]
