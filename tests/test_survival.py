"""Short forms of tests/survival.py: kill -9 changes no bit."""

import pytest

from tests import survival


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survival")
    return {"folder": folder, "data": survival.make_data(folder), "vqvae": None}


@pytest.mark.parametrize("stage", ["vqvae", "structure", "texture"])
def test_killed_runs_end_at_the_same_bits(world, stage):
    figures = survival.compare(
        stage, world["data"], world["folder"], 3, 0, world["vqvae"]
    )
    world["vqvae"] = world["vqvae"] or world["folder"] / "vqvae_whole"
    assert figures["differing"] == 0
    assert figures["most steps lost"] <= survival.INTERVAL
    assert figures["inside a write"] >= 1
