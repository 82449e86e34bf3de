"""TensorFlow Serving's REST API."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import requests
from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2

from vqinpaint.answers import Wanted, checked
from vqinpaint.errors import ModelError
from vqinpaint.files.json_files import parse_json
from vqinpaint.servers import failures
from vqinpaint.servers.deadline import within
from vqinpaint.servers.description import MOST_DESCRIBED, Description, shapes_of

_CHUNK = 1 << 16  # bytes that are read at a time
_ENCODED = "_bytes"  # how names of outputs end that are sent in base64


class RestServer:
    """One model of a server that speaks TensorFlow Serving's REST API.

    No redirect is followed, so that pictures go to the named host alone, and no
    compressed answer is unpacked.

    Args:
      url: http://HOST:PORT or https://HOST:PORT.
      model: name that the server gives the model.
      version: integer version; None leaves the choice to the server.
      timeout: seconds within which a whole answer must have come.
    """

    def __init__(self, url: str, model: str, version: int | None, timeout: float):
        self._url = f"{url}/v1/models/{model}"
        if version is not None:
            self._url += f"/versions/{version}"
        self._timeout = timeout

    def describe(self) -> Description:
        """Asks what the model is like. Raises ModelError."""
        url = f"{self._url}/metadata"
        return read_description(self._ask("GET", url, MOST_DESCRIBED), url)

    def predict(
        self, signature: str, row: dict, wanted: Mapping[str, Wanted], most_bytes: int
    ) -> dict[str, np.ndarray]:
        """Asks for one row.

        Args:
          signature: name of one of the model's signatures.
          row: int, float or bytes by name of the signature's inputs.
          wanted: what the row's outputs must be, by name.
          most_bytes: of the longest answer that is read.

        Returns:
          The wanted outputs by name; encoded pictures are arrays of bytes objects.

        Raises:
          ModelError: no answer, or another one than was wanted.
        """
        sent = {
            name: {"b64": base64.b64encode(value).decode()}
            if isinstance(value, bytes)
            else value
            for name, value in row.items()
        }
        body = json.dumps({"signature_name": signature, "instances": [sent]})
        url = f"{self._url}:predict"
        answer = self._ask("POST", url, most_bytes, body)
        return read_answer(answer, wanted, url)

    def _ask(self, method, url, most_bytes, body=None):
        try:
            status, data = within(
                self._timeout, lambda: self._fetch(method, url, most_bytes, body)
            )
        except (requests.Timeout, TimeoutError):
            raise failures.late(url, self._timeout) from None
        except (requests.RequestException, ValueError) as error:
            raise failures.unreachable(url, type(error).__name__) from None
        if status == 200:
            return parse_json(data, url)
        try:
            text = parse_json(data, url).get("error", "")
        except (ModelError, AttributeError):
            text = ""
        raise failures.refused(url, f"HTTP {status}", text)

    def _fetch(self, method, url, most_bytes, body):
        """(status, content) of an answer that is not longer than it may be."""
        with requests.request(
            method,
            url,
            data=body,
            timeout=self._timeout,
            headers={"Accept-Encoding": "identity"},
            allow_redirects=False,
            stream=True,
        ) as reply:
            if reply.is_redirect:
                to = failures.brief(reply.headers.get("Location"))
                raise failures.refused(
                    url, f"HTTP {reply.status_code}", f"to be asked at {to} instead"
                )
            packed = reply.headers.get("Content-Encoding", "identity")
            if packed.lower() != "identity":
                raise failures.nonsense(url, f"in the encoding {packed}, unasked")
            data = bytearray()
            for chunk in reply.iter_content(_CHUNK):
                data += chunk
                if len(data) > most_bytes:
                    raise failures.too_long(url, most_bytes)
            return reply.status_code, bytes(data)


def read_description(answer: Any, source: str) -> Description:
    """What an answer says of a model; arguments and errors as of `read_answer`."""
    signatures = get_model_metadata_pb2.SignatureDefMap()
    try:
        told = answer["metadata"]["signature_def"]
        json_format.ParseDict(told, signatures, ignore_unknown_fields=True)
        version = answer.get("model_spec", {}).get("version")
    except (
        json_format.ParseError,
        *(KeyError, TypeError, ValueError, AttributeError, RecursionError),
        OverflowError,  # of infinity in the place of a size
    ):
        raise failures.nonsense(source, "no description of a model") from None
    return Description(shapes_of(signatures), failures.brief(version))


def read_answer(
    answer: Any, wanted: Mapping[str, Wanted], source: str
) -> dict[str, np.ndarray]:
    """The outputs of the only row of an answer.

    Args:
      answer: JSON values.
      wanted: what they must be, by name.
      source: who answers, for messages.

    Raises:
      ModelError: it is another answer.
    """
    outputs = {}
    try:
        (row,) = answer["predictions"]
        for name, want in wanted.items():
            outputs[name] = _array(row[name], want, name.endswith(_ENCODED))
    except _Unfit as error:
        raise failures.nonsense(source, f"{name} with {error}") from None
    except (KeyError, TypeError, ValueError):
        raise failures.nonsense(
            source, f"no row of predictions of {', '.join(wanted)}"
        ) from None
    return checked(outputs, wanted, source)


class _Unfit(Exception):
    """What is wrong with an output."""


def _array(value, want, encoded):
    """Nested JSON lists as an array; `encoded` texts stand there in base64."""
    items = list(_items(value, want.shape))
    if want.dtype is object:
        array = np.empty(len(items), object)
        array[:] = [_decoded(item) if encoded else _text(item) for item in items]
        return array.reshape(want.shape)
    whole = np.dtype(want.dtype).kind == "i"
    for item in items:
        # In Python True is a whole number too.
        if not isinstance(item, int if whole else (int, float)) or isinstance(
            item, bool
        ):
            raise _Unfit(f"{failures.brief(item)} in place of a number")
        if whole and abs(item) >= 2**31:
            raise _Unfit(f"the number {failures.brief(item)}")
    with np.errstate(over="ignore"):  # infinity is refused afterwards
        return np.array(items, want.dtype).reshape(want.shape)


def _items(value, shape) -> Iterator[Any]:
    """What is inside lists that are nested as a shape says, in order."""
    if not shape:
        yield value
        return
    if not isinstance(value, list) or len(value) != shape[0]:
        found = f"{len(value)} values" if isinstance(value, list) else "no list"
        raise _Unfit(f"{found} where {shape[0]} are wanted")
    for part in value:
        yield from _items(part, shape[1:])


def _text(item):
    if not isinstance(item, str):
        raise _Unfit("something that is no text")
    return item.encode("utf-8", "replace")


def _decoded(item):
    try:
        return base64.b64decode(item["b64"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise _Unfit("something that is not in base64") from None
