"""The client against REST servers that do anything but answer."""

import gzip
import json
import time

import numpy as np
import pytest

from tests import hostile_server as hostile
from vqinpaint.completing.served import ServedEngine
from vqinpaint.errors import ModelError
from vqinpaint.options.request import Request
from vqinpaint.reporting import SILENT
from vqinpaint.servers.rest import RestServer

TIMEOUT, PATIENT = 0.7, 30.0
LATE = f"did not answer within {TIMEOUT} s"
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
DESCRIBED = json.dumps(hostile.metadata()).encode()

ODD = {
    "drips a body": (hostile.pours(HEAD, b" ", pause=0.05), LATE),
    "drips headers": (hostile.pours(b"HTTP/1.1 200 OK\r\nA: ", b"a", pause=0.05), LATE),
    "says to go on for ever": (
        hostile.pours(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.01),
        LATE,
    ),
    "says nothing": (lambda handler: time.sleep(2), LATE),
    "sends an endless body": (hostile.pours(HEAD, b" " * 65536), "more than 4.2 MB"),
    "sends endless chunks": (
        hostile.pours(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"10000\r\n" + b" " * 65536 + b"\r\n",
        ),
        "more than 4.2 MB",
    ),
    "sends a long header": (
        hostile.pours(b"HTTP/1.1 200 OK\r\nA: ", b"a" * 65536),
        "cannot be reached",
    ),
    "sends endless headers": (
        hostile.pours(b"HTTP/1.1 200 OK\r\n", b"A: a\r\n"),
        "cannot be reached",
    ),
    "sends a bomb": (
        hostile.replies(gzip.compress(DESCRIBED), Content_Encoding="gzip"),
        "in the encoding gzip",
    ),
    "breaks off": (
        lambda handler: handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"
        ),
        "cannot be reached",
    ),
    "speaks otherwise": (
        lambda handler: handler.wfile.write(b"\x00\xff SSH-2.0\r\n"),
        "cannot be reached",
    ),
    "sends nonsense": (hostile.replies(b"\xff{}"), "not UTF-8"),
    "nests deeply": (hostile.replies(b"[" * 200_000), "nested too deeply"),
    "says things twice": (hostile.replies(b'{"a": 1, "a": 2}'), "'a' occurs twice"),
    "sends a list": (hostile.replies(b"[1]"), "no description"),
    "sends null": (hostile.replies(b"null"), "no description"),
    "refuses at length": (
        hostile.replies(json.dumps({"error": "\x1b[31m" * 9999}).encode(), 500),
        "HTTP 500",
    ),
    "refuses without reason": (hostile.replies(b"[]", 404), "no reason given"),
    "refuses with another type": (
        hostile.replies(json.dumps({"error": ["x" * 9999]}).encode(), 400),
        "HTTP 400",
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_server_is_one_short_line_in_time(name):
    answer, words = ODD[name]
    timeout = TIMEOUT if words == LATE else PATIENT
    start = time.monotonic()
    with hostile.serve(answer) as url:
        with pytest.raises(ModelError) as caught:
            RestServer(url, "m", None, timeout).describe()
    text = str(caught.value)
    assert words in text and "\n" not in text and len(text) < 400
    assert time.monotonic() - start < timeout + 2


def test_no_redirect_is_followed():
    asked = []
    with hostile.serve(lambda handler: asked.append(handler.path)) as other:
        there = hostile.replies(b"", 307, Location=f"{other}/{'x' * 9999}")
        with hostile.serve(there) as url:
            with pytest.raises(ModelError, match=f"HTTP 307: to be asked at {other}/x"):
                RestServer(url, "m", None, PATIENT).describe()
    assert not asked


def _described(values):
    with hostile.serve(hostile.replies(json.dumps(values).encode())) as url:
        return ServedEngine(RestServer(url, "m", None, PATIENT), "m")


def test_sizes_that_no_model_has_are_refused():
    assert _described(hostile.metadata()).side == hostile.SIDE
    for side in (20_000, 4160, 100, 0, -1, 2**40):
        with pytest.raises(ModelError, match=f"of {side}x{side}; .* at most 4096"):
            _described(hostile.metadata(side=side))
    for number in (0, -1, 1001, 10**9):
        with pytest.raises(ModelError, match=f"makes {number} completions"):
            _described(hostile.metadata(number=number))
    with pytest.raises(ModelError, match="of -1 codes"):
        _described(hostile.metadata(codes=-1))


@pytest.mark.parametrize(
    "path",
    ["metadata", "metadata/signature_def", "metadata/signature_def/signature_def"],
)
@pytest.mark.parametrize(
    "value", [None, [], 3, "x", {"a": [[[]]]}, {"a": {"inputs": 1}}]
)
def test_another_description_is_refused(path, value):
    values = hostile.metadata()
    *parents, last = path.split("/")
    holder = values
    for parent in parents:
        holder = holder[parent]
    holder[last] = value
    with pytest.raises(ModelError, match="no description|has the signatures") as caught:
        _described(values)
    assert "\n" not in str(caught.value)


def _set(name, value):
    def spoil(row):
        row[name] = value

    return spoil


def _set_first(name, value):
    def spoil(row):
        row[name][0][0][0] = value

    return spoil


SPOILT = {
    "NaN": (_set_first("entropy", float("nan")), "not finite"),
    "infinity": (_set_first("bits_per_code", 1e300), "not finite"),
    "a fraction": (_set_first("codes", 1.7), "1.7 in place of a number"),
    "a code past all": (_set_first("codes", hostile.CODES), "0 to 16, with 16"),
    "a negative code": (_set_first("codes", -1), "-1 to 0"),
    "a huge code": (_set_first("codes", 2**40), "the number 1099511627776"),
    "no number": (_set_first("codes", True), "True in place"),
    "text": (_set_first("entropy", "x" * 9999), "xx in place"),
    "a list too much": (_set_first("entropy", []), "in place of a number"),
    "another shape": (_set("codes", [[[0]]]), "1 values where 2"),
    "no list": (_set("codes", 0), "no list where 2"),
    "a missing output": (lambda row: row.pop("entropy"), "no row of predictions"),
    "no base64": (_set("completed_bytes", [{"b64": "%"}] * 2), "not in base64"),
    "a number as picture": (_set("completed_bytes", [3, 4]), "not in base64"),
    "a picture of another size": (
        _set("completed_bytes", [{"b64": hostile.as_base64(hostile.png(128))}] * 2),
        "no PNG of 64x64",
    ),
    "no picture": (_set("structure_bytes", [{"b64": "AAAA"}] * 2), "no PNG of 64x64"),
}


def _complete(*rows):
    """What the engine makes of a server that answers these rows."""
    answers = {"GET": DESCRIBED, "POST": json.dumps({"predictions": rows}).encode()}

    def answer(handler):
        hostile.replies(answers[handler.command])(handler)

    with hostile.serve(answer) as url:
        engine = ServedEngine(RestServer(url, "m", None, PATIENT), "m")
        image = np.zeros([hostile.SIDE, hostile.SIDE, 3], np.uint8)
        mask = np.full([hostile.SIDE, hostile.SIDE], 255, np.uint8)
        return engine.complete(image, mask, [1, 2], Request(), SILENT)


def test_a_good_answer_is_taken():
    found = _complete(hostile.row())
    assert (found.pictures == 90).all() and found.pictures.shape[0] == hostile.NUMBER


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_answer_is_one_short_line(name):
    spoil, words = SPOILT[name]
    row = hostile.row()
    spoil(row)
    with pytest.raises(ModelError) as caught:
        _complete(row)
    text = str(caught.value)
    assert words in text and "\n" not in text and len(text) < 400


@pytest.mark.parametrize("number", [0, 2])
def test_another_number_of_rows_is_refused(number):
    with pytest.raises(ModelError, match="no row of predictions"):
        _complete(*[hostile.row()] * number)


def test_a_long_answer_is_not_read():
    row = {**hostile.row(), "more": "x" * 10_000_000}
    with pytest.raises(ModelError, match="answers more than .* MB"):
        _complete(row)
