"""The command that draws the sample data set."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from tests.commands import ROOT, run
from vqinpaint import creatures
from vqinpaint.creatures.attributes import NAMES, VALIDATION
from vqinpaint.data import decoding, pipeline, records
from vqinpaint.options import DataOptions

COMMAND = ("-m", "vqinpaint.make_sample_data")
FEW = ("--train=3", "--val=2", "--size=64", "--first=5", "--seed=7")


def _wanted():
    """{file name: `Creature`} of the flags above."""
    training = {f"train/{i:08d}.png": creatures.sample(7, i) for i in (5, 6, 7)}
    validation = {
        f"val/{i:08d}.png": creatures.sample(7, i, VALIDATION) for i in (5, 6)
    }
    return {**training, **validation}


def _files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    run(*COMMAND, f"--output={folder}", *FEW, "--processes=2")
    return folder


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    run(*COMMAND, f"--output={folder}", *FEW, "--processes=1", "--records")
    return folder


def test_pictures_are_those_of_the_library(pictures):
    found = {name for name in _files(pictures) if name.startswith(("train/", "val/"))}
    assert found == set(_wanted())
    for name, creature in _wanted().items():
        np.testing.assert_array_equal(
            np.asarray(Image.open(pictures / name)), creatures.draw(creature, 64)
        )


def test_the_table_says_what_pictures_show(pictures):
    rows = []
    for split in ("train", "val"):
        with open(pictures / f"{split}_attributes.csv", encoding="utf-8") as file:
            rows += csv.DictReader(file)
    for (name, creature), row in zip(_wanted().items(), rows):
        values = {key: str(getattr(creature, key)) for key in NAMES}
        assert row == {"file": name, **values}
    assert len(rows) == len(_wanted())


def test_a_data_set_is_continued_and_its_table_grows(pictures, tmp_path):
    few = [f"--output={tmp_path}", "--size=64", "--seed=7", "--processes=1"]
    run(*COMMAND, *few, "--train=2", "--val=1", "--first=5")
    before = _files(tmp_path)
    run(*COMMAND, *few, "--train=2", "--val=2", "--first=6")
    after = _files(tmp_path)
    assert after == _files(pictures) | {
        name: after[name] for name in ("val/00000007.png", "val_attributes.csv")
    }
    assert all(
        after[name] == data for name, data in before.items() if "csv" not in name
    )


@pytest.mark.parametrize(
    "name",
    [
        "train/00000006.png",
        "masks/centre.png",
        "val_attributes.csv",
        "train/00000005.png",
    ],
)
def test_somebody_elses_files_stay(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    done = run(*COMMAND, f"--output={tmp_path}", *FEW, "--processes=1", code=2)
    assert f"{path} exists and is" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert path.read_text() == "mine"


def test_there_is_a_mask_for_all_and_one_for_each_attribute(pictures):
    masks = {path.stem: path for path in (pictures / "masks").iterdir()}
    assert set(masks) == {"centre", *creatures.HIDDEN}
    for name, path in masks.items():
        wanted = (
            creatures.holes.centre(64)
            if name == "centre"
            else creatures.holes.for_attribute(name, 64)
        )
        np.testing.assert_array_equal(np.asarray(Image.open(path)), wanted)


def test_the_number_of_processes_changes_nothing(pictures, tmp_path):
    run(*COMMAND, f"--output={tmp_path}", *FEW, "--processes=1")
    assert _files(tmp_path) == _files(pictures)


def test_records_hold_the_same_pictures(pictures, written):
    for split in ("train", "val"):
        opened = records.open_split(str(written), split)
        names = [name for name in _wanted() if name.startswith(split)]
        assert len(opened) == len(names)
        for number, name in enumerate(names):
            with open(opened.paths[opened.shard[number]], "rb") as file:
                file.seek(opened.offset[number])
                length = int.from_bytes(file.read(8), "little")
                file.seek(opened.offset[number] + 12)
                image = decoding.decode(file.read(length)).numpy()
            np.testing.assert_array_equal(
                image, np.asarray(Image.open(pictures / name))
            )
    assert not list(written.rglob("*0.png"))


def test_records_can_be_trained_on(written):
    split = records.open_split(str(written), "train")
    options = DataOptions(batch_size=2)
    image, mask = next(iter(pipeline.training_batches(split, 64, options)))
    assert image.shape == (2, 64, 64, 3) and mask.shape == (2, 64, 64, 1)


def test_the_manifest_is_that_of_make_tfrecords(pictures, written, tmp_path):
    run(
        "-m",
        "vqinpaint.make_tfrecords",
        f"--input={pictures / 'val'}",
        f"--output={tmp_path}",
        "--split=val",
    )
    other = json.loads((tmp_path / "val.json").read_text())
    own = json.loads((written / "val.json").read_text())
    assert set(own) == {*other, "seed", "first"}
    assert [set(shard) for shard in own["shards"]] == [
        set(shard) for shard in other["shards"]
    ]


def test_pictures_need_no_tensorflow(tmp_path):
    code = (
        "import sys; from vqinpaint import make_sample_data as m;"
        f"sys.argv[1:] = ['--output={tmp_path}', '--train=1', '--val=0', '--size=64'];"
        "import atexit; atexit.register(lambda: print('tensorflow' in sys.modules));"
        "m.run()"
    )
    assert run("-c", code).stdout.endswith("False\n")


@pytest.mark.parametrize(
    "flag, words",
    [
        ("--size=63", "--size=63: 64 to 256 are possible."),
        ("--size=257", "--size=257: 64 to 256 are possible."),
        ("--train=-1", "--train=-1: give 0 or more."),
        ("--processes=-2", "--processes=-2: give 0 or more."),
        ("--output=", "give --output=FOLDER."),
    ],
)
def test_mistakes_are_one_line(flag, words, tmp_path):
    done = run(*COMMAND, f"--output={tmp_path / 'out'}", flag, code=2)
    assert done.stderr == f"vqinpaint: error: {words}\n"
    assert not (tmp_path / "out").exists()


def test_the_command_is_installed_by_name():
    text = (ROOT / "setup.py").read_text()
    assert "vqinpaint-make-sample-data = vqinpaint.make_sample_data:run" in text
