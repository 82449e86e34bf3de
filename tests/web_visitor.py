"""The page's server in a process of its own, and a visitor with a real browser."""

import contextlib
import os
import re
import shutil
import subprocess
import time

from tests.commands import ROOT, command

# A busy machine loads TensorFlow and Gradio in a minute.
_PATIENCE = 180  # seconds
# As many completions as a page may make: minutes, however slow the browser is to click.
LONG = 1000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser_path():
    """Path of a browser. Fails in one line where there is none."""
    found = filter(None, map(shutil.which, _BROWSERS))
    path = os.environ.get("VQINPAINT_BROWSER") or next(found, None)
    assert path, "these tests need a browser: apt-get install chromium"
    return path


@contextlib.contextmanager
def opened_browser():
    """Playwright's browser without a window, while the block goes on."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def served(folder, *flags, logs=""):
    """Address of the page, which is served while the block goes on.

    Args:
      folder: for temporary files; nothing may be left there at the end.
      flags: further ones.
      logs: what the server's terminal must say at the end; "" allows no traceback there.
    """
    arguments = command(
        *("-m", "vqinpaint.web", "--model=saved_models/demo", "--port=0", *flags)
    )
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    try:
        line = process.stdout.readline()
        found = re.search(r"open (http://\S+);", line)
        assert found, f"the page did not start: {line}"
        yield found[1]
    finally:
        process.terminate()
        told = process.communicate(timeout=_PATIENCE)[0]
        assert logs in told if logs else "Traceback" not in told, told
        left = os.listdir(folder)
        assert not left, left


class Visitor:
    """One browser with the page open.

    Attributes:
      page: of Playwright.
      asked: addresses of all requests so far.
    """

    def __init__(self, browser, address, width=1280, height=1000, touch=False):
        self.address = address
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=touch,
            is_mobile=touch,
            accept_downloads=True,
        )
        self.asked, self.mistakes = [], []
        # Whatever goes elsewhere is seen here and stopped.
        self.context.route(
            lambda url: not url.startswith(address) and "://" in url,
            lambda route: route.abort(),
        )
        self.page = self.context.new_page()
        self._under_way = set()
        self.page.on("request", self._begun)
        for event in ("requestfinished", "requestfailed"):
            self.page.on(event, lambda request: self._under_way.discard(request))
        self.page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        self.page.goto(address)
        self.page.wait_for_selector("#canvas canvas")
        self.page.wait_for_timeout(500)  # the session is made on loading

    def _begun(self, request):
        self.asked.append(request.url)
        if "/heartbeat/" not in request.url:  # which lasts as long as the visit
            self._under_way.add(request)

    def upload(self, path, place="#upload button[aria-label^='Drop']"):
        with self.page.expect_file_chooser() as chooser:
            self.page.locator(place).first.click()
        chooser.value.set_files(str(path))

    def example(self, number):
        self.page.locator("#examples .thumbnail-item").nth(number).click()
        self.wait_for("Press Complete")
        self.canvas_settles()

    def canvas_settles(self):
        """Waits until the canvas shows what it was sent, and has sent what it shows."""
        quiet, until = 0, time.monotonic() + _PATIENCE
        while quiet < 5:
            assert time.monotonic() < until, "the page goes on asking"
            self.page.wait_for_timeout(200)
            quiet = 0 if self._under_way else quiet + 1

    def stroke(self, *points):
        """Drags the mouse over the canvas: (x, y) of 0 to 1 inside the picture."""
        box = self.page.locator("#canvas canvas").first.bounding_box()
        # The square picture is in the middle, with the height that the toolbar leaves.
        side = min(box["width"], box["height"]) * 0.8
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        places = [
            (middle[0] + (x - 0.5) * side, middle[1] + (y - 0.5) * side)
            for x, y in points
        ]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=10)
        self.page.mouse.up()
        self.canvas_settles()

    def ask_for(self, number, seed=0):
        self.page.get_by_label("Seed of the first").fill(str(seed))
        field = self.page.get_by_role("spinbutton", name=re.compile("Number"))
        field.fill(str(number))
        field.press("Tab")

    def complete(self, button="#complete"):
        self.page.click(button)
        self.wait_for("Done")

    def status(self):
        return self.page.inner_text("#status [role=status]")

    def wait_for(self, text):
        """Waits until the status begins with that text."""
        until = time.monotonic() + _PATIENCE
        while not self.status().startswith(text):
            assert time.monotonic() < until, f"{text!r} did not come: {self.status()!r}"
            self.page.wait_for_timeout(100)

    def completions(self):
        """Captions of the completions in the gallery."""
        # The gallery is drawn a moment after the status.
        self.page.wait_for_timeout(500)
        return self.page.locator("#gallery .caption-label").all_inner_texts()

    def download(self, button):
        """(name, bytes) of what a button downloads."""
        with self.page.expect_download() as download:
            self.page.click(button)
        with open(download.value.path(), "rb") as file:
            return download.value.suggested_filename, file.read()

    def error(self):
        """Text of the error that the page shows, which is then closed."""
        toast = self.page.get_by_test_id("toast-text").last
        toast.wait_for()
        text = toast.inner_text()
        self.page.get_by_test_id("toast-close").last.click()
        toast.wait_for(state="detached")
        return text
