"""The sampler as people meet it: --sampler, Ctrl-C, tools/benchmark.py."""

import json
import os
import shutil
import signal
import subprocess
import time

import pytest

from tests.commands import ROOT, command, run

GOLDEN = ROOT / "tests/goldens/tf1_full_model"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A run folder and a SavedModel of the golden network."""
    world = tmp_path_factory.mktemp("samplers")
    run(
        "tools/import_tf1_checkpoint.py",
        f"--checkpoint={GOLDEN}",
        "--image_size=64",
        f"--run_dir={world / 'run'}",
        f"--output={world / 'model/1'}",
    )
    return world


def _inpaint(world, output, *more, model="run", image=GOLDEN / "image_0.png"):
    return [
        "-m",
        "vqinpaint.inpaint",
        f"--model={world / model}",
        f"--image={image}",
        f"--mask={GOLDEN / 'mask.png'}",
        f"--output={world / output}",
        "--num_samples=2",
        *more,
    ]


def test_sampler_changes_nothing_but_the_time(world):
    run(*_inpaint(world, "saved", model="model"))
    for sampler in ("naive", "incremental"):
        run(*_inpaint(world, sampler, f"--sampler={sampler}"))
        for name in ("image_0_00.png", "image_0_01.png"):
            written = (world / sampler / name).read_bytes()
            assert written == (world / "saved" / name).read_bytes()


def test_a_saved_model_keeps_its_sampler(world):
    asked = _inpaint(world, "refused", "--sampler=naive", model="model")
    done = run(*asked, code=2)
    assert "was exported with --sampler=fixed_point" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (world / "refused").exists()


def test_interrupt_leaves_finished_pictures(world):
    pictures = world / "pictures"
    pictures.mkdir()
    for i in range(40):
        shutil.copy(GOLDEN / "image_0.png", pictures / f"{i:02d}.png")
    child = subprocess.Popen(
        command(*_inpaint(world, "cut", "--sampler=naive", image=pictures)),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        # Shells let what they start in the background ignore Ctrl-C; a person's does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (world / "cut/00.json").exists():
        assert child.poll() is None
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    stderr = child.communicate(timeout=60)[1]
    assert child.returncode == 130
    assert "interrupted" in stderr and "Traceback" not in stderr
    finished = sorted((world / "cut").glob("*.json"))
    assert 1 <= len(finished) < 40
    for path in finished:
        for sample in json.loads(path.read_text())["samples"]:
            assert os.path.getsize(world / "cut" / sample["file"]) > 0


def test_benchmark_ends_with_one_json_object(world):
    done = run(
        "tools/benchmark.py",
        "sampling",
        "--batch=2",
        "--repeats=1",
        f"--model={world / 'run'}",
        "--samplers=fixed_point,incremental,fixed_point_grid",
    )
    first, *_, last = done.stdout.splitlines()
    result = json.loads(last)
    for name in ("processor", "tensorflow", "python"):
        assert result[name] in first
    assert f"oneDNN {result['onednn']}" in first and result["onednn"] in ("on", "off")
    assert result["codes_equal"] is True and result["batch"] == 2
    grid = (64 // 8) ** 2
    measured = grid * result["forward_s"] / result["best_s"]
    # The ratio is printed with two digits, the seconds with six.
    assert result["ratio"] == pytest.approx(measured, rel=0.01)
    assert result["peak_mb"] > 0
    assert "texture generator" in done.stdout


@pytest.mark.long
def test_the_serving_benchmark_runs_an_export_without_the_package(world):
    done = run(
        *("tools/benchmark.py", "serving", "--batch=2", "--repeats=1"),
        *("--concurrent=2", f"--model={world / 'run'}"),
    )
    result = json.loads(done.stdout.splitlines()[-1])
    for name in ("load_s", "latency_ratio", "throughput_ratio", "sampling_ratio"):
        assert result[name] > 0, name


def test_benchmark_mistakes_are_one_line():
    for arguments in ([], ["sampling", "--batch=0"], ["sampling", "--samplers=best"]):
        done = run("tools/benchmark.py", *arguments, code=2)
        assert done.stderr.startswith("vqinpaint: error:")
        assert done.stderr.count("\n") == 1
