"""Short forms of tests/survival.py, and full disks: nothing is lost, no bit changes."""

import re
import resource
import subprocess

import pytest

from tests import commands, survival
from tests.forms import short_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("survival")


@pytest.fixture(scope="module")
def data(folder):
    return survival.make_data(folder)


@pytest.mark.parametrize("stage", short_for(("vqvae", "structure", "texture"), "vqvae"))
def test_killed_and_stopped_runs_end_at_the_same_bits(stage, data, folder):
    whole, killed, stopped = survival.three(stage, data, folder)
    figures = survival.kill(killed, 3)
    assert figures["kills"] == 3 and figures["inside a write"] >= 1
    assert figures["most steps lost"] <= survival.INTERVAL
    assert killed.differing(whole) == 0
    figures = survival.stop(stopped, 2)
    assert figures["signals"] == 2
    assert figures["exit codes other than 75"] == 0
    assert figures["last step not saved"] == 0
    assert stopped.differing(whole) == 0


@pytest.mark.long
def test_the_bottom_stage_survives_too(data, folder):
    """Shorter, as it trains by the code of the structure stage."""
    if not (folder / "vqvae_whole").exists():
        survival.three("vqvae", data, folder, survival.INTERVAL)
    whole, killed, _ = survival.three("bottom", data, folder, 20)
    assert survival.kill(killed, 1)["kills"] == 1
    assert killed.differing(whole) == 0


@pytest.mark.long
def test_two_replicas_survive_too(data, tmp_path):
    runs = survival.three("vqvae", data, tmp_path, 20, ("--devices=CPU:0,CPU:1",))
    assert survival.kill(runs[1], 1)["kills"] == 1
    assert runs[1].differing(runs[0]) == 0


def test_a_full_disk_costs_no_checkpoint(data, tmp_path):
    """A limit on the size of files stands for the disk: writes fail in the middle."""
    run = survival.Run("vqvae", data, tmp_path, 10)
    run.finish()
    size = run.checkpoint(10).with_suffix(".data-00000-of-00001").stat().st_size
    run.steps = 20
    told = {  # by what fails first
        size // 2: "of step 15 cannot be written.*free some.*before it is intact",
        200: "cannot be written.*File too large",
    }
    for limit, line in told.items():
        done = subprocess.run(
            run.command(),
            capture_output=True,
            text=True,
            cwd=commands.ROOT,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit,) * 2),  # noqa: B023
        )
        assert done.returncode == 6, done.stderr
        assert re.search(line, done.stderr)
        assert "Traceback" not in done.stderr
        assert run.newest() == 10
    run.finish()
    assert run.newest() == 20


def test_numbers_that_are_not_finite_name_their_records(data, tmp_path):
    run = survival.Run("vqvae", data, tmp_path, 20)
    faults = ",".join(f"nan@{step}" for step in (3, 7, 8, 9))
    done = subprocess.run(
        run.command(f"--fault={faults}"),
        capture_output=True,
        text=True,
        cwd=commands.ROOT,
    )
    assert done.returncode == 7
    assert done.stderr.count("warning: step") == 3
    assert re.search(r"step 9 of vqvae.*records \d+, \d+ of train", done.stderr)
    assert run.newest() == 5
