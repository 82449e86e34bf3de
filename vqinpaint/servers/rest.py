"""TensorFlow Serving's REST API."""

from __future__ import annotations

import base64
import json

import numpy as np
import requests

from vqinpaint.errors import ModelError
from vqinpaint.servers import failures
from vqinpaint.servers.description import Description


class RestServer:
    """One model of a server that speaks TensorFlow Serving's REST API.

    Args:
      url: http://HOST:PORT or https://HOST:PORT.
      model: name that the server gives the model.
      version: integer version; None leaves the choice to the server.
      timeout: seconds to wait for an answer.
    """

    def __init__(self, url, model, version, timeout):
        self._url = f"{url}/v1/models/{model}"
        if version is not None:
            self._url += f"/versions/{version}"
        self._timeout = timeout

    def describe(self) -> Description:
        """Asks what the model is like. Raises ModelError."""
        answer = self._ask("GET", "/metadata")
        try:
            signatures = answer["metadata"]["signature_def"]["signature_def"]
            described = {
                name: {
                    side: {
                        key: [
                            int(d["size"]) for d in info["tensor_shape"].get("dim", [])
                        ]
                        for key, info in signature.get(side, {}).items()
                    }
                    for side in ("inputs", "outputs")
                }
                for name, signature in signatures.items()
            }
            version = answer.get("model_spec", {}).get("version")
            return Description(described, None if version is None else str(version))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ModelError(f"{self._url}/metadata describes no model.") from None

    def predict(self, signature: str, row: dict) -> dict[str, np.ndarray]:
        """Asks for one row.

        Args:
          signature: name of one of the model's signatures.
          row: int, float or bytes by name of the signature's inputs.

        Returns:
          The row's outputs by name; encoded pictures are arrays of bytes objects.

        Raises:
          ModelError: no answer, or none that makes sense.
        """
        sent = {
            name: {"b64": base64.b64encode(value).decode()}
            if isinstance(value, bytes)
            else value
            for name, value in row.items()
        }
        body = {"signature_name": signature, "instances": [sent]}
        answer = self._ask("POST", ":predict", json.dumps(body))
        try:
            return {
                name: _array(value) for name, value in answer["predictions"][0].items()
            }
        except (KeyError, IndexError, TypeError, AttributeError, ValueError):
            raise ModelError(f"{self._url}:predict answers no prediction.") from None

    def _ask(self, method, path, body=None):
        url = self._url + path
        try:
            reply = requests.request(method, url, data=body, timeout=self._timeout)
        except requests.Timeout:
            raise failures.late(url, self._timeout) from None
        except requests.RequestException as error:
            raise failures.unreachable(url, type(error).__name__) from None
        try:
            answer = reply.json()
        except ValueError:
            answer = {}
        if reply.status_code != 200:
            text = answer.get("error", "") if isinstance(answer, dict) else ""
            raise failures.refused(url, f"HTTP {reply.status_code}", text)
        return answer


def _array(value):
    """Nested JSON lists to an array; {"b64": ...} inside them to bytes objects."""

    def decode(item):
        if isinstance(item, list):
            return [decode(part) for part in item]
        if isinstance(item, dict):
            return base64.b64decode(item["b64"])
        return item

    decoded = decode(value)
    first = decoded
    while isinstance(first, list) and first:
        first = first[0]
    return np.array(decoded, object if isinstance(first, bytes) else None)
