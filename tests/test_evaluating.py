"""Figures with intervals and by hole, and completions that other programs wrote."""

import io
import json
import os
import sys

import numpy as np
import pytest
from PIL import Image

from tests import inception_world, lpips_world, torch_world
from tests.commands import ROOT, run
from vqinpaint import metrics, outputs
from vqinpaint.data.names import stems_of
from vqinpaint.data.records import open_split
from vqinpaint.errors import DataError, PictureError, SetupError, UserError
from vqinpaint.evaluating import measurement, plots
from vqinpaint.evaluating.completions_folder import CompletionsFolder
from vqinpaint.evaluating.measurement import Measurement
from vqinpaint.evaluating.networks import Networks
from vqinpaint.evaluating.protocol import warnings
from vqinpaint.options.figures import FigureOptions

SIDE = 64


def _pictures(shares, number=2):
    """(truth, mask, views) with holes of these shares of the rows; errors are known."""
    draw = np.random.default_rng(0)
    for i, share in enumerate(shares):
        truth = draw.integers(0, 200, (SIDE, SIDE, 3)).astype(np.uint8)
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[: round(share * SIDE)] = 255
        completed = np.repeat(truth[None], number, axis=0)
        completed[:, mask > 0] += np.uint8(i + 1)
        yield truth, mask, {"completed": completed}


def _column(pictures, networks=None, **options):
    measured = Measurement([("completed", metrics.HoleL1())], networks)
    for one in pictures:
        measured.add(*one)
    return measured.column(**options)


def test_figures_are_parted_by_the_share_that_is_missing():
    # 1/4 and 3/8 fall into the second part, 1/2 into the third, 3/4 and 1 into the last.
    column = _column(_pictures([1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1]))
    assert column["by_missing_share"] == {
        "0-20": {"pictures": 1, "hole_l1": 1.0},
        "20-40": {"pictures": 2, "hole_l1": 2.5},
        "40-60": {"pictures": 1, "hole_l1": 4.0},
        "60-100": {"pictures": 2, "hole_l1": 5.5},
    }
    assert column["hole_l1"] == 3.5
    assert column["missing_share"] == {"least": 0.125, "mean": 0.5, "largest": 1.0}


def test_one_part_is_no_part_and_intervals_are_a_choice():
    column = _column(_pictures([1 / 4, 1 / 4]), intervals=False)
    assert list(column) == ["hole_l1", "missing_share"]


@pytest.fixture(scope="module")
def networks_options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    value = {
        name: torch_world.tensor(array)
        for name, array in lpips_world.tensors("alex").items()
    }
    (folder / "alex.pth").write_bytes(torch_world.sequence(value))
    return FigureOptions(
        inception=inception_world.write(folder / "graph.pb"),
        lpips=str(folder / "alex.pth"),
        features_cache=str(folder / "cache"),
    )


def test_networks_see_several_pictures_at_once_with_the_same_figures(
    networks_options, monkeypatch
):
    pictures = list(_pictures(np.linspace(0.1, 0.9, 12)))
    networks = Networks(networks_options)
    first = _column(pictures, networks)
    networks.save()
    monkeypatch.setattr("vqinpaint.evaluating.measurement.AT_ONCE", 1)
    again = Networks(networks_options)  # reads what was kept
    second = _column(pictures[::-1], again)
    # Parts follow the order of pictures; the rest is of sums in float32 and float64.
    for column in (first, second):
        column.pop("is_10_parts"), column.pop("mis_10_parts")
    names = [name for name, value in first.items() if not isinstance(value, dict)]
    assert {"fid", "kid", "precision", "p_ids", "u_ids", "lpips", "mis"} < set(names)
    wanted = {name: first[name] for name in names}
    assert {name: second[name] for name in names} == pytest.approx(wanted, rel=1e-4)
    assert set(first["intervals"]) >= set(names) - {"is", "mis"}
    assert first["by_missing_share"]["0-20"]["pictures"] == 2
    assert set(networks.facts) == {"inception", "lpips"}


def test_without_scikit_learn_the_other_figures_are_measured(
    networks_options, monkeypatch
):
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    options = FigureOptions(inception=networks_options.inception)
    column = _column(_pictures([0.2] * 3), Networks(options), intervals=False)
    assert {"fid", "kid", "is"} <= set(column)
    assert not {"p_ids", "u_ids"} & set(column)
    (told,) = warnings(5000, options)
    assert told.startswith("P-IDS and U-IDS are left out") and "[metrics]" in told


def test_few_pictures_are_warned_of():
    options = FigureOptions(inception="graph.pb")
    assert len(warnings(1999, options)) == 2
    assert len(warnings(2000, options)) == 1
    assert warnings(2048, options) == [] == warnings(1, FigureOptions())


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Records of three pictures, and completions of them that are off by 8."""
    world = tmp_path_factory.mktemp("peers")
    for name in ("pictures", "filled"):
        (world / name).mkdir()
    for (truth, _, _), stem in zip(_pictures([0, 0, 0]), "abc"):
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


def test_plots_need_their_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SetupError, match=r"\[plots\]"):
        plots.check_library()


def _size(png):
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return picture.size


def test_temperatures_are_points_with_their_intervals():
    columns = [
        {
            "temperature": t,
            "hole_l1": 10 + t,
            "hole_diversity": 3 * t,
            "intervals": {"hole_l1": [9 + t, 12 + t], "hole_diversity": [2 * t, 4 * t]},
        }
        for t in (0.5, 1.0)
    ]
    assert plots._bars(columns, "hole_l1") == pytest.approx(np.array([[1, 1], [2, 2]]))
    first = plots.plot_temperatures(columns)
    assert _size(first) == (600, 480)
    columns[1]["hole_diversity"] = 9
    assert plots.plot_temperatures(columns) != first
    # Other programs' completions have no temperature, and may have no intervals.
    assert _size(
        plots.plot_temperatures([{"lpips": 0.1, "lpips_diversity_hole_pairs": 0}])
    )


def test_maps_of_entropy_show_the_first_pictures():
    maps = plots.EntropyMaps()
    assert maps.plot() is None
    widths = []
    for number, (truth, mask, views) in enumerate(_pictures([0.5] * 10)):
        entropy = np.full((2, 8, 8), number + 1.0)
        maps.add(truth, mask, {**views, "entropy": entropy})
        maps.add(truth, mask, views)  # of a model without codes
        if number in (0, 7, 9):
            widths.append(_size(maps.plot())[0])
    assert widths[0] < widths[1] == widths[2]


def test_plots_replace_those_that_the_json_file_names_and_no_others(tmp_path):
    output, drawn = tmp_path / "m.json", tmp_path / "m_temperatures.png"
    plots.check(str(output))
    drawn.write_bytes(b"somebody's")
    for told in ({}, {"plots": 7}, {"plots": ["m_entropy.png"]}):
        output.write_text(json.dumps(told))
        with pytest.raises(UserError, match="m_temperatures.png"):
            plots.check(str(output))
    output.write_text(json.dumps({"plots": ["m_temperatures.png"]}))
    plots.check(str(output))
    columns = [{"hole_l1": 1.0, "hole_diversity": 2.0}]
    assert list(plots.made(str(output), columns)) == [str(drawn)]


def test_a_share_on_the_edge_belongs_to_the_part_above():
    shares = np.array([0.0, 0.2, 0.4, 0.6, 1.0])
    found = [measurement._within(shares, *part).tolist() for part in measurement._PARTS]
    assert np.argmax(found, axis=0).tolist() == [0, 1, 2, 3, 3]
    assert np.sum(found, axis=0).tolist() == [1] * 5


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


def test_plots_of_an_earlier_evaluation_are_outdated(tmp_path):
    output = str(tmp_path / "m.json")
    assert plots.outdated(output, {}) == []
    earlier = {"plots": ["m_temperatures.png", "m_entropy.png", "../other.png"]}
    outputs.write_json(output, earlier)
    drawn = {str(tmp_path / "m_temperatures.png"): b""}
    assert plots.outdated(output, drawn) == [str(tmp_path / "m_entropy.png")]
    outputs.write_json(output, {"plots": 3}, replace=True)
    assert plots.outdated(output, {}) == []
