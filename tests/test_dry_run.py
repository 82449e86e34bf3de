"""What --dry_run shows before a run, and that nothing is begun by it."""

import numpy as np
from PIL import Image

from tests import commands, tiny


def _records(tmp_path):
    """Writes records of four pictures; returns their folder."""
    rng = np.random.default_rng(0)
    (tmp_path / "in").mkdir()
    for i in range(4):
        noise = rng.integers(0, 256, (80, 80, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / "in" / f"{i}.png")
    make = "tools/make_tfrecords.py", f"--input={tmp_path / 'in'}"
    commands.run(*make, f"--output={tmp_path / 'data'}", "--short_side=48")
    return tmp_path / "data"


def test_a_dry_run_shows_options_needs_and_the_first_batch(tmp_path):
    data = _records(tmp_path)
    done = commands.run(
        *("-m", "vqinpaint.train", "--stage=vqvae", f"--data={data}"),
        *(f"--run_dir={tmp_path / 'run'}", "--dry_run", *tiny.FLAGS),
    )
    assert "vqvae.codes" in done.stdout and "16" in done.stdout
    for told in ("parameters", "activations", "short side of 48", "--short_side=64"):
        assert told in done.stdout, told
    with Image.open(tmp_path / "run" / "vqvae_first_batch.png") as picture:
        assert picture.width >= 2 * 64  # a batch of two
    assert [path.name for path in (tmp_path / "run").rglob("*") if path.is_file()] == [
        "vqvae_first_batch.png"
    ]


def test_a_run_whose_records_are_not_known_can_be_trained_on(tmp_path):
    """As the importer of the authors' checkpoints writes it."""
    tiny.run_folder(tmp_path / "run")
    data = _records(tmp_path)
    done = commands.run(
        *("-m", "vqinpaint.train", "--stage=vqvae", f"--data={data}", "--dry_run"),
        *(f"--run_dir={tmp_path / 'run'}", *tiny.FLAGS),
    )
    assert "other records" not in done.stderr
