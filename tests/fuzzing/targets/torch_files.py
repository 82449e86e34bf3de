"""The reader of PyTorch files, of both formats."""

import io
import random
import zipfile

import numpy as np

from tests import torch_world
from tests.fuzzing.target import Target, as_file
from vqinpaint.files.torch_files import read_tensors


def _value():
    storage = torch_world.Storage(np.arange(12, dtype="f4"))
    return {
        "rows": torch_world.Tensor(storage, 0, (3, 4), (4, 1)),
        "net": {"columns": torch_world.Tensor(storage, 0, (4, 3), (1, 4))},
        "count": torch_world.tensor(np.int64(7)),
    }


def _archives():
    return [torch_world.zipped(_value())]


def _sequences():
    return [torch_world.sequence(_value())]


def change_pickle(data: bytes, draw: random.Random) -> bytes:
    """Changes bytes of the archive's pickle; checksums fit again."""
    changed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            with zipfile.ZipFile(changed, "w") as new:
                for name in old.namelist():
                    content = bytearray(old.read(name))
                    if name.endswith("data.pkl"):
                        for _ in range(draw.choice((1, 1, 2, 4))):
                            content[draw.randrange(len(content))] = draw.randrange(256)
                    new.writestr(zipfile.ZipInfo(name), bytes(content))
    except Exception:  # damaged by other mutators already
        return data
    return changed.getvalue()


def _read(path):
    for name, array in read_tensors(path).items():
        assert isinstance(name, str) and array.size <= 1000
        array.sum()


TARGETS = (
    Target(
        "PyTorch archives",
        _archives,
        as_file(_read, "net.pth"),
        (change_pickle,),
        megabytes=64,
    ),
    Target("PyTorch sequences", _sequences, as_file(_read, "net.pth"), megabytes=64),
)
