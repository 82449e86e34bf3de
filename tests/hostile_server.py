"""A server that answers what no server should, and good answers to spoil."""

import base64
import contextlib
import http.server
import io
import itertools
import threading
import time

import numpy as np
from PIL import Image

SIDE, NUMBER, CODES, GRID = 64, 2, 16, 8


@contextlib.contextmanager
def serve(answer):
    """Yields the address of a server on loopback.

    Args:
      answer: called with the `BaseHTTPRequestHandler` of every request; writes to its
        `wfile` whatever it likes, until the client hangs up.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with contextlib.suppress(OSError):
                answer(self)
            self.close_connection = True

        do_POST = do_GET

        def log_message(self, *arguments):
            del arguments

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def replies(body, status=200, **headers):
    """An answer with this body and nothing odd about it."""

    def answer(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def pours(*parts, pause=0.0):
    """Writes the first part, and then the others over and over, for ever."""

    def answer(handler):
        handler.wfile.write(parts[0])
        for part in itertools.cycle(parts[1:]):
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(pause)

    return answer


def metadata(side=SIDE, number=NUMBER, codes=CODES):
    """What TensorFlow Serving says of a model of these sizes."""
    described = {
        "inpaint": {"inputs": {"image": _info(-1, side, side, 3)}},
        "details": {
            "outputs": {
                "completed_bytes": _info(-1, number),
                "codes": _info(-1, number, GRID, GRID),
            }
        },
        "inpaint_from_noise": {"inputs": {"noise": _info(-1, GRID, GRID, codes)}},
    }
    return {
        "model_spec": {"name": "m", "signature_name": "", "version": "7"},
        "metadata": {"signature_def": {"signature_def": described}},
    }


def _info(*sizes):
    return {
        "dtype": "DT_FLOAT",
        "tensor_shape": {
            "dim": [{"size": str(size), "name": ""} for size in sizes],
            "unknown_rank": False,
        },
        "name": "x:0",
    }


def row():
    """A good row of predictions, as JSON values."""
    picture = {"b64": as_base64(png())}
    grid = np.zeros([NUMBER, GRID, GRID])
    return {
        "completed_bytes": [picture] * NUMBER,
        "structure_bytes": [picture] * NUMBER,
        "codes": grid.astype(int).tolist(),
        "bits_per_code": grid.tolist(),
        "entropy": grid.tolist(),
    }


def as_base64(data):
    """Bytes as JSON can hold them."""
    return base64.b64encode(data).decode()


def png(side=SIDE):
    """A grey picture."""
    file = io.BytesIO()
    Image.fromarray(np.full([side, side, 3], 90, np.uint8)).save(file, "PNG")
    return file.getvalue()
