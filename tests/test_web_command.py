"""The command of the page, as far as it goes without Gradio."""

import pytest

from tests.commands import ROOT, run
from vqinpaint.errors import UsageError
from vqinpaint.options.page import PageOptions


def test_without_gradio_one_line_says_what_to_do(tmp_path):
    (tmp_path / "gradio.py").write_text("raise ImportError('No module named gradio')")
    done = run("-m", "vqinpaint.web", code=8, PYTHONPATH=str(tmp_path))
    assert f"pip install '{ROOT}[web]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_page_is_this_machines_alone_unless_told_otherwise():
    assert PageOptions().host == "127.0.0.1"


@pytest.mark.parametrize(
    "name", ["max_samples", "seconds", "queue", "upload_megabytes"]
)
def test_bounds_are_positive(name):
    with pytest.raises(UsageError, match=f"{name} is 0"):
        PageOptions(**{name: 0})


def test_addresses_are_checked():
    with pytest.raises(UsageError, match="port is 70000"):
        PageOptions(port=70_000)
    with pytest.raises(UsageError, match="host is empty"):
        PageOptions(host="")
    with pytest.raises(UsageError, match="max_samples is 2000"):
        PageOptions(max_samples=2000)
