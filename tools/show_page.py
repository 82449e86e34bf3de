"""Makes the pictures of docs/web.md: python tools/show_page.py

A browser opens the page, takes an example and has it completed, at the size of a desk and
at that of a phone. It needs what tests/web_painting_browser.py needs.
"""

import os
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, ROOT)

from tests.web_visitor import Visitor, opened_browser, served  # noqa: E402
from vqinpaint.cli import FLAGS, flags, run_main  # noqa: E402

flags.DEFINE_string(
    "output",
    os.path.join(ROOT, "docs", "gallery"),
    "Folder of the pictures; those of earlier runs are replaced.",
)

_SIZES = {  # width and height of the window
    "web_desktop.png": {"width": 1280, "height": 1000},
    "web_phone.png": {"width": 390, "height": 844, "touch": True},
}
_EXAMPLE = 1  # the bear


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        served(folder) as address,
        opened_browser() as browser,
    ):
        for name, size in _SIZES.items():
            visitor = Visitor(browser, address, **size)
            visitor.example(_EXAMPLE)
            visitor.ask_for(6)
            visitor.complete()
            visitor.completions()  # when they are there
            path = os.path.join(FLAGS.output, name)
            visitor.page.screenshot(path=path, full_page=True)
            visitor.context.close()


if __name__ == "__main__":
    run_main(main)
