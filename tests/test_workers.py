"""Two processes on loopback train as one does, and end and resume together."""

import json
import os
import signal
import socket
import subprocess
import time

import numpy as np
import pytest

from tests import commands, survival
from vqinpaint.errors import UsageError
from vqinpaint.training import make_strategy


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return survival.make_data(tmp_path_factory.mktemp("workers"))


def _start(run):
    """Both workers of a run."""
    sockets = [socket.socket() for _ in range(2)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    hosts = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    processes = []
    for index in range(2):
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": hosts}, "task": task})
        environment = {**os.environ, "TF_CONFIG": config}
        processes.append(run.start(stderr=subprocess.PIPE, text=True, env=environment))
    return processes


def _wait(processes, seconds=120):
    """Exit codes, and the last line that each said."""
    said = [process.communicate(timeout=seconds)[1] for process in processes]
    codes = [process.returncode for process in processes]
    return codes, [(text.splitlines() or [""])[-1] for text in said]


def test_two_processes_end_where_one_does_through_kills_and_signals(data, tmp_path):
    alone, whole, together = (
        survival.Run("vqvae", data, tmp_path / name)
        for name in ("alone", "whole", "together")
    )
    alone.finish()
    assert _wait(_start(whole))[0] == [0, 0]
    # A worker that dies takes the other with it.
    both = _start(together)
    survival.wait(both[1], lambda: len(together.losses()) >= 8)
    both[1].kill()
    killed = time.monotonic()
    codes, said = _wait(both)
    assert time.monotonic() - killed < 60
    assert codes == [75, -signal.SIGKILL]
    assert "another worker was lost" in said[0]
    # A signal to one stops both at one step, saved.
    both = _start(together)
    survival.wait(both[1], lambda: len(together.losses()) >= 25)
    both[1].terminate()
    codes, said = _wait(both)
    assert codes == [75, 75]
    assert "another worker was stopped" in said[0] and "SIGTERM" in said[1]
    step = len(together.losses())
    assert f"at step {step};" in said[0] and f"at step {step};" in said[1]
    assert together.checkpoint(step).exists()
    assert _wait(_start(together))[0] == [0, 0]
    assert together.differing(whole) == 0
    values = [
        [float.fromhex(line.split()[1]) for line in run.losses()]
        for run in (alone, whole)
    ]
    # Sums in another order, sixty steps of Adam deep.
    np.testing.assert_allclose(*values, rtol=1e-3)


def _config(workers, kind="worker", index=0):
    task = {"type": kind, "index": index}
    return json.dumps({"cluster": {"worker": workers}, "task": task})


WRONG = {
    "{": "JSONDecodeError",
    "[]": "TypeError",
    '{"cluster": {}}': "KeyError.'worker'",
    _config(["a:1"], "ps"): "type 'ps'",
    _config(["a:1"], index=1): "index 1",
    _config(["a:1"], index=-1): "index -1",
    _config(["a:1"], index="0"): "index '0'",
    _config([]): "index 0",
    _config(["a:1", "a:1"]): "a host stands there twice",
    _config("a:1"): "worker is 'a:1'",
    _config([["a:1"]]): "worker is",
    _config(["\x1b[31m:1"]): "is no HOST:PORT",
    _config(["a"]): "'a' is no HOST:PORT",
    _config(["a:port"]): "is no HOST:PORT",
}


@pytest.mark.parametrize("config", WRONG)
def test_a_wrong_tf_config_is_an_error_of_one_line(config, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(UsageError, match=WRONG[config]) as caught:
        make_strategy()
    told = str(caught.value)
    assert told.startswith("TF_CONFIG cannot be used (") and "\n" not in told
    assert '"worker": ["HOST:PORT", ...]' in told


def test_a_wrong_tf_config_ends_training_with_one_line(data, tmp_path):
    done = subprocess.run(
        survival.Run("vqvae", data, tmp_path).command(),
        capture_output=True,
        text=True,
        cwd=commands.ROOT,
        env={**os.environ, "TF_CONFIG": _config(["a:1"], "ps")},
    )
    line = done.stderr.splitlines()[-1]
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "TF_CONFIG cannot be used (type 'ps')" in line
