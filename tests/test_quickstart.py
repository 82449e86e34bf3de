"""The notebook for beginners, run from top to bottom."""

import base64
import io
import os

import nbclient
import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.commands import ROOT

PATH = ROOT / "examples" / "quickstart.ipynb"


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The notebook with its outputs, run in an empty folder."""
    notebook = nbformat.read(PATH, as_version=4)
    folder = tmp_path_factory.mktemp("notebook")
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(folder)}}
    )
    with pytest.MonkeyPatch.context() as patch:
        # The kernel is a process of its own, and shall run this tree.
        patch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
        client.execute()  # raises where a cell does
    assert list(folder.iterdir()) == []
    return notebook


def _pictures(notebook):
    """Every picture that it shows, as uint8 [h, w, 3]."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {}).get("image/png")
            if data:
                png = io.BytesIO(base64.b64decode(data))
                yield np.asarray(Image.open(png).convert("RGB"))


def _printed(notebook):
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
    return "".join(o["text"] for o in outputs if o.output_type == "stream")


def test_the_notebook_shows_pictures_and_figures(ran):
    shown = list(_pictures(ran))
    assert len(shown) == 8
    assert all(picture.std() > 10 for picture in shown)
    printed = _printed(ran)
    assert "temperature 0: 0.0 grey levels" in printed  # nothing is drawn there
    assert "\nclear " in printed and "different_true" in printed
    assert "Warning" not in printed and "Traceback" not in printed


def test_the_notebook_is_kept_without_outputs():
    """Outputs would grow old with the demo model; readers see those of their own."""
    cells = nbformat.read(PATH, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert code and not any(cell.outputs or cell.execution_count for cell in code)
