"""Structures of earlier results: what is taken, and the one line for what is not."""

import json

import numpy as np
import pytest

from vqinpaint.completing.structures import given_codes
from vqinpaint.completing.windows import Step, Window
from vqinpaint.errors import PictureError


class _Engine:
    side, codes = 64, 16


def _given(path, windows=1, sample=0):
    step = Step(Window(0, 0, 64, 64), np.ones([64, 64], bool))
    picture, mask = np.zeros([64, 64, 3], np.uint8), np.zeros([64, 64], np.uint8)
    return given_codes(f"{path}:{sample}", picture, mask, [step] * windows, _Engine())


def _result(codes, windows=1):
    return {"samples": [{"windows": [{"codes": codes}] * windows}], "model": "m"}


@pytest.fixture
def grid():
    return [[(i + j) % 16 for i in range(8)] for j in range(8)]


def _write(tmp_path, values):
    path = tmp_path / "cat.json"
    path.write_text(json.dumps(values))
    return path


def test_codes_are_taken_as_they_are(tmp_path, grid):
    (found,) = _given(_write(tmp_path, _result(grid)))
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, grid)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1.7, r"windows\[0\].codes\[0\]\[3\] is 1.7; a whole"),
        (2.0, "is 2.0; a whole"),
        ("3", "is '3'; a whole"),
        (None, "is null"),
        (True, "is true"),
        (float("nan"), "is nan"),
        (16, "codes from 0 to 16, the model has 16"),
        (-1, "codes from -1 to "),
        (2**40, "to 1099511627776, the model has 16"),
        (10**30, "a whole number is wanted"),
    ],
)
def test_an_impossible_code_is_one_short_line(tmp_path, grid, code, words):
    grid[0][3] = code
    with pytest.raises(PictureError, match=words) as caught:
        _given(_write(tmp_path, _result(grid)))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "an object is wanted"),
        (None, "is null"),
        ({}, "samples is missing"),
        ({"samples": {}}, "samples is an object"),
        ({"samples": []}, r"no codes of sample 0 there, as it has 0 sample"),
        ({"samples": [None]}, ":0 does not fit: it is null"),
        ({"samples": [{}]}, "windows is missing"),
        ({"samples": [{"windows": [{}]}]}, r"windows\[0\].codes is missing"),
        ({"samples": [{"windows": []}]}, "0 window.*same holes"),
        (_result([]), "same holes"),
        (_result([[1] * 4] * 4), "have 1 of 8x8 codes"),
        (_result([[1] * 8] * 7 + [[1]]), "have 1 of 8x8 codes"),
        (_result([[1] * 8] * 8, windows=2), "2 window.*have 1 of"),
        (_result([[[1]] * 8] * 8), "is a list with 1 inside; a whole"),
    ],
)
def test_another_form_is_one_short_line(tmp_path, values, words):
    with pytest.raises(PictureError, match=words) as caught:
        _given(_write(tmp_path, values))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_a_sample_that_is_not_there_is_named(tmp_path, grid):
    path = _write(tmp_path, _result(grid))
    with pytest.raises(PictureError, match="no codes of sample 7 there"):
        _given(path, sample=7)
    with pytest.raises(PictureError, match="cannot be read|does not exist"):
        _given(path, sample=10**12)


def test_a_large_or_odd_file_is_not_read(tmp_path):
    with open(tmp_path / "large.json", "wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(PictureError, match="at most 67 MB are read"):
        _given(tmp_path / "large.json")
    (tmp_path / "odd.json").write_bytes(b"\xff\xfe[]")
    with pytest.raises(PictureError, match="not UTF-8"):
        _given(tmp_path / "odd.json")
