"""Completions that other programs wrote are measured like a model's."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from tests import networks_world
from tests.commands import ROOT, run
from tests.known_errors import SIDE, pictures_with_errors
from vqinpaint.data.names import stems_of
from vqinpaint.data.records import open_split
from vqinpaint.errors import DataError, PictureError
from vqinpaint.evaluating.completions_folder import CompletionsFolder

# A fixture, which pytest finds by its name in this file.
networks_options = networks_world.networks_options


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Records of three pictures, and completions of them that are off by 8."""
    world = tmp_path_factory.mktemp("peers")
    for name in ("pictures", "filled"):
        (world / name).mkdir()
    for (truth, _, _), stem in zip(pictures_with_errors([0, 0, 0]), "abc"):
        Image.fromarray(truth).save(world / "pictures" / f"{stem}.png")
        for i in range(2):
            filled = truth + np.uint8(8 * (i + 1))
            Image.fromarray(filled).save(world / "filled" / f"{stem}_{i:02d}.png")
    run(
        "tools/make_tfrecords.py",
        f"--input={world / 'pictures'}",
        f"--output={world / 'records'}",
        "--split=val",
    )
    return world


def test_completions_of_other_programs_are_measured_like_a_models(
    world, networks_options
):
    output = world / "metrics.json"
    done = run(
        *("-m", "vqinpaint.evaluate", f"--completions={world / 'filled'}"),
        *(f"--data={world / 'records'}", f"--output={output}"),
        f"--inception={networks_options.inception}",
    )
    written = json.loads(output.read_text())
    (column,) = written["completions"]
    assert (column["pictures"], column["num_samples"]) == (3, 2)
    # The centre, a quarter of the picture, is missing; what is known is the truth.
    assert column["hole_l1"] == 12 and column["hole_l1_best"] == 8
    assert column["l1"] == 12 / 4 and column["hole_diversity"] == 8
    assert "hole_l1_structure_alone" not in column and "fid" in column
    assert written["model"] == "" and "bits_per_code" not in written
    protocol = written["protocol"]
    assert protocol["image_size"] == SIDE and protocol["blended"] is True
    assert len(protocol["networks"]["inception"]["sha256"]) == 64
    assert {"numpy", "tensorflow", "vqinpaint"} < set(protocol["software"])
    assert len(written["warnings"]) == 2
    assert "warning: FID of 3 pictures" in done.stderr
    assert "hole_diversity" in done.stdout and "[" in done.stdout


def test_names_of_records_are_those_of_their_files(world):
    split = open_split(str(world / "records"), "val")
    assert stems_of(split, 3) == ["a", "b", "c"] and stems_of(split, 1) == ["a"]


def test_pictures_of_one_name_are_refused(world, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        Image.open(world / "pictures/a.png").save(tmp_path / name / "a.png")
    (tmp_path / "all.flist").write_text(f"{tmp_path}/one/a.png\n{tmp_path}/two/a.png\n")
    run(
        "tools/make_tfrecords.py",
        f"--input={tmp_path / 'all.flist'}",
        f"--output={tmp_path / 'records'}",
        "--split=val",
    )
    with pytest.raises(DataError, match="record 1 has the same name 'a' as record 0"):
        stems_of(open_split(str(tmp_path / "records"), "val"), 2)


def test_folders_that_do_not_match_are_told(world, tmp_path):
    with pytest.raises(PictureError, match="does not exist"):
        CompletionsFolder(str(tmp_path / "none"), "a", 4)
    with pytest.raises(PictureError, match=r"d_00\.png is missing"):
        CompletionsFolder(str(world / "filled"), "d", 4)
    with pytest.raises(PictureError, match=r"d_00\.png is missing"):
        CompletionsFolder(str(world / "filled"), "a", 4).check(["a", "d"])
    Image.new("RGB", (SIDE, SIDE)).save(tmp_path / "a_00.png")
    Image.new("RGB", (SIDE, 32)).save(tmp_path / "b_00.png")
    folder = CompletionsFolder(str(tmp_path), "a", 4)
    assert (folder.number, folder.side) == (1, SIDE)
    truth, mask = np.zeros((SIDE, SIDE, 3), np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    with pytest.raises(PictureError, match="64 x 32"):
        folder.blended("b", truth, mask)
    with pytest.raises(PictureError, match="measured as squares"):
        CompletionsFolder(str(tmp_path), "b", 4)


_FAKE_OPENCV = """
import numpy as np
INPAINT_TELEA, INPAINT_NS = 1, 0

def inpaint(image, mask, radius, flag):
    assert flag == INPAINT_TELEA and not image[mask > 0].any() and image[mask == 0].any()
    return np.where(mask[..., None] > 0, 7, image).astype(np.uint8)
"""


def test_peers_fill_the_holes_that_are_measured_and_do_not_see_them(world, tmp_path):
    """The library is not one that tests have; what is tested is what it is given."""
    (tmp_path / "cv2.py").write_text(_FAKE_OPENCV)
    known = os.environ.get("PYTHONPATH", "")
    run(
        *("tools/fill_with_peers.py", "--method=telea", f"--data={world / 'records'}"),
        *(f"--image_size={SIDE}", f"--output={tmp_path / 'telea'}", "--complete=2"),
        PYTHONPATH=os.pathsep.join([str(tmp_path), known]),
    )
    assert sorted(os.listdir(tmp_path / "telea")) == ["a_00.png", "b_00.png"]
    filled = np.asarray(Image.open(tmp_path / "telea" / "b_00.png"))
    truth = np.asarray(Image.open(world / "pictures" / "b.png"))
    centre = np.zeros((SIDE, SIDE), bool)
    centre[16:48, 16:48] = True
    assert (filled[centre] == 7).all() and (filled[~centre] == truth[~centre]).all()
    run(
        *("tools/show_peers.py", f"--peers={tmp_path / 'telea'}", "--rows=2"),
        *(f"--data={world / 'records'}", f"--model={ROOT / 'saved_models/demo'}"),
        *("--num_samples=1", f"--output={tmp_path / 'sheet.png'}"),
    )
    # The columns: given, the truth, a gap, the folder's, a gap, the model's.
    sheet = np.asarray(Image.open(tmp_path / "sheet.png")).astype(int)
    cell, gap = 128, 6
    left = gap + 2 * (cell + gap) + 2 * gap
    shown = sheet[20 + cell + gap :][:cell, left : left + cell]
    wanted = Image.fromarray(filled).resize((cell, cell))
    assert np.abs(shown - np.asarray(wanted)).max() == 0
