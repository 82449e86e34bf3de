"""The page in a real browser: python -m pytest tests/web_browser.py

It needs the extra "web", playwright from PyPI, and a chromium (VQINPAINT_BROWSER names
another). It is no part of the usual tests, as it takes some minutes; where something is
missing it fails. VQINPAINT_SCREENSHOTS=DIR keeps pictures of the page.
"""

import io
import json
import os
import re
import urllib.request
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.commands import ROOT, run
from tests.web_visitor import Visitor, browser_path, served

EXAMPLES = ROOT / "examples"
_CANVAS = "#canvas button[aria-label='{}']"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with served(folder, "--at_once=2", "--max_pixels=2000000") as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, address):
    """Opens the page for one visitor after another."""
    visitors = []

    def visit(**size):
        visitors.append(Visitor(browser, address, **size))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        assert not visitor.mistakes
        elsewhere = [
            u for u in visitor.asked if not u.startswith((address, "blob:", "data:"))
        ]
        assert not elsewhere
        visitor.context.close()


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


def _keep(visitor, name):
    folder = os.environ.get("VQINPAINT_SCREENSHOTS")
    if folder:
        visitor.page.screenshot(path=os.path.join(folder, name), full_page=True)


def test_painted_holes_give_the_bytes_of_inpaint(visit, tmp_path):
    visitor, picture = visit(), EXAMPLES / "images" / "face.png"
    visitor.upload(picture)
    visitor.wait_for("Paint a hole")
    visitor.canvas_settles()
    visitor.stroke((0.3, 0.4), (0.7, 0.45), (0.4, 0.6))
    visitor.ask_for(3, seed=7)
    name, mask = visitor.download("#mask-download")
    assert name == "face_mask.png"
    visitor.complete()
    captions = visitor.completions()
    assert len(captions) == 3
    assert all(re.fullmatch(r"\d: seed [789], \d+ bits", c) for c in captions)
    found = _inpainted(tmp_path, picture, mask, "--num_samples=3", "--seed=7")
    archive = zipfile.ZipFile(io.BytesIO(visitor.download("#get-zip")[1]))
    for number in range(3):
        same = f"face_{number:02d}.png"
        assert archive.read(same) == found[same]
    visitor.page.get_by_label(captions[1]).check()
    visitor.page.wait_for_timeout(1000)
    name, data = visitor.download("#get-png")
    assert name == "face_01.png" and data == found[name]
    hole = np.asarray(Image.open(io.BytesIO(mask))) > 127
    assert 0.02 < hole.mean() < 0.5
    before = np.asarray(Image.open(picture).convert("RGB"))
    np.testing.assert_array_equal(_pixels(data)[~hole], before[~hole])
    assert (_pixels(data)[hole] != before[hole]).any()
    record = json.loads(visitor.download("#get-json")[1])
    assert record["samples"] == json.loads(found["face.json"])["samples"]
    assert record["image"] == "face.png"


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
    visitor.upload(EXAMPLES / "masks" / "face.png", "#mask-upload")
    visitor.canvas_settles()
    assert share() == first


def test_a_computation_can_be_cancelled(visit):
    visitor = visit()
    visitor.example(0)
    visitor.ask_for(32)
    visitor.page.click("#complete")
    visitor.wait_for("Completing")
    visitor.page.locator("#status progress").wait_for()
    visitor.page.click("#cancel")
    visitor.wait_for("Cancelled.")
    assert not visitor.completions()
    visitor.ask_for(1)
    visitor.complete()
    assert len(visitor.completions()) == 1


def test_mistakes_are_told_in_one_line(visit, tmp_path):
    visitor = visit()
    visitor.page.click("#complete")
    assert "there is no picture" in visitor.error()
    (tmp_path / "bad.png").write_text("no picture")
    visitor.upload(tmp_path / "bad.png")
    text = visitor.error()
    assert "bad.png" in text and "\n" not in text
    assert "/" not in text and "Traceback" not in text
    Image.new("RGB", (2000, 1100)).save(tmp_path / "large.png")
    visitor.upload(tmp_path / "large.png")
    assert "2000x1100 pixels, more than 2,000,000" in visitor.error()
    visitor.example(0)
    visitor.page.get_by_role("button", name="No hole").click()
    visitor.canvas_settles()
    visitor.page.click("#complete")
    assert "there is no hole" in visitor.error()


def test_visitors_get_their_own_answers_and_no_others(visit, address):
    first, second = visit(), visit()
    first.example(0)
    second.example(3)
    first.ask_for(4, seed=1)
    second.ask_for(2, seed=90)
    first.page.click("#complete")
    second.page.click("#complete")
    first.wait_for("Done")
    second.wait_for("Done")
    assert ["seed 1," in c for c in first.completions()] == [True, False, False, False]
    assert ["seed 90," in c for c in second.completions()] == [True, False]
    assert first.download("#get-json")[0] == "curls.json"
    assert second.download("#get-json")[0] == "smiley.json"
    files = {u for u in first.asked if "/gradio_api/file=" in u and "_0" in u}
    assert files
    for url in files:
        assert first.context.request.get(url).ok
        assert second.context.request.get(url).status == 404
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(url)


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
    assert name == "face_00_00.png" and "seed 2," in visitor.completions()[0]
    np.testing.assert_array_equal(_pixels(varied)[~core], first[~core])
    visitor.page.get_by_role("button", name="Paint a hole into it").click()
    visitor.wait_for("Paint a hole into it")
    visitor.canvas_settles()
    visitor.stroke((0.45, 0.6), (0.55, 0.6))
    visitor.complete()
    assert visitor.download("#get-json")[0] == "face_00_00.json"
    visitor.page.get_by_label("Round (history)").click()
    visitor.page.get_by_role("option", name="1: face, 2 result(s)").click()
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


# The name by which a screen reader calls an element, roughly as HTML-AAM computes it.
_NAMELESS = """() => [...document.querySelectorAll(
    "button, input, select, textarea, a[href], [role=button], [tabindex='0']")]
  .filter(e => e.offsetParent !== null && !e.disabled && e.type !== "file")
  .filter(e => !(e.getAttribute("aria-label") || e.title || e.innerText?.trim()
    || e.getAttribute("aria-labelledby") || e.placeholder || e.alt
    || [...(e.labels || [])].some(l => l.innerText.trim())
    || e.querySelector("img[alt]:not([alt=''])")))
  .map(e => e.outerHTML.slice(0, 160))"""


def test_everything_has_a_name_and_the_keyboard_suffices(visit):
    visitor = visit()
    assert visitor.page.evaluate(_NAMELESS) == []

    def tab_to(description):
        for _ in range(60):
            visitor.page.keyboard.press("Tab")
            if visitor.page.evaluate(
                f"document.activeElement.matches({description!r})"
            ):
                return
        raise AssertionError(f"Tab never reaches {description}")

    tab_to("#examples button")
    visitor.page.keyboard.press("Enter")
    visitor.wait_for("Press Complete")
    visitor.canvas_settles()
    visitor.ask_for(1)
    tab_to("#complete")
    visitor.page.keyboard.press("Enter")
    visitor.wait_for("Done: 1")
    visitor.canvas_settles()
    tab_to("#get-png")
    with visitor.page.expect_download() as download:
        visitor.page.keyboard.press("Enter")
    assert download.value.suggested_filename == "curls_00.png"
    assert visitor.page.evaluate(_NAMELESS) == []


@pytest.mark.parametrize("width, height", [(1280, 900), (390, 844)])
def test_the_page_fits_desktops_and_phones(visit, width, height):
    visitor = visit(width=width, height=height)
    visitor.example(1)
    visitor.complete()
    visitor.canvas_settles()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    _keep(visitor, "desktop.png" if width > 1000 else "phone.png")


def test_files_that_were_not_uploaded_cannot_be_named(browser, tmp_path):
    def forged(route):
        data = re.sub(
            r'"path": *"[^"]*"', '"path":"/etc/passwd"', route.request.post_data
        )
        route.continue_(post_data=data)

    refused = "Cannot move /etc/passwd to the gradio cache dir"
    with served(tmp_path, logs=refused) as address:
        visitor = Visitor(browser, address)
        visitor.context.route("**/queue/join*", forged)
        visitor.upload(EXAMPLES / "images" / "face.png")
        visitor.canvas_settles()
        assert visitor.status() == "Choose a picture."
        visitor.context.close()


def test_long_computations_are_stopped(browser, tmp_path):
    with served(tmp_path, "--seconds=1", "--at_once=1") as address:
        visitor = Visitor(browser, address)
        visitor.example(0)
        visitor.ask_for(32)
        visitor.page.click("#complete")
        assert "stopped after 1 s" in visitor.error()
        assert visitor.status().startswith("stopped after 1 s; ask for fewer")
        visitor.context.close()
