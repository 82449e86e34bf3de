"""vqinpaint.inpaint on pictures of any size, and its ways to choose and to guide."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from tests import tiny
from tests.commands import run
from vqinpaint.ops.images import to_uint8


@pytest.fixture(scope="module")
def world(exported, tmp_path_factory):
    """A SavedModel, a run folder, and pictures with masks."""
    root = tmp_path_factory.mktemp("options")
    tiny.run_folder(root / "run")
    (root / "model").symlink_to(exported[1])
    (root / "in").mkdir()
    sizes = {"square": (64, 64), "photo": (150, 110), "strip": (40, 130)}
    for seed, (name, size) in enumerate(sizes.items()):
        picture = Image.fromarray(to_uint8(tiny.images(1, seed=seed)[0]).numpy())
        picture.resize(size).save(root / "in" / f"{name}.png")
        mask = np.zeros(size[::-1], np.uint8)
        mask[10:25, 12:30] = 255
        mask[-9:, -8:] = 255
        Image.fromarray(mask).save(root / f"mask_{name}.png")
    return root


def _inpaint(world, output, *flags, name="photo", model="model", code=0):
    return run(
        *("-m", "vqinpaint.inpaint", f"--model={world / model}"),
        *(f"--image={world / 'in' / name}.png", f"--mask={world / f'mask_{name}.png'}"),
        *(f"--output={world / output}", "--num_samples=3", *flags),
        code=code,
    )


def _pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


def _facts(world, output, name="photo"):
    return json.loads((world / output / f"{name}.json").read_text())


@pytest.mark.parametrize("name", ["photo", "strip"])
@pytest.mark.parametrize("size", ["crop", "resize", "native"])
def test_known_pixels_stay_exact_at_any_size(world, size, name):
    output = f"{size}_{name}"
    model = "run" if size == "native" else "model"
    done = _inpaint(world, output, f"--size={size}", name=name, model=model)
    assert "Traceback" not in done.stderr
    image = _pixels(world / "in" / f"{name}.png")
    mask = np.asarray(Image.open(world / f"mask_{name}.png")) > 127
    facts = _facts(world, output, name)
    for sample in facts["samples"]:
        completed = _pixels(world / output / sample["file"])
        np.testing.assert_array_equal(completed[~mask], image[~mask])
        assert (completed[mask] != image[mask]).mean() > 0.5
        assert len(sample["windows"]) == len(facts["windows"])
    assert len(facts["windows"]) == (2 if size == "crop" else 1)
    sheet = _pixels(world / output / f"{name}_grid.png")
    assert min(sheet.shape[:2]) > 100


def test_native_needs_a_run_folder_and_room(world):
    done = _inpaint(world, "no", "--size=native", code=5)
    assert "SavedModel" in done.stderr and "run folder" in done.stderr
    Image.new("RGB", (1000, 10)).save(world / "in2.png")
    done = run(
        *("-m", "vqinpaint.inpaint", f"--model={world / 'run'}", "--size=native"),
        *(f"--image={world / 'in2.png'}", f"--mask={world / 'mask_photo.png'}"),
        f"--output={world / 'no'}",
        code=3,
    )
    assert "up to 768x768" in done.stderr


def test_the_best_are_kept_by_either_measure(world):
    _inpaint(world, "all", model="run")
    every = _facts(world, "all")["samples"]
    assert all(np.isfinite([s["bits"], s["discriminator"]]).all() for s in every)
    for by, key in (("likelihood", "bits"), ("discriminator", "discriminator")):
        _inpaint(world, by, "--keep=2", f"--keep_by={by}", model="run")
        kept = _facts(world, by)["samples"]
        wanted = sorted(every, key=lambda s: s[key] * (1 if key == "bits" else -1))[:2]
        assert [s["seed"] for s in kept] == [s["seed"] for s in wanted]
        for ours, theirs in zip(kept, wanted):
            first = (world / by / ours["file"]).read_bytes()
            assert first == (world / "all" / theirs["file"]).read_bytes()
    done = _inpaint(world, "no", "--keep=1", "--keep_by=discriminator", code=2)
    assert "run folder" in done.stderr


def test_an_earlier_structure_is_rendered_again(world):
    _inpaint(world, "drawn", "--seed=4")
    source = world / "drawn" / "photo.json"
    _inpaint(world, "again", f"--structure_from={source}:1")
    first = (world / "again" / "photo_00.png").read_bytes()
    assert first == (world / "drawn" / "photo_01.png").read_bytes()
    assert _facts(world, "again")["samples"][0]["bits"] is None
    done = _inpaint(world, "no", f"--structure_from={source}:9", code=3)
    assert "no codes of sample 9" in done.stderr
    done = _inpaint(world, "no", f"--structure_from={source}", name="square", code=3)
    assert "same holes" in done.stderr


def test_another_pictures_structure_fills_the_hole(world):
    """Its own picture gives the picture's own codes; another one other codes."""
    own, other = world / "in" / "square.png", world / "in" / "photo.png"
    codes = []
    for name, source in (("own", own), ("other", other)):
        _inpaint(world, name, f"--structure_from={source}", name="square")
        codes.append(
            np.array(_facts(world, name, "square")["samples"][0]["windows"][0]["codes"])
        )
        assert not (world / name / "square_01.png").exists()
    assert (codes[0] != codes[1]).any()
    # Far from the hole, beyond what the encoder sees, both are the picture's own.
    assert (codes[0] == codes[1]).mean() > 0.3


def test_folders_resume_go_on_after_damage_and_sum_up(world):
    folder = world / "folder"
    folder.mkdir()
    for name in ("a", "b"):
        _pixels(world / "in" / "square.png")
        Image.open(world / "in" / "square.png").save(folder / f"{name}.png")
    (folder / "c.png").write_bytes(b"no picture")

    def complete(*flags, code=3):
        return run(
            *("-m", "vqinpaint.inpaint", f"--model={world / 'model'}"),
            *(f"--image={folder}", f"--mask={world / 'mask_square.png'}"),
            *(f"--output={world / 'many'}", "--num_samples=1", *flags),
            code=code,
        )

    done = complete()
    assert "c.png cannot be read" in done.stderr
    assert "1 of 3 pictures could not be completed" in done.stderr.splitlines()[-1]
    assert "2 picture(s) completed, 1 failed" in done.stdout
    first = os.stat(world / "many" / "a_00.png").st_mtime_ns
    Image.new("RGB", (64, 64)).save(folder / "b.png")
    (folder / "c.png").unlink()
    done = complete(code=0)
    assert "1 picture(s) done already, 1 picture(s) completed" in done.stdout
    assert os.stat(world / "many" / "a_00.png").st_mtime_ns == first
    assert "2 picture(s) completed" in complete("--seed=1", code=0).stdout
    assert (
        "2 picture(s) completed" in complete("--overwrite", "--seed=1", code=0).stdout
    )


def test_pictures_of_one_name_are_refused(world):
    folder = world / "twins"
    folder.mkdir()
    for suffix in ("png", "jpg"):
        Image.new("RGB", (64, 64)).save(folder / f"x.{suffix}")
    done = run(
        *("-m", "vqinpaint.inpaint", f"--model={world / 'model'}", f"--image={folder}"),
        *(f"--mask={world / 'mask_square.png'}", f"--output={world / 'no'}"),
        code=2,
    )
    assert "several pictures called x" in done.stderr


def test_a_picture_without_a_hole_comes_back_as_it_was(world):
    Image.new("L", (150, 110)).save(world / "none.png")
    run(
        *("-m", "vqinpaint.inpaint", f"--model={world / 'model'}", "--num_samples=1"),
        *(f"--image={world / 'in' / 'photo.png'}", f"--mask={world / 'none.png'}"),
        f"--output={world / 'whole'}",
    )
    image = _pixels(world / "in" / "photo.png")
    np.testing.assert_array_equal(_pixels(world / "whole" / "photo_00.png"), image)
