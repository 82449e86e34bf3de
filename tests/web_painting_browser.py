"""Painting and completing in a real browser: python -m pytest tests/web_*_browser.py

These tests need the extra "web", playwright from PyPI, and a chromium (VQINPAINT_BROWSER
names another). They are none of the usual tests, as they take some minutes; where something
is missing they fail.
"""

import io
import json
import re
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.commands import ROOT, run

pytest_plugins = ["tests.web_visits"]

EXAMPLES = ROOT / "examples"
_CANVAS = "#canvas button[aria-label='{}']"


@pytest.fixture(scope="module")
def photograph(tmp_path_factory):
    """A picture that is larger than the model and than the canvas."""
    grid = np.mgrid[0:700, 0:1000]
    noise = np.random.default_rng(0).integers(0, 60, [700, 1000, 3])
    pixels = (noise + (grid[0] // 5 + grid[1] // 9)[..., None] % 190).astype(np.uint8)
    path = tmp_path_factory.mktemp("photograph") / "wide photo.png"
    Image.fromarray(pixels).save(path)
    return path


def _pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def _inpainted(folder, picture, mask, *flags):
    """Files that `vqinpaint.inpaint` writes, by name."""
    (folder / "mask.png").write_bytes(mask)
    run(
        *("-m", "vqinpaint.inpaint", "--model=saved_models/demo", f"--image={picture}"),
        *(f"--mask={folder / 'mask.png'}", f"--output={folder / 'out'}", *flags),
    )
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


def test_painted_holes_give_the_bytes_of_inpaint(visit, tmp_path):
    visitor, picture = visit(), EXAMPLES / "images" / "bear.png"
    visitor.upload(picture)
    visitor.wait_for("Paint a hole")
    visitor.canvas_settles()
    visitor.stroke((0.3, 0.4), (0.7, 0.45), (0.4, 0.6))
    visitor.ask_for(3, seed=7)
    name, mask = visitor.download("#mask-download")
    assert name == "bear_mask.png"
    visitor.complete()
    captions = visitor.completions()
    assert len(captions) == 3
    assert all(re.fullmatch(r"\d: seed [789], \d+ bits", c) for c in captions)
    found = _inpainted(tmp_path, picture, mask, "--num_samples=3", "--seed=7")
    archive = zipfile.ZipFile(io.BytesIO(visitor.download("#get-zip")[1]))
    for number in range(3):
        same = f"bear_{number:02d}.png"
        assert archive.read(same) == found[same]
    visitor.page.get_by_label(captions[1]).check()
    visitor.page.wait_for_timeout(1000)
    name, data = visitor.download("#get-png")
    assert name == "bear_01.png" and data == found[name]
    hole = np.asarray(Image.open(io.BytesIO(mask))) > 127
    assert 0.02 < hole.mean() < 0.5
    before = np.asarray(Image.open(picture).convert("RGB"))
    np.testing.assert_array_equal(_pixels(data)[~hole], before[~hole])
    assert (_pixels(data)[hole] != before[hole]).any()
    record = json.loads(visitor.download("#get-json")[1])
    assert record["samples"] == json.loads(found["bear.json"])["samples"]
    assert record["image"] == "bear.png"


def test_a_large_photograph_keeps_its_known_pixels(visit, photograph, tmp_path):
    visitor = visit()
    visitor.upload(photograph)
    visitor.wait_for("Paint a hole")
    visitor.page.get_by_text("Rectangle, by pixels").click()
    for name, value in (("Left", 801), ("Top", 99), ("Right", 850), ("Bottom", 151)):
        visitor.page.get_by_label(name).fill(str(value))
    visitor.page.get_by_text("Add rectangle").click()
    visitor.canvas_settles()
    visitor.ask_for(1, seed=3)
    visitor.complete()
    assert "window(s)" in visitor.status()
    _, mask = visitor.download("#mask-download")
    hole = np.zeros([700, 1000], bool)
    hole[99:151, 801:850] = True
    # The canvas is smaller than the picture, and yet the hole is exact.
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(mask))) > 127, hole)
    name, data = visitor.download("#get-png")
    before = np.asarray(Image.open(photograph))
    np.testing.assert_array_equal(_pixels(data)[~hole], before[~hole])
    found = _inpainted(tmp_path, photograph, mask, "--num_samples=1", "--seed=3")
    assert data == found["wide photo_00.png"]


def test_a_rectangle_counts_before_the_canvas_shows_it(visit, tmp_path):
    visitor = visit()
    visitor.upload(EXAMPLES / "images" / "bear.png")
    visitor.wait_for("Paint a hole")
    visitor.canvas_settles()
    visitor.ask_for(1)
    visitor.page.get_by_text("Rectangle, by pixels").click()
    visitor.page.get_by_text("Add rectangle").wait_for()
    # Complete is pressed as soon as the server has the rectangle.
    with visitor.page.expect_response("**/queue/join*"):
        visitor.page.get_by_text("Add rectangle").click()
    visitor.page.click("#complete")
    visitor.wait_for("Done: 1")
    visitor.canvas_settles()
    _, mask = visitor.download("#mask-download")
    assert (np.asarray(Image.open(io.BytesIO(mask))) > 127).sum() == 32 * 32
    # It can still be erased, which is no late canvas.
    visitor.page.click(_CANVAS.format("Erase"))
    visitor.stroke((0.1, 0.1), (0.3, 0.3))
    _, mask = visitor.download("#mask-download")
    assert 0 < (np.asarray(Image.open(io.BytesIO(mask))) > 127).sum() < 32 * 32


def test_a_mask_of_another_size_is_told_of(visit, tmp_path):
    visitor = visit()
    visitor.upload(EXAMPLES / "images" / "bear.png")
    visitor.wait_for("Paint a hole")
    visitor.canvas_settles()
    Image.new("L", (32, 32), 255).save(tmp_path / "small.png")
    visitor.upload(tmp_path / "small.png", "#mask-upload")
    visitor.wait_for("Note: small.png")
    assert "32x32" in visitor.status()


def test_erasing_undoing_inverting_and_zooming(visit):
    visitor = visit()
    visitor.example(1)

    def share():
        _, mask = visitor.download("#mask-download")
        return (np.asarray(Image.open(io.BytesIO(mask))) > 127).mean()

    first = share()
    visitor.page.click(_CANVAS.format("Erase"))
    visitor.stroke((0.4, 0.4), (0.6, 0.5))
    erased = share()
    assert 0 < erased < first
    visitor.page.click(_CANVAS.format("Undo"))
    visitor.canvas_settles()
    assert share() == first
    visitor.page.click(_CANVAS.format("Zoom in"))
    visitor.page.wait_for_timeout(1000)
    assert share() == first
    visitor.page.get_by_role("button", name="Invert hole").click()
    visitor.canvas_settles()
    assert share() == pytest.approx(1 - first)
    visitor.page.get_by_role("button", name="No hole").click()
    visitor.canvas_settles()
    assert share() == 0
    visitor.upload(EXAMPLES / "masks" / "bear.png", "#mask-upload")
    visitor.canvas_settles()
    assert share() == first


def test_a_finger_paints(visit):
    visitor = visit(width=390, height=844, touch=True)
    visitor.upload(EXAMPLES / "images" / "bear.png")
    visitor.wait_for("Paint a hole")
    visitor.canvas_settles()
    canvas = visitor.page.locator("#canvas canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger = visitor.context.new_cdp_session(visitor.page)
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        *(("touchMove", [{"x": x + 4 * i, "y": y + 2 * i}]) for i in range(10)),
        ("touchEnd", []),
    ):
        sent = {"type": kind, "touchPoints": points}
        finger.send("Input.dispatchTouchEvent", sent)
        visitor.page.wait_for_timeout(30)
    visitor.canvas_settles()
    _, mask = visitor.download("#mask-download")
    hole = np.asarray(Image.open(io.BytesIO(mask))) > 127
    assert 0.01 < hole.mean() < 0.2


def test_rounds_follow_one_another_and_stay_in_the_history(visit, tmp_path):
    visitor = visit()
    visitor.example(1)
    visitor.ask_for(2)
    visitor.complete()
    _, mask = visitor.download("#mask-download")
    hole = np.asarray(Image.open(io.BytesIO(mask))) > 127
    first = _pixels(visitor.download("#get-png")[1])
    visitor.page.get_by_role("button", name="Vary this one").click()
    visitor.wait_for("Done: 2")
    visitor.canvas_settles()
    _, inner = visitor.download("#mask-download")
    core = np.asarray(Image.open(io.BytesIO(inner))) > 127
    assert core.sum() == hole.sum() // 2 and not (core & ~hole).any()
    name, varied = visitor.download("#get-png")
    assert name == "bear_00_00.png" and "seed 2," in visitor.completions()[0]
    np.testing.assert_array_equal(_pixels(varied)[~core], first[~core])
    visitor.page.get_by_role("button", name="Paint a hole into it").click()
    visitor.wait_for("Paint a hole into it")
    visitor.canvas_settles()
    visitor.stroke((0.45, 0.6), (0.55, 0.6))
    visitor.complete()
    assert visitor.download("#get-json")[0] == "bear_00_00.json"
    visitor.page.get_by_label("Round (history)").click()
    visitor.page.get_by_role("option", name="1: bear, 2 result(s)").click()
    visitor.canvas_settles()
    np.testing.assert_array_equal(_pixels(visitor.download("#get-png")[1]), first)
    visitor.page.get_by_role("button", name="Back to its hole").click()
    visitor.wait_for("Change the hole")
    visitor.canvas_settles()
    assert visitor.download("#mask-download")[1] == mask
    visitor.page.get_by_role("button", name="Use its structure again").click()
    visitor.wait_for("Done: 1")
    visitor.canvas_settles()
    assert visitor.completions() == ["1: given structure"]
    np.testing.assert_array_equal(_pixels(visitor.download("#get-png")[1]), first)


def test_a_picture_can_be_pasted(visit):
    visitor = visit()
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.evaluate(
        """async () => {
          const canvas = new OffscreenCanvas(80, 70);
          canvas.getContext("2d").fillRect(0, 0, 40, 70);
          const blob = await canvas.convertToBlob({type: "image/png"});
          await navigator.clipboard.write([new ClipboardItem({"image/png": blob})]);
        }"""
    )
    visitor.page.get_by_label("Paste from clipboard").click()
    visitor.wait_for("Paint a hole")
    visitor.canvas_settles()
    _, mask = visitor.download("#mask-download")
    assert Image.open(io.BytesIO(mask)).size == (80, 70)
