"""Tensors in PyTorch files are read without PyTorch."""

import base64
import collections
import json
import pathlib

import numpy as np
import pytest

from tests import torch_reading, torch_world
from tests.torch_world import Storage, Tensor, tensor
from vqinpaint.files import torch_files

# Of these, pytest finds the fixture by its name in this file.
FORMATS, read = torch_reading.FORMATS, torch_reading.read

GOLDENS = pathlib.Path(__file__).parent / "goldens"


def _arrays():
    draw = np.random.default_rng(0)
    arrays = {
        kind: draw.integers(0, 100, (2, 3)).astype(kind)
        for kind in torch_world.STORAGES
    }
    arrays["scalar"] = np.float32(0.5)
    arrays["empty"] = np.zeros((0, 4), np.float32)
    arrays["turned"] = draw.normal(size=(4, 3)).astype("f4").T
    return arrays


@FORMATS
def test_types_shapes_and_numbers_are_those_that_were_written(read, write):
    arrays = _arrays()
    found = read(
        write(collections.OrderedDict((n, tensor(a)) for n, a in arrays.items()))
    )
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == np.asarray(array).dtype
        np.testing.assert_array_equal(found[name], array)
        assert not found[name].flags.writeable or not found[name].size


@FORMATS
def test_tensors_share_their_storage(read, write):
    storage = Storage(np.arange(12, dtype="f4"))
    found = read(
        write(
            {
                "rows": Tensor(storage, 0, (3, 4), (4, 1)),
                "columns": Tensor(storage, 0, (4, 3), (1, 4)),
                "last": Tensor(storage, 8, (2, 2), (2, 1)),
                "diagonal": Tensor(storage, 0, (3,), (5,)),
            }
        )
    )
    rows = np.arange(12, dtype="f4").reshape(3, 4)
    np.testing.assert_array_equal(found["rows"], rows)
    np.testing.assert_array_equal(found["columns"], rows.T)
    np.testing.assert_array_equal(found["last"], [[8, 9], [10, 11]])
    np.testing.assert_array_equal(found["diagonal"], [0, 5, 10])
    assert np.shares_memory(found["rows"], found["last"])


@FORMATS
def test_bfloat16_becomes_float32(read, write):
    values = np.array([1, -2.5, 3.140625], "f4")  # exact in eight bits of fraction
    half = Storage((values.view("u4") >> 16).astype("u2"), "BFloat16Storage")
    found = read(write({"w": Tensor(half, 0, (3,), (1,))}))["w"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, values)


@FORMATS
def test_dicts_inside_are_read_and_other_values_left_out(read, write):
    state = collections.OrderedDict(w=tensor(np.ones(2, "f4")))
    state._metadata = collections.OrderedDict({"": {"version": 1}})
    found = read(
        write({"net": {"module": state}, "epoch": 7, "notes": ["a", 0.5, (1,)]})
    )
    assert list(found) == ["net.module.w"]


@FORMATS
def test_only_numbers_that_are_wanted_are_read(read, write, monkeypatch):
    told = []
    real = torch_files.numbers_of
    monkeypatch.setattr(
        torch_files,
        "numbers_of",
        lambda s, data: told.append(len(data)) or real(s, data),
    )
    value = {"a": tensor(np.ones(5, "f4")), "b": tensor(np.ones(9, "f4"))}
    assert list(read(write(value), wanted=lambda name: name == "b")) == ["b"]
    assert told == [36]


@pytest.mark.parametrize("kind", ["zip", "sequence"])
def test_files_that_pytorch_itself_wrote_are_read(read, kind):
    written = json.loads((GOLDENS / "torch_files.json").read_text())
    found = read(base64.b64decode(written[kind]))
    rows = np.arange(12, dtype="f4").reshape(3, 4)
    wanted = {
        "rows": rows,
        "columns": rows.T,
        "tail": rows[2],
        "half": np.array([1, -2.5, 3.140625], "f4"),
        "flag": np.array([True, False]),
        "count": np.array(7),
        "weight": np.array([[0.5]], "f4"),
    }
    assert list(found) == [f"net.{name}" for name in wanted]
    for name, array in wanted.items():
        assert found[f"net.{name}"].dtype == array.dtype
        np.testing.assert_array_equal(found[f"net.{name}"], array)
