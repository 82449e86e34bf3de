"""What --dry_run shows before a run, and that nothing is begun by it."""

import json

import numpy as np
import pytest
from PIL import Image

from tests import commands, tiny


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folder of records of four pictures, shrunk to a short side of 48."""
    folder = tmp_path_factory.mktemp("dry")
    rng = np.random.default_rng(0)
    (folder / "in").mkdir()
    for i in range(4):
        noise = rng.integers(0, 256, (80, 80, 3), np.uint8)
        Image.fromarray(noise).save(folder / "in" / f"{i}.png")
    make = "tools/make_tfrecords.py", f"--input={folder / 'in'}"
    commands.run(*make, f"--output={folder / 'data'}", "--short_side=48")
    return folder / "data"


def _dry_run(data, run, *flags):
    return commands.run(
        *("-m", "vqinpaint.train", "--stage=vqvae", f"--data={data}"),
        *(f"--run_dir={run}", "--dry_run", *tiny.FLAGS, *flags),
    )


def _activations(done):
    """(pictures at a time, megabytes kept of them) as printed."""
    line = next(x for x in done.stdout.splitlines() if x.startswith("activations"))
    return int(line.split()[2]), int(line.split()[5])


def test_a_dry_run_shows_options_needs_and_the_first_batch(data, tmp_path):
    done = _dry_run(data, tmp_path / "run")
    assert "vqvae.codes" in done.stdout and "16" in done.stdout
    for told in ("parameters", "activations", "short side of 48", "--short_side=64"):
        assert told in done.stdout, told
    with Image.open(tmp_path / "run" / "vqvae_first_batch.png") as picture:
        assert picture.width >= 2 * 64  # a batch of two
    assert [path.name for path in (tmp_path / "run").rglob("*") if path.is_file()] == [
        "vqvae_first_batch.png"
    ]


def test_a_batch_in_parts_is_told_by_one_part(data, tmp_path):
    flags = ("--batch_size=8", "--image_size=128", "--load_size=128")
    (whole, all_of_it), (part, some) = (
        _activations(_dry_run(data, tmp_path, *flags, f"--accumulate={parts}"))
        for parts in (1, 2)
    )
    assert (whole, part) == (8, 4)
    assert some == pytest.approx(all_of_it / 2, abs=1)  # rounded megabytes


@pytest.mark.parametrize(
    "records, told",
    [
        (None, False),
        ({"split": None, "fingerprint": None}, False),
        ({"split": "train", "fingerprint": "of others"}, True),
    ],
)
def test_a_stage_trained_on_other_records_is_named_where_they_are_known(
    data, tmp_path, records, told
):
    """Imported stages do not know their records; older versions wrote null."""
    tiny.run_folder(tmp_path)
    path = tmp_path / "vqvae" / "options.json"
    saved = json.loads(path.read_text())
    path.write_text(json.dumps({**saved, "records": records}))
    done = _dry_run(data, tmp_path)
    assert ("was trained on other records" in done.stderr) == told
