"""Dockerfile and compose.yaml agree with the repository; no container is run here."""

import re

import pytest
import yaml

from tests.commands import ROOT
from vqinpaint.runs import locating

NAME = "vqinpaint"  # that the client and the page ask for


@pytest.fixture(scope="module")
def dockerfile():
    return (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def test_what_is_copied_exists_and_is_not_ignored(dockerfile):
    admitted = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert "vqinpaint" in copied and "requirements.lock" in copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert source in admitted or source.split("/")[0] in admitted, source


def test_versions_are_told_by_the_lock_without_hashes(dockerfile):
    """The image's own commands, in Python, make constraints that pip accepts."""
    assert r"grep -vE '^ *(#|--hash)'" in dockerfile
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    kept = [line for line in lines if not re.match(r" *(#|--hash)", line)]
    told = [re.sub(r"\[[^]]*\]", "", re.sub(r" \\$", "", line)) for line in kept]
    assert any(line.startswith("tensorflow==") for line in told)
    for line in told:
        assert re.fullmatch(r"[\w.-]+==\S+( ; .+)?", line), line


def test_the_server_serves_the_demo_model_by_the_name_that_is_asked_for(services):
    assert services["model"]["environment"]["MODEL_NAME"] == NAME
    (volume,) = services["model"]["volumes"]
    folder, place, mode = volume.split(":")
    assert (place, mode) == (f"/models/{NAME}", "ro")
    assert locating.locate(str(ROOT / folder)).kind == locating.SAVED_MODEL
    assert f"models/{NAME} " in " ".join(services["model"]["healthcheck"]["test"])
    image = services["model"]["image"]
    assert image in (ROOT / "README.md").read_text()


def test_the_page_is_reached_from_this_machine_alone(dockerfile, services):
    assert "ports" not in services["model"]
    (published,) = services["page"]["ports"]
    address, outside, inside = published.split(":")
    assert (address, outside) == ("127.0.0.1", inside)
    assert f"EXPOSE {inside}\n" in dockerfile
    for command in (services["page"]["command"], dockerfile):
        assert f"--port={inside}" in command
    assert f"http://127.0.0.1:{inside}/" in dockerfile  # of the health check
    assert "--url=http://model:8501" in services["page"]["command"]


def test_nothing_runs_as_root(dockerfile):
    final = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*$", final, re.MULTILINE)
