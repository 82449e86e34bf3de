"""The values that the command writes, for a model whose every answer is known."""

import concurrent.futures
import json
import math
import os
import re
import subprocess

import numpy as np
import pytest
from PIL import Image

from tests import known_model
from tests.commands import ROOT, command, run
from vqinpaint import metrics

SIDE, NUMBER = known_model.SIDE, 5
ROWS, COLUMNS = slice(8, 24), slice(16, 64)  # the hole, not symmetric
SHARE = 16 * 48 / SIDE**2  # of the picture that is missing


@pytest.fixture(scope="module")
def pictures():
    """uint8 [NUMBER, SIDE, SIDE, 3]; i at the first pixel, and no answer exceeds 255."""
    shape = NUMBER, SIDE, SIDE, 3
    pictures = np.random.default_rng(0).integers(20, 150, shape).astype(np.uint8)
    pictures[:, 0, 0, 0] = np.arange(NUMBER)
    return pictures


@pytest.fixture(scope="module")
def world(tmp_path_factory, pictures):
    """A folder with `records`, `masks` and the SavedModel `known`."""
    world = tmp_path_factory.mktemp("evaluate")
    for name in ("pictures", "masks"):
        (world / name).mkdir()
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(world / "pictures" / f"{number}.png")
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[ROWS, COLUMNS] = 255
    Image.fromarray(mask).save(world / "masks" / "hole.png")
    run(
        "tools/make_tfrecords.py",
        f"--input={world / 'pictures'}",
        f"--output={world / 'records'}",
        "--split=val",
    )
    known_model.save(world / "known")
    return world


def _arguments(world, **changes):
    flags = {
        "model": world / "known",
        "data": world / "records",
        "output": world / "metrics.json",
        "mask": "folder",
        "mask_dir": world / "masks",
        "batch_size": 2,  # the last batch has one picture
        "num_samples": 3,
        **changes,
    }
    given = [f"--{name}={value}" for name, value in flags.items() if value is not None]
    return ["-m", "vqinpaint.evaluate", *given]


@pytest.fixture(scope="module")
def written(world):
    """(figures in the file, what was printed) at two temperatures."""
    done = run(*_arguments(world, temperature="0,0.5"))
    return json.loads((world / "metrics.json").read_text()), done.stdout


def _wanted(pictures, temperature, number=3):
    """The figures of completions, from the numbers in `Known`."""
    # No two completions have the same seed.
    seeds = np.arange(len(pictures) * number).reshape(-1, number)
    off = [
        [2 * (s + 1) + 10 * temperature + i for s in row] for i, row in enumerate(seeds)
    ]
    errors = SHARE * np.square(off)
    ssim = metrics.SSIM()
    for picture, row in zip(pictures, off):
        completed = np.stack([picture] * number)
        for i, change in enumerate(row):
            completed[i, ROWS, COLUMNS] += np.uint8(change)
        ssim.add(picture, np.zeros((SIDE, SIDE), np.uint8), completed)
    return {
        "l1": SHARE * np.mean(off),
        "psnr": np.mean(10 * np.log10(255**2 / errors)),
        **ssim.result(),
        "hole_l1": np.mean(off),
        "hole_l1_best": np.mean(np.min(off, axis=1)),
        "hole_l1_structure_alone": 5 * np.mean(seeds + 1),
        "hole_diversity": 8 / 3 if number == 3 else 0,  # of 2, 2 and 4
    }


def test_figures_of_codes_are_the_known_ones(written):
    figures, _ = written
    numbers = np.arange(NUMBER)
    wanted = {
        "pictures": NUMBER,
        "vqvae_mse": np.mean((numbers / 127.5) ** 2),
        "bits_per_code": np.mean(numbers) + np.mean(range(64)) + SHARE,
        # Codes 0, 0, 1, 1, 2.
        "marginal_bits": 0.8 * math.log2(5 / 2) + 0.2 * math.log2(5),
    }
    wanted["perplexity_top"] = 2 ** wanted["marginal_bits"]
    # The stand-in computes bits in float32.
    assert {name: figures[name] for name in wanted} == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("column, temperature", [(0, 0), (1, 0.5)])
def test_figures_of_completions_are_the_known_ones(
    written, pictures, column, temperature
):
    found = dict(written[0]["completions"][column])
    setting = {name: found.pop(name) for name in ("pictures", "num_samples")}
    assert setting == {"pictures": NUMBER, "num_samples": 3}
    assert found.pop("temperature") == temperature
    assert 0 < found.pop("coverage_error") < 1
    assert found.pop("missing_share") == dict.fromkeys(
        ("least", "mean", "largest"), SHARE
    )
    for name, (low, high) in found.pop("intervals").items():
        assert low <= found[name] <= high  # of means
    assert found == pytest.approx(_wanted(pictures, temperature), rel=1e-9)


def test_names_and_their_order_stay(written, world):
    figures, _ = written
    *facts, last = figures
    assert facts == [
        *("model", "data", "split", "fingerprint", "mask", "weights", "protocol"),
        *("warnings", "pictures"),
        *("vqvae_mse", "bits_per_code", "marginal_bits", "perplexity_top"),
    ]
    assert last == "completions"
    for column in figures["completions"]:
        assert list(column) == [
            *("pictures", "num_samples", "temperature", "l1", "psnr", "ssim"),
            *("hole_l1", "hole_l1_best", "hole_l1_structure_alone", "hole_diversity"),
            *("coverage_error", "missing_share", "intervals"),
        ]
    named = {name: figures[name] for name in ("model", "data", "split", "mask")}
    assert named == {
        "model": str(world / "known"),
        "data": str(world / "records"),
        "split": "val",
        "mask": "folder",
    }


def test_the_printed_tables_are_the_file(written):
    figures, printed = written
    lines = printed.splitlines()
    middle = lines.index("completions")
    assert lines[0] == "codes" and lines[-1].startswith("-> ")
    codes = {name: [value] for name, value in figures.items() if name in printed}
    codes = dict(list(codes.items())[list(codes).index("pictures") :])
    codes.pop("completions")
    columns = figures["completions"]
    told = [name for name, value in columns[0].items() if not isinstance(value, dict)]
    completions = {name: [c[name] for c in columns] for name in told}
    for table, rows in (
        (lines[1:middle], codes),
        (lines[middle + 1 : -1], completions),
    ):
        assert [line.split()[0] for line in table] == list(rows)
        for line, values in zip(table, rows.values()):
            found = [float(word) for word in re.sub(r"\[.*?\]", "", line).split()[1:]]
            assert found == pytest.approx(values, rel=1e-4)  # five digits are printed


def test_limits_take_the_first_pictures(world, pictures):
    output = world / "limited.json"
    changes = {"pictures": 3, "complete": 2, "num_samples": 1, "output": output}
    run(*_arguments(world, **changes))
    figures = json.loads(output.read_text())
    assert figures["pictures"] == 3
    assert figures["vqvae_mse"] == pytest.approx(5 / 3 / 127.5**2, rel=1e-9)
    (column,) = figures["completions"]
    assert (column["pictures"], column["num_samples"]) == (2, 1)
    wanted = _wanted(pictures[:2], 1, number=1)
    assert {name: column[name] for name in wanted} == pytest.approx(wanted, rel=1e-9)


def test_nothing_is_completed_where_none_is_asked_for(world):
    output = world / "none.json"
    done = run(*_arguments(world, complete=0, output=output))
    figures = json.loads(output.read_text())
    assert "completions" not in figures and figures["pictures"] == NUMBER
    assert "hole_l1" not in done.stdout


def test_mistakes_are_one_line(world):
    cases = [
        ({"data": None}, "give --model and --data"),
        ({"completions": world}, "or --completions and --data"),
        ({"model": None, "completions": world, "complete": 0}, "leaves nothing"),
        ({"model": None, "completions": world, "reinpaint": True}, "needs a model"),
        ({"temperature": "1,x"}, "--temperature=1,x: numbers, 0 or more"),
        ({"num_samples": 0}, "--num_samples must be at least 1"),
        ({"complete": -1}, "--complete at least 0"),
        ({"pictures": -1}, "--pictures=-1"),
    ]
    never = world / "never.json"
    (world / "mine.json").write_text("[]")
    for output, words in (
        (world / "mine.json", "not a file that vqinpaint wrote"),
        (world / "known", "is a folder"),
        (world / "mine.json" / "below.json", "is a file, not a folder"),
    ):
        # Found before the model is looked for.
        cases.append(({"output": output, "model": "none"}, words))

    def tried(case):
        arguments = command(*_arguments(world, **{"output": never, **case[0]}))
        return subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(tried, cases))
    for (changes, words), done in zip(cases, results):
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        message = f"{changes}: {done.returncode}\n{done.stderr}"
        assert done.returncode == 2, message
        assert len(lines) == 1 and lines[0].startswith("vqinpaint: error: "), message
        assert words in lines[0], message
    assert not never.exists()
