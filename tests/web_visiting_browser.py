"""Visitors, their mistakes and what they may not do, in a real browser.

See tests/web_painting_browser.py. VQINPAINT_SCREENSHOTS=DIR keeps pictures of the page.
"""

import os
import re
import urllib.request

import pytest
from PIL import Image

from tests.commands import ROOT
from tests.web_visitor import LONG, Visitor, served

pytest_plugins = ["tests.web_visits"]

EXAMPLES = ROOT / "examples"


def _keep(visitor, name):
    folder = os.environ.get("VQINPAINT_SCREENSHOTS")
    if folder:
        visitor.page.screenshot(path=os.path.join(folder, name), full_page=True)


def test_a_computation_can_be_cancelled(visit):
    visitor = visit()
    visitor.example(0)
    visitor.ask_for(LONG)
    visitor.page.click("#complete")
    visitor.wait_for("Completing")
    visitor.page.locator("#status progress").wait_for()
    visitor.page.click("#cancel")
    visitor.wait_for("Cancelled.")
    assert not visitor.completions()
    visitor.ask_for(1)
    visitor.complete()
    assert len(visitor.completions()) == 1


def test_cancelling_at_once_stops_what_was_just_asked_for(visit):
    visitor = visit()
    visitor.example(0)
    visitor.ask_for(LONG)
    visitor.page.evaluate(
        """() => {
          document.querySelector("#complete").click();
          document.querySelector("#cancel").click();
        }"""
    )
    visitor.wait_for("Cancelled.")
    visitor.page.wait_for_timeout(2000)
    assert visitor.status() == "Cancelled." and not visitor.completions()
    visitor.ask_for(1)
    visitor.complete()
    assert len(visitor.completions()) == 1


def test_results_are_not_left_without_being_asked(visit):
    visitor, asked = visit(), []

    def dismiss(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    visitor.page.on("dialog", dismiss)
    visitor.page.reload()
    assert not asked  # nothing to lose yet
    visitor.page.wait_for_selector("#canvas canvas")
    visitor.page.wait_for_timeout(500)
    visitor.example(0)
    visitor.ask_for(1)
    visitor.complete()
    assert visitor.completions()
    visitor.page.evaluate("setTimeout(() => location.reload(), 0)")
    visitor.page.wait_for_timeout(1000)
    assert asked == ["beforeunload"] and visitor.completions()


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
    visitor.page.get_by_label("Seed of the first").fill("1.5")
    visitor.example(0)
    visitor.page.click("#complete")
    assert "seed is 1.5; give a whole number" in visitor.error()


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
    assert first.download("#get-json")[0] == "antenna.json"
    assert second.download("#get-json")[0] == "horns.json"
    files = {u for u in first.asked if "/gradio_api/file=" in u and "_0" in u}
    assert files
    for url in files:
        assert first.context.request.get(url).ok
        assert second.context.request.get(url).status == 404
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(url)


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
    assert download.value.suggested_filename == "antenna_00.png"
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
        visitor.upload(EXAMPLES / "images" / "bear.png")
        visitor.canvas_settles()
        assert visitor.status() == "Choose a picture."
        visitor.context.close()


def test_long_computations_are_stopped(browser, tmp_path):
    with served(
        tmp_path, "--seconds=1", "--at_once=1", f"--max_samples={LONG}"
    ) as address:
        visitor = Visitor(browser, address)
        visitor.example(0)
        visitor.ask_for(LONG)
        visitor.page.click("#complete")
        assert "stopped after 1 s" in visitor.error()
        assert visitor.status().startswith("stopped after 1 s; ask for fewer")
        visitor.context.close()
