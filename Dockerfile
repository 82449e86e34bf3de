# The page of vqinpaint, with the demo model in it:
#   docker build --tag vqinpaint . && docker run --publish 127.0.0.1:7860:7860 vqinpaint
# With a model on TensorFlow Serving in its place: docker compose up, see compose.yaml.
# Any other command is run by, for instance, docker run vqinpaint vqinpaint-inpaint --help.
FROM python:3.13-slim-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /source
# Packages come before the source, so that a change of the source leaves them alone. The
# lock has more of them than the page needs; it gives their versions.
COPY requirements.lock setup.py pyproject.toml README.md ./
COPY vqinpaint/__init__.py vqinpaint/__init__.py
RUN grep -vE '^ *(#|--hash)' requirements.lock | sed -E 's/ \\$//; s/\[[^]]*\]//' > constraints.txt \
    && pip install --constraint constraints.txt '.[web,serving,heic]' \
    && pip uninstall --yes vqinpaint
COPY flags flags
COPY examples examples
COPY saved_models/demo saved_models/demo
COPY vqinpaint vqinpaint
RUN pip install --no-deps .

FROM python:3.13-slim-bookworm
RUN useradd --create-home --uid=1000 vqinpaint
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER 1000
WORKDIR /home/vqinpaint
EXPOSE 7860
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/', timeout=4)"]
# Inside a container the page has to listen at all addresses; publish it at 127.0.0.1.
CMD ["vqinpaint-web", "--model=demo", "--host=0.0.0.0", "--port=7860", "--served_as=localhost"]
