"""The commands as people run them: one whole run, and mistakes in one line each."""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
from PIL import Image

from tests.command_world import generate, mistakes, train
from tests.commands import ROOT, command, run
from tests.forms import short_for


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Pictures, records, a run with all three stages, and a mask."""
    world = tmp_path_factory.mktemp("world")
    pictures = world / "pictures"
    counts = "--train=12", "--val=6", "--size=64", "--processes=1"
    run("-m", "vqinpaint.make_sample_data", f"--output={pictures}", *counts)
    for split in ("train", "val"):
        source = pictures / split
        if split == "val":
            (source / "notes.txt").write_text("not a picture")
        run(
            "tools/make_tfrecords.py",
            f"--input={source}",
            f"--output={world / 'records'}",
            f"--split={split}",
        )
    for stage in ("vqvae", "structure", "texture"):
        run(*train(stage, world, 3))
    mask = np.zeros((64, 64), np.uint8)
    mask[16:48, 16:48] = 255
    Image.fromarray(mask).save(world / "mask.png")
    return world


def _inpaint(world, *more, code=0, **changes):
    flags = {
        "model": world / "run",
        "image": world / "pictures" / "val" / "00000000.png",
        "mask": world / "mask.png",
        "output": world / "out",
        "num_samples": 2,
        **changes,
    }
    return run(
        "-m",
        "vqinpaint.inpaint",
        *(f"--{name}={value}" for name, value in flags.items()),
        *more,
        code=code,
    )


def _pixels(path):
    return np.asarray(Image.open(path))


def test_files_that_are_no_pictures_are_counted_and_named(world):
    manifest = json.loads((world / "records" / "val.json").read_text())
    assert manifest["records"] == 6
    assert len(manifest["skipped"]) == 1 and "notes.txt" in manifest["skipped"][0]


def test_a_whole_run_completes_a_picture(world):
    out = world / "whole"
    _inpaint(world, output=out)
    names = {"00.png", "01.png", "grid.png", "entropy.png"}
    assert {p.name for p in out.iterdir()} == {f"00000000_{n}" for n in names} | {
        "00000000.json"
    }
    facts = json.loads((out / "00000000.json").read_text())
    assert [sample["seed"] for sample in facts["samples"]] == [0, 1]
    assert np.shape(facts["samples"][0]["windows"][0]["codes"]) == (8, 8)
    image, mask = (
        _pixels(world / "pictures" / "val" / "00000000.png"),
        _pixels(world / "mask.png"),
    )
    for i in range(2):
        completed = _pixels(out / f"00000000_{i:02d}.png")
        np.testing.assert_array_equal(completed[mask == 0], image[mask == 0])


def test_pictures_from_nothing_are_drawn_and_chosen(world):
    out = world / "nothing"
    more = f"--output={out}", "--num_samples=2", "--accept=0.5"
    done = run(*generate(world, *more))
    assert "was trained without --full_holes" in done.stderr
    assert "2 picture(s) kept of 4 drawn" in done.stdout
    facts = json.loads((out / "generated.json").read_text())
    assert {p.name for p in out.iterdir()} == {*facts["files"], "generated.json"}
    scores = [picture["score"] for picture in facts["pictures"]]
    assert len(scores) == 2 and scores[0] >= scores[1]


def test_hidden_pixels_and_reruns_change_no_byte(world):
    image = _pixels(world / "pictures" / "val" / "00000001.png").copy()
    other = image.copy()
    other[16:48, 16:48] = 255 - other[16:48, 16:48]
    for name, array in (("a", image), ("b", other)):
        (world / name).mkdir()
        Image.fromarray(array).save(world / name / "x.png")
        _inpaint(world, image=world / name / "x.png", output=world / f"out_{name}")
    for name in ("x_00.png", "x_01.png", "x_grid.png", "x_entropy.png"):
        first = (world / "out_a" / name).read_bytes()
        assert first == (world / "out_b" / name).read_bytes()


def test_export_evaluate_and_folders(world):
    saved = world / "saved" / "1"
    about = world / "about.md"
    about.write_text("Trained on drawn creatures, nobody's property.")
    export = ("-m", "vqinpaint.export", f"--run_dir={world / 'run'}")
    run(*export, f"--output={saved}", f"--about={about}")
    card = (saved / "README.md").read_text()
    assert "signatures" in card.lower() and about.read_text() in card
    images = world / "several"
    images.mkdir()
    for i, size in enumerate([(64, 64), (100, 80)]):
        source = Image.open(world / "pictures" / "val" / f"0000000{i}.png")
        source.resize(size).save(images / f"p{i}.png")
    done = _inpaint(world, model=world / "saved", image=images, output=world / "many")
    assert "is 100x80" in done.stderr and "nearest neighbour" in done.stderr
    assert _pixels(world / "many" / "p1_00.png").shape == (80, 100, 3)
    run(
        "-m",
        "vqinpaint.evaluate",
        f"--model={world / 'saved'}",
        f"--data={world / 'records'}",
        "--complete=2",
        "--num_samples=2",
        "--temperature=0,1",
        f"--output={world / 'metrics.json'}",
    )
    figures = json.loads((world / "metrics.json").read_text())
    assert figures["pictures"] == 6
    assert figures["vqvae_mse"] > 0 and figures["bits_per_code"] > 0
    greedy, drawn = figures["completions"]
    assert {"l1", "psnr", "ssim", "hole_diversity"} <= set(drawn)
    assert (greedy["temperature"], drawn["temperature"]) == (0, 1)
    assert greedy["hole_diversity"] == 0  # seeds do not matter there


def test_sigint_saves_and_the_same_command_goes_on(world):
    stage = command(*train("vqvae", world, 4000, f"--run_dir={world / 'stopped'}"))
    process = subprocess.Popen(
        stage, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    log = world / "stopped" / "vqvae" / "log.jsonl"
    deadline = time.monotonic() + 120
    while not log.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 75, errors
    assert "SIGINT at step" in errors and "Traceback" not in errors
    step = int(errors.split("SIGINT at step ")[1].split(";")[0])
    done = run(*train("vqvae", world, step + 2, f"--run_dir={world / 'stopped'}"))
    assert f"resuming at step {step}" in done.stdout + done.stderr


def test_a_vqvae_that_moved_on_is_refused(world):
    moved = world / "moved"
    shutil.copytree(world / "run", moved)
    run(*train("vqvae", world, 4, f"--run_dir={moved}"))
    structure = train("structure", world, 4, f"--run_dir={moved}")
    for done in (run(*structure, code=5), _inpaint(world, model=moved, code=5)):
        assert "at step-4 instead of step-3" in done.stderr


def test_weights_of_losses_may_change_within_a_run(world):
    run(*train("texture", world, 4, "--texture_adversarial_weight=0.5"))


@pytest.mark.parametrize(
    "stages", short_for([["vqvae"], ["vqvae", "structure", "texture"]], ["vqvae"])
)
def test_two_devices_train(world, stages):
    for stage in stages:
        run_dir = world / f"mirrored{len(stages)}"
        more = ["--devices=CPU:0,CPU:1", f"--run_dir={run_dir}"]
        done = run(*train(stage, world, 2, *more))
        assert f"{stage}: 2 steps done" in done.stdout


def test_help_explains_the_options():
    shown = run("-m", "vqinpaint.train", "--help", code=1).stdout
    assert (
        "--vqvae_channels: Channels of the encoder and the decoder. Default: 128."
        in shown
    )
    assert "--stage" in shown and "--save_every" in shown


def test_mistakes_are_one_line_and_leave_nothing(world):
    cases = mistakes(world)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(
            pool.map(
                lambda case: subprocess.run(
                    command(*case[0]), capture_output=True, text=True, cwd=ROOT
                ),
                cases,
            )
        )
    for (arguments, code, words), done in zip(cases, results):
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        message = f"{arguments}: {done.returncode}\n{done.stderr}"
        assert done.returncode == code, message
        assert lines[-1].startswith("vqinpaint: error: "), message
        assert re.search(words, lines[-1]), message
        assert "Traceback" not in done.stderr, message
        assert len(lines) == 1, message
    assert not any(p.suffix == ".png" for p in pathlib.Path(world / "never").glob("*"))


def test_debug_shows_the_traceback(world):
    done = _inpaint(world, "--debug", image=world / "no.png", code=1)
    assert "Traceback" in done.stderr
