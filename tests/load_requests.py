"""Good and bad requests to a served model, and what must be answered to each."""

import base64
import dataclasses
import io
import json
from typing import Callable

import grpc
import numpy as np
import requests
import tensorflow as tf
from PIL import Image
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from tests.load_judges import Refused, expect, judge_fault, judge_refused

SIDE = 64
_SIGNATURES = ("serving_default", "details")


@dataclasses.dataclass(frozen=True)
class Case:
    """A request.

    Attributes:
      kind: what is asked.
      api: "rest" or "grpc".
      signature: of the model.
      inputs: arrays by name; or bytes, a whole body for REST.
      judge: function of the answer, arrays by name or an `Exception`, giving None or what
        is wrong with it.
    """

    kind: str
    api: str
    signature: str
    inputs: object
    judge: Callable


def encode(picture, form, **options):
    """Bytes of a file of an array or a Pillow image."""
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def pictures():
    """(picture, mask) in every format that is read, by format: bytes of files."""
    generator = np.random.default_rng(0)
    image = generator.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[16:40, 20:50] = 255
    wide, tall = image[:40], np.repeat(image, 2, axis=0)
    forms = {
        "PNG": (encode(image, "PNG"), encode(mask, "PNG")),
        "PNG, wide": (encode(wide, "PNG"), encode(mask[:40], "PNG")),
        "PNG, tall": (encode(tall, "PNG"), encode(mask, "PNG")),
        "JPEG": (encode(image, "JPEG"), encode(mask, "JPEG")),
        "BMP": (encode(image, "BMP"), encode(mask, "BMP")),
        "GIF": (encode(image, "GIF"), encode(mask, "GIF")),
        "CMYK": tuple(
            encode(Image.fromarray(p).convert("RGB").convert("CMYK"), "JPEG")
            for p in (image, mask)
        ),
    }
    return forms


def damaged():
    """Bytes that no decoder takes, by what is wrong with them."""
    picture = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    png, jpeg, bmp = (encode(picture, form) for form in ("PNG", "JPEG", "BMP"))
    gif = encode(picture, "GIF")
    big = (60_000).to_bytes(4, "big")
    flipped = bytearray(png)
    flipped[len(png) // 2] ^= 255
    return {
        "empty": b"",
        "text": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "PNG cut": png[: len(png) // 2],
        "PNG header cut": png[:20],
        "PNG with a flipped bit": bytes(flipped),
        "PNG of 60,000 x 60,000": png[:16] + big + big + png[24:],
        "JPEG cut": jpeg[: len(jpeg) // 2],
        "JPEG header cut": jpeg[:20],
        "BMP cut": bmp[: len(bmp) // 2],
        "BMP header cut": bmp[:20],
        "BMP with colours in a palette": encode(
            Image.fromarray(picture).convert("P"), "BMP"
        ),
        "GIF cut": gif[: len(gif) // 2],
        "GIF header cut": gif[:10],
        "WebP": encode(picture, "WEBP"),
        "TIFF": encode(picture, "TIFF"),
    }


def row(image, mask, seed=0, temperature=1.0):
    """Inputs of one row of files."""
    return {
        "image_bytes": np.array([image], object),
        "mask_bytes": np.array([mask], object),
        "seed": np.array([seed], np.int32),
        "temperature": np.array([temperature], np.float32),
    }


def cases(signatures):
    """All requests.

    Args:
      signatures: of the loaded model, which says what is right.
    """
    return [
        *_good(signatures),
        *_bad_rows(signatures),
        *_bad_arrays(signatures),
        *_bad_requests(),
    ]


def _good(signatures):
    for number, files in enumerate(pictures().values()):
        inputs = row(*files, seed=number, temperature=1.0 if number % 3 else 0.0)
        for name in _SIGNATURES:
            judge = expect(signatures, name, inputs)
            for api in ("rest", "grpc"):
                yield Case(f"good: {name}", api, name, inputs, judge)
    image, mask = (
        np.array([np.asarray(Image.open(io.BytesIO(data)))])
        for data in pictures()["PNG"]
    )
    inputs = {
        "image": image,
        "mask": mask[..., None],
        "seed": np.array([3], np.int32),
        "temperature": np.array([0.7], np.float32),
    }
    judge = expect(signatures, "inpaint", inputs)
    yield from [Case("good: inpaint", "grpc", "inpaint", inputs, judge)] * 6


def _bad_rows(signatures):
    del signatures
    image, mask = pictures()["PNG"]
    for number, data in enumerate(damaged().values()):
        name, api = _SIGNATURES[number % 2], ("rest", "grpc")[number // 2 % 2]
        faulty = judge_fault("image_bytes")
        yield Case("bad picture", api, name, row(data, mask), faulty)
        faulty = judge_fault("mask_bytes")
        yield Case("bad mask", api, name, row(image, data), faulty)
    for temperature in (-1.0, float("nan"), float("inf")):
        inputs = row(image, mask, temperature=temperature)
        faulty = judge_fault("temperature is ")
        yield Case("bad temperature", "grpc", _SIGNATURES[0], inputs, faulty)
    inputs = row(image, b"?", seed=2**31 - 1, temperature=-2.0)
    faulty = judge_fault("mask_bytes", "temperature is -2")
    yield Case("bad in several ways", "rest", _SIGNATURES[0], inputs, faulty)


def _bad_arrays(signatures):
    side = signatures["inpaint"].structured_input_signature[1]["image"].shape[1]
    inputs = {
        "image": np.zeros([1, side, side, 3], np.uint8),
        "mask": np.zeros([1, side, side, 1], np.uint8),
        "seed": np.zeros([1], np.int32),
        "temperature": np.full([1], -1, np.float32),
    }
    faulty = judge_fault("temperature is -1")
    yield Case("bad temperature", "grpc", "inpaint", inputs, faulty)


def _bad_requests():
    """What is refused whole, before it is put into a batch."""
    image, mask = pictures()["PNG"]
    good = row(image, mask)
    several = {**good, "seed": np.zeros([3], np.int32)}
    lacking = {key: value for key, value in good.items() if key != "seed"}
    typed = {**good, "seed": np.zeros([1], np.float32)}
    for kind, inputs in (
        ("rows of different number", several),
        ("an input is missing", lacking),
        ("an input of another type", typed),
    ):
        yield Case(f"refused: {kind}", "grpc", _SIGNATURES[0], inputs, judge_refused)
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"instances": []}',
        b'{"instances": [{"seed": "x"}]}',
        b'{"instances": [{"image_bytes": {"b64": ""}, "mask_bytes": {"b64": ""}, '
        b'"seed": 99999999999, "temperature": 1}]}',
    ):
        yield Case("refused: no sense", "rest", _SIGNATURES[0], body, judge_refused)


def senders(urls, model):
    """Functions that send a case and give its answer, by API."""
    session_url = f"{urls['rest']}/v1/models/{model}:predict"
    channel = grpc.insecure_channel(urls["grpc"].partition("://")[2])
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def rest(case):
        body = case.inputs
        if not isinstance(body, bytes):
            instance = {key: _to_json(value[0]) for key, value in body.items()}
            named = {"signature_name": case.signature, "instances": [instance]}
            body = json.dumps(named).encode()
        try:
            reply = requests.post(session_url, data=body, timeout=300)
            if reply.status_code == 400:
                return Refused(reply.text)
            reply.raise_for_status()
            first = reply.json()["predictions"][0]
        except (requests.RequestException, ValueError, LookupError) as error:
            return error
        return {key: [_from_json(value)] for key, value in first.items()}

    def rpc(case):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = model
        request.model_spec.signature_name = case.signature
        for key, value in case.inputs.items():
            request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
        try:
            answer = stub.Predict(request, timeout=300)
        except grpc.RpcError as error:
            refused = error.code() is grpc.StatusCode.INVALID_ARGUMENT
            return Refused(error.details()) if refused else error
        return {key: tf.make_ndarray(value) for key, value in answer.outputs.items()}

    return {"rest": rest, "grpc": rpc}


def _to_json(value):
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    return value.tolist()


def _from_json(value):
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_from_json(part) for part in value]
    return value
