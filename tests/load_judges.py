"""What is right in the answer to a request, and what is wrong."""

import numpy as np
import tensorflow as tf


def expect(signatures, name, inputs):
    """The row is answered as the signature itself does."""
    tensors = {key: tf.constant(value) for key, value in inputs.items()}
    wanted = {key: value.numpy() for key, value in signatures[name](**tensors).items()}

    def judge(answer):
        if isinstance(answer, Exception):
            return str(answer)[:200]
        if any(map(_bytes, answer["error"])):
            return f"the fault is {answer['error']}"
        for key, value in wanted.items():
            found = answer.get(key)
            if value.dtype == object:
                value = value.tolist()
                found = [_bytes(x) for x in found]
            if not np.array_equal(np.asarray(found), np.asarray(value)):
                return f"{key} differs"
        return None

    return judge


def judge_fault(*words):
    """The row is answered with a fault that has these words, and with nothing else."""

    def judge(answer):
        if isinstance(answer, Exception):
            return str(answer)[:200]
        text = _bytes(answer["error"][0]).decode()
        if not text or not all(word in text for word in words):
            return f"the fault is {text!r}"
        for name, value in answer.items():
            if name.endswith("_bytes") and any(map(_bytes, value[0])):
                return f"{name} is not empty"
        return None

    return judge


def judge_refused(answer):
    """The request is refused whole."""
    return None if isinstance(answer, Refused) else f"answered {str(answer)[:200]}"


class Refused(Exception):
    """The server answered that it will not answer."""


def _bytes(x):
    """Text, bytes, or nested lists of them, as bytes."""
    if isinstance(x, str):
        return x.encode()
    return [_bytes(part) for part in x] if isinstance(x, (list, np.ndarray)) else x
