"""A folder of pictures: what is done already, what is stale, what fails."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from vqinpaint import Reporter, Request
from vqinpaint.completing.engine import Completions
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.errors import PictureError, UsageError

SIDE = 64


class Painter:
    """An engine that fills holes with each sample's seed."""

    side, name, fingerprint = SIDE, "painter", "first weights"

    def check(self, request):
        if request.top_k:
            raise UsageError("top_k cannot be asked of a painter.")

    def complete(self, image, mask, seeds, request, reporter):
        rows = [np.full_like(image, seed % 200 + 20) for seed in seeds]
        return Completions(
            np.stack(rows),
            scores={"bits": np.array(seeds, float)},
            views={"structure": np.stack(rows)},
            maps={"entropy": np.zeros([len(seeds), 8, 8], np.float32)},
            record={"codes": np.zeros([len(seeds), 8, 8], np.int32)},
        )

    def encode(self, image):
        return np.full([8, 8], image.mean(), np.int32)

    def render(self, image, mask, codes):
        picture = np.full_like(image, codes[0, 0] % 256)[None]
        return Completions(
            picture, views={"structure": picture}, record={"codes": codes[None]}
        )


@pytest.fixture
def world(tmp_path):
    """Two pictures, a mask, and a picture to take structures from."""
    (tmp_path / "in").mkdir()
    for shade, name in ((10, "a"), (200, "b")):
        Image.new("RGB", (SIDE, SIDE), (shade,) * 3).save(tmp_path / f"in/{name}.png")
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[20:40, 20:40] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.new("RGB", (SIDE, SIDE), "white").save(tmp_path / "guide.png")
    return tmp_path


def _complete(world, engine=None, request=None, **more):
    pairs = find_pairs(str(world / "in"), str(world / "mask.png"))
    request = request or Request(num_samples=2)
    engine = engine or Painter()
    return complete_folder(pairs, engine, request, str(world / "out"), **more)


def _again(world, **changes):
    """(completed, done already) of a second run."""
    summary = _complete(world, **changes)
    return summary.completed, summary.done_already


def test_the_same_again_is_done_already(world):
    assert _complete(world).completed == 2
    before = os.stat(world / "out" / "a_00.png").st_mtime_ns
    assert _again(world) == (0, 2)
    assert os.stat(world / "out" / "a_00.png").st_mtime_ns == before
    assert _again(world, overwrite=True) == (2, 0)


def test_another_file_of_an_older_date_is_not_done(world):
    _complete(world)
    Image.new("RGB", (SIDE, SIDE), "red").save(world / "in" / "b.png")
    os.utime(world / "in" / "b.png", (0, 0))
    assert _again(world) == (1, 1)
    Image.new("L", (SIDE, SIDE), 255).save(world / "mask.png")
    os.utime(world / "mask.png", (0, 0))
    assert _again(world) == (2, 0)


def test_a_file_that_was_only_touched_is_done(world):
    _complete(world)
    os.utime(world / "in" / "a.png")
    assert _again(world) == (0, 2)


def test_a_model_that_was_trained_on_is_another_one(world):
    _complete(world)
    engine = Painter()
    engine.fingerprint = "second weights"
    assert _again(world, engine=engine) == (2, 0)


def test_another_request_is_not_done(world):
    _complete(world)
    assert _again(world, request=Request(num_samples=2, temperature=0.5)) == (2, 0)


def test_an_edited_structure_is_not_done(world):
    request = Request(structure_from=str(world / "guide.png"))
    _complete(world, request=request)
    assert _again(world, request=request) == (0, 2)
    first = np.asarray(Image.open(world / "out" / "a_00.png"))
    Image.new("RGB", (SIDE, SIDE), "black").save(world / "guide.png")
    assert _again(world, request=request) == (2, 0)
    assert (np.asarray(Image.open(world / "out" / "a_00.png")) != first).any()


def test_a_result_that_was_deleted_is_made_again(world):
    _complete(world)
    (world / "out" / "a_01.png").unlink()
    assert _again(world) == (1, 1)
    assert (world / "out" / "a_01.png").exists()


def test_results_of_an_older_version_or_spoilt_ones_are_made_again(world):
    _complete(world)
    facts = json.loads((world / "out" / "a.json").read_text())
    facts.pop("fingerprints")
    (world / "out" / "a.json").write_text(json.dumps(facts))
    (world / "out" / "b.json").write_text("{")
    assert _again(world) == (2, 0)


def test_one_bad_picture_does_not_stop_the_others(world):
    (world / "in" / "aa.png").write_bytes(b"no picture")
    notes = []

    class Listener(Reporter):
        def note(self, text):
            notes.append(text)

    summary = _complete(world, reporter=Listener())
    assert (summary.completed, len(summary.failed)) == (2, 1)
    assert len(notes) == 1 and "aa.png cannot be read" in notes[0]
    with pytest.raises(PictureError, match="1 of 3 pictures could not be completed"):
        summary.check()
    assert summary.text().startswith("2 picture(s) completed, 1 failed; 2 completions")


def test_a_request_that_the_engine_refuses_stops_before_any_work(world):
    with pytest.raises(UsageError, match="painter"):
        _complete(world, request=Request(top_k=3))
    assert not (world / "out").exists()


def test_the_best_are_those_of_the_fewest_bits(world):
    _complete(world, request=Request(num_samples=5, keep=2, seed=3))
    samples = json.loads((world / "out" / "a.json").read_text())["samples"]
    assert [(sample["seed"], sample["bits"]) for sample in samples] == [(3, 3), (4, 4)]
    assert samples[0]["discriminator"] is None
