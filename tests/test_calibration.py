"""The calibration benchmark on models whose answers are known, and as a command."""

import json
import sys

import cv2
import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.commands import ROOT, run
from vqinpaint import creatures
from vqinpaint.cli import FLAGS
from vqinpaint.completing.engine import Completions
from vqinpaint.errors import UsageError

sys.path.insert(0, str(ROOT / "tools"))

from benchmarks import calibration, calibration_tables, classical, common, families  # noqa: E402

SIDE, CREATURES, COMPLETIONS = 64, 3, 4


class _Exact:
    """An engine, and its model, that draws from the true distribution."""

    side = SIDE

    def __init__(self, shown):
        # By the first row of pixels, which no hole of these tests reaches.
        self._creatures = {creatures.draw(c, SIDE)[0].tobytes(): c for c in shown}
        self._bodies = {k: creatures.Body(c, SIDE) for k, c in self._creatures.items()}

    def check(self, request):
        pass

    def complete(self, image, mask, seeds, request, reporter):
        key = image[0].tobytes()
        drawn = creatures.alternatives(self._creatures[key], mask, len(seeds), seeds[0])
        return Completions(np.stack([self._bodies[key].draw(c) for c in drawn]))

    def encode(self, image):
        return np.zeros((SIDE // 8, SIDE // 8), np.int32)

    def render(self, image, mask, codes):
        key = image[0].tobytes()
        return Completions(self._bodies[key].draw(self._creatures[key])[None])

    def reconstruct(self, images):
        return {"reconstruction": images}

    def bits(self, images, masks):
        return tf.ones([1, SIDE // 8, SIDE // 8])


@pytest.fixture
def flags():
    """The benchmark's flags, which can be set."""
    if not FLAGS.is_parsed():
        FLAGS.mark_as_parsed()
    names = ["batch", "holes", "classical", "data_seed", "creatures", "model"]
    names += ["temperatures", "against", "sheet"]
    before = {name: FLAGS[name].value for name in names}
    yield FLAGS
    for name, value in before.items():
        FLAGS[name].value = value


def _measured(temperatures=(1.0,)):
    numbers = range(CREATURES)
    shown = [common.creature(number) for number in numbers]
    exact = _Exact(shown)
    measured = calibration.Calibration(exact, exact, list(temperatures), shown)
    for number in numbers:
        measured.measure(number, calibration.case(number, SIDE))
    return measured


def test_exact_sampling_meets_every_target(flags, capsys):
    flags.batch, flags.classical = COMPLETIONS, False
    measured = _measured()
    result = measured.result()
    faces = result["faces"]["1"]
    assert faces["clear"] == faces["eyes_alike"] == 1
    assert faces["different"] == pytest.approx(faces["different_true"], abs=0.1)
    # 64 codes of one bit each; the hole is the middle half of both sides.
    assert result["codes"] == {"hole_bits": 16, "hole_codes": 16, "all_bits": 64}
    for recovered in result["recovered"].values():
        assert recovered["recovered"] == recovered["recovered_clear"] == 1
    assert result["errors"]["true structure"]["hole_l1"] == 0
    assert result["errors"]["temperature 1"]["hole_l1"] > 1
    calibration_tables.show(result, centred=True)
    shown = capsys.readouterr().out
    assert "95 % at 1" in shown and "16.0 bits in 16 codes" in shown
    assert "the table's mean is 11.8" in shown
    cells = 1 + 2 * COMPLETIONS
    assert measured.sheet().shape[1] == 6 + cells * (128 + 6) + 2 * 12


def test_a_hole_for_one_attribute_leaves_the_others_as_they_are(flags):
    flags.batch, flags.classical, flags.holes = COMPLETIONS, False, "mouth"
    faces = _measured().result()["faces"]["1"]
    measured = {n for n in faces if n.startswith("variation_") and n.count("_") == 1}
    assert measured == {"variation_mouth"}
    assert faces["different"] < COMPLETIONS and faces["true_bits"] < 6


def test_other_libraries_fill_the_hole_alone():
    case = calibration.case(0, SIDE)
    for name, fill in classical.fillings().items():
        filled = fill(case.holed, case.mask)
        known = case.mask == 0
        assert filled.dtype == np.uint8, name
        np.testing.assert_array_equal(filled[known], case.image[known], name)
        # The body around the hole is not black, as the hole was.
        assert filled[~known].mean() > 40, name


class _Blank:
    """An engine that fills every hole with grey."""

    side = SIDE

    def check(self, request):
        pass

    def complete(self, image, mask, seeds, request, reporter):
        filled = np.where(mask[..., None] > 0, np.uint8(128), image)
        return Completions(np.stack([filled] * len(seeds)))


def test_two_models_are_measured_on_the_same_creatures(flags, tmp_path, monkeypatch):
    flags.batch, flags.creatures = COMPLETIONS, CREATURES
    flags.model, flags.against = "exact", "blank"
    flags.sheet = str(tmp_path / "sheet.png")
    shown = [common.creature(number) for number in range(CREATURES)]
    engines = {"exact": _Exact(shown), "blank": _Blank()}
    monkeypatch.setattr(families.families, "open_engine", engines.get)
    found = families.benchmark()["models"]
    assert found["exact"]["clear"] == 1 and found["blank"]["clear"] == 0
    assert found["exact"]["different"] == pytest.approx(COMPLETIONS, abs=0.5)
    assert found["exact"]["hole_diversity"] > found["blank"]["hole_diversity"] == 0
    assert found["exact"]["hole_l1_best"] < found["exact"]["hole_l1"]
    # A row per creature: the hole, the truth, and four of either model.
    height, width = cv2.imread(flags.sheet).shape[:2]
    assert height == CREATURES * SIDE and width == 10 * SIDE + 2 * 4


def test_one_run_is_measured_with_either_texture(flags, monkeypatch):
    flags.batch, flags.creatures, flags.sheet = COMPLETIONS, 1, None
    flags.model, flags.against = "runs/a:generator", "runs/a:codes"
    asked, opened, checked = [], [], []

    class Engine(_Blank):
        def __init__(self, path):
            opened.append(path)

        def check(self, request):
            checked.append(request.texture)

        def complete(self, image, mask, seeds, request, reporter):
            asked.append(request.texture)
            filled = super().complete(image, mask, seeds, request, reporter)
            bits = np.arange(len(seeds), dtype=float)
            return Completions(filled.pictures, {"bits": bits})

    monkeypatch.setattr(families.families, "open_engine", Engine)
    found = families.benchmark()["models"]
    assert opened == ["runs/a"]
    assert asked == checked == ["generator", "codes"]
    assert set(found) == {
        flags.model,
        flags.against,
    }
    assert all(own["bits"] == (COMPLETIONS - 1) / 2 for own in found.values())
    flags.against = flags.model
    with pytest.raises(UsageError, match="are the same"):
        families.benchmark()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibration")
    tiny.run_folder(folder / "run")
    return folder


def test_the_command_ends_with_one_json_object(model):
    done = run(
        *("tools/benchmark.py", "calibration", f"--model={model / 'run'}"),
        *("--batch=2", "--creatures=1", "--temperatures=1,0.5", "--holes=strokes"),
        *("--noclassical", f"--sheet={model / 'sheet.png'}"),
    )
    result = json.loads(done.stdout.splitlines()[-1])
    assert set(result["faces"]) == {"1", "0.5"} and result["holes"] == "strokes"
    assert 0 < result["codes"]["hole_codes"] <= 64
    assert (model / "sheet.png").stat().st_size > 1000
    assert "creatures" in done.stderr  # the progress bar


@pytest.mark.parametrize(
    "name, value", [("creatures", 0), ("holes", "tail"), ("data_seed", -1)]
)
def test_what_cannot_be_measured_is_refused_by_name(flags, name, value):
    flags.model, flags[name].value = "runs/none", value
    with pytest.raises(UsageError, match=f"--{name}={value}"):
        calibration._check_flags()


def test_temperatures_are_numbers(flags):
    flags.temperatures = ["1", "0.7", "1.0"]
    assert calibration._temperatures() == [1, 0.7]
    flags.temperatures = ["warm"]
    with pytest.raises(UsageError, match="--temperatures=warm: numbers"):
        calibration._temperatures()
