"""The server, the browser and the visitors of the tests with a real browser."""

import pytest

from tests.web_visitor import LONG, Visitor, opened_browser, served


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Of the page."""
    folder = tmp_path_factory.mktemp("server")
    limits = f"--max_samples={LONG}", "--max_pixels=2000000"
    with served(folder, "--at_once=2", *limits) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with opened_browser() as browser:
        yield browser


@pytest.fixture
def visit(browser, address):
    """Opens the page for one visitor after another.

    Afterwards no script may have failed, and nothing may have been asked of other machines.
    """
    visitors = []

    def visit(**size):
        visitors.append(Visitor(browser, address, **size))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        assert not visitor.mistakes
        own = (address, "blob:", "data:")
        assert [url for url in visitor.asked if not url.startswith(own)] == []
        visitor.context.close()
