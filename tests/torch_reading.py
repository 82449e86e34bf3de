"""PyTorch files of both formats, and a fixture that reads their bytes."""

import pytest

from tests.torch_world import sequence, zipped
from vqinpaint.files.torch_files import read_tensors

FORMATS = pytest.mark.parametrize("write", [zipped, sequence])


@pytest.fixture
def read(tmp_path):
    def read_bytes(data, **options):
        path = tmp_path / "net.pth"
        path.write_bytes(data)
        return read_tensors(str(path), **options)

    return read_bytes
