"""JSON files of others: what is read, and the one line for what is not."""

import dataclasses
import json
import os
from typing import Any, ClassVar, Optional

import pytest

from vqinpaint.errors import DataError, ModelError, UsageError
from vqinpaint.files.json_files import parse_json, read_json
from vqinpaint.files.schemas import as_form, read_form


@dataclasses.dataclass(frozen=True)
class _Inner:
    size: int
    share: float = 0.5

    def __post_init__(self):
        if self.size < 0:
            raise UsageError(f"size is {self.size}; it must be 0 or more.")


@dataclasses.dataclass(frozen=True)
class _Outer:
    other_keys: ClassVar[bool] = True
    inner: _Inner
    name: Optional[str] = None
    switch: bool = False
    rows: list[list[int]] = dataclasses.field(default_factory=list)
    parts: dict[str, _Inner] = dataclasses.field(default_factory=dict)
    anything: Any = None


def test_values_become_the_object_that_they_describe():
    values = {
        "inner": {"size": 3, "share": 1},
        "name": None,
        "switch": True,
        "rows": [[1, 2], []],
        "parts": {"a": {"size": 0}},
        "of a newer version": [1],
    }
    assert as_form(values, _Outer, "file") == _Outer(
        _Inner(3, 1), None, True, [[1, 2], []], {"a": _Inner(0)}
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "it is a list with 0 inside; an object is wanted"),
        (None, "it is null; an object is wanted"),
        ({}, "inner is missing"),
        ({"inner": None}, "inner is null"),
        ({"inner": {"size": "3"}}, "inner.size is '3'; a whole number is wanted"),
        ({"inner": {"size": 1.7}}, "inner.size is 1.7; a whole"),
        ({"inner": {"size": True}}, "inner.size is true; a whole"),
        ({"inner": {"size": 2**60}}, "inner.size is 1152921504606846976; a whole"),
        ({"inner": {"size": -1}}, "inner: size is -1; it must be 0 or more"),
        ({"inner": {"size": 1, "share": float("nan")}}, "share is nan; a finite"),
        ({"inner": {"size": 1, "share": float("inf")}}, "share is inf; a finite"),
        ({"inner": {"size": 1, "share": 1e300}}, "share is 1e\\+300; a finite"),
        ({"inner": {"size": 1, "share": "x" * 999}}, "share is 'xxx.*\\.\\.\\.; a"),
        ({"inner": {"size": 1, "new": 1}}, "does not know inner.new; a newer"),
        ({"inner": {"size": 1}, "name": {}}, "name is an object with 0 inside; a text"),
        ({"inner": {"size": 1}, "switch": 0}, "switch is 0; true or false"),
        ({"inner": {"size": 1}, "rows": [[1], 2]}, r"rows\[1\] is 2; a list"),
        ({"inner": {"size": 1}, "rows": [[1, "x"]]}, r"rows\[0\]\[1\] is 'x'"),
        ({"inner": {"size": 1}, "parts": {"a": 1}}, "parts.a is 1; an object"),
        ({"inner": {"size": 1}, "parts": {"k" * 999: 1}}, r"parts.kkk.*\.\.\. is 1"),
    ],
)
def test_what_does_not_fit_is_one_short_line(values, words):
    with pytest.raises(DataError, match=f"^file does not fit: .*{words}") as caught:
        as_form(values, _Outer, "file", DataError)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Expecting value"),
        (b"\xff\xfe{\x00", "byte 0 is not UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b'{"a": {"b": 1, "b": 1}}', "the key 'b' occurs twice"),
        (b"1" * 5000, "has 5000 digits"),
        (b"[1" + b"2" * 40 + b"]", "has 41 digits"),
        (b"{'a': 1}", "double quotes"),
        (b"[1] [2]", "Extra data"),
    ],
)
def test_what_is_no_json_is_one_short_line(data, words):
    with pytest.raises(ModelError, match=f"^file cannot be read as JSON: .*{words}"):
        parse_json(data, "file")


def test_a_byte_order_mark_is_left_out():
    assert parse_json('\ufeff{"a": "ä"}'.encode(), "file") == {"a": "ä"}


def test_files_are_regular_and_of_bounded_size(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps("x" * (2 << 20)))
    assert len(read_json(str(path))) == 2 << 20
    with pytest.raises(DataError, match="has 2 MB; at most 1 MB"):
        read_json(str(path), 1 << 20, DataError)
    os.mkfifo(tmp_path / "pipe")
    for odd in (tmp_path / "pipe", tmp_path, "/dev/zero"):
        with pytest.raises(ModelError, match="a regular file is needed"):
            read_json(str(odd))
    for missing in (tmp_path / "none", "a\0b"):
        with pytest.raises(ModelError, match="does not exist|cannot be read"):
            read_form(str(missing), _Inner)


def test_long_texts_are_refused_in_a_short_line():
    with pytest.raises(ModelError, match="a text of 5000 characters") as caught:
        as_form({"inner": {"size": 1}, "name": "x" * 5000}, _Outer, "a.json")
    assert len(str(caught.value)) < 200


def test_a_key_twice_is_found_in_time():
    """In proportion to the number of keys; by its square this would take an hour."""
    keys = ",".join(f'"{i}":0' for i in range(200_000))
    with pytest.raises(ModelError, match="the key '7' occurs twice"):
        parse_json(f'{{{keys},"7":0}}'.encode(), "a.json")
