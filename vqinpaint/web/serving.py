"""Starts the page: one process, Gradio behind the guard, nothing from the web."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import Any, Callable

from vqinpaint import shipped
from vqinpaint.completing.engine import Engine
from vqinpaint.errors import SetupError, UsageError
from vqinpaint.options.page import PageOptions
from vqinpaint.web.cache import Cache
from vqinpaint.web.desk import Desk
from vqinpaint.web.guard import App, Guard
from vqinpaint.web.turns import Turns

_TITLE = "vqinpaint"


def import_gradio(folder: str) -> None:
    """Imports Gradio, which then keeps its files in a folder and does not call home.

    Args:
      folder: as of `make_app`.

    Raises:
      SetupError: it is missing.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = _cache(folder)
    try:
        import gradio  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise SetupError(
            f"the page needs Gradio ({error}); {shipped.install_command('web')}, with "
            "Python 3.10 or later."
        ) from None


def _cache(folder):
    # Gradio names files by their real paths, which the guard compares.
    return os.path.join(os.path.realpath(folder), "shown")


def make_app(engine: Engine, options: PageOptions, folder: str) -> App:
    """The page as an ASGI application.

    Args:
      engine: completes.
      options: bounds.
      folder: for the files of all visitors and of Gradio; whoever calls removes it.
    """
    import_gradio(folder)
    folder = os.path.realpath(folder)
    import fastapi
    import gradio as gr
    from starlette.requests import ClientDisconnect

    from vqinpaint.web import canvas, layout, wiring
    from vqinpaint.web.events import Events

    cache = Cache(_cache(folder), options.most_on_disk // 2)
    desk = Desk(engine, options, folder, cache, Turns(options.queue))
    page, parts = layout.build(
        engine, options, lambda session: session and session.close()
    )
    canvas.install(parts.canvas)
    wiring.wire(page, parts, Events(desk))
    page.queue(max_size=None, default_concurrency_limit=8, api_open=False)
    page.state_session_capacity = options.sessions
    # Fonts that every machine has.
    theme = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"])
    app = gr.mount_gradio_app(
        fastapi.FastAPI(title=_TITLE, docs_url=None, redoc_url=None, openapi_url=None),
        page,
        path="/",
        server_name=options.host,
        server_port=options.port,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=options.most_bytes,
        allowed_paths=[folder],
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=theme,
        css=layout.STYLE,
    )
    cache.keep_present()
    # Gradio checks which files a visitor may name only in applications that it launched.
    page.has_launched = True
    return Guard(
        *(app, cache.folder, options.host, options.most_bytes, options.names()),
        has_room=cache.has_room,
        gone=(ClientDisconnect,),
    )


def serve(app: App, options: PageOptions, ready: Callable[[str], Any]) -> None:
    """Serves until it is interrupted.

    Args:
      app: from `make_app`.
      options: address.
      ready: called with the page's address once it can be opened.

    Raises:
      UsageError: the address cannot be listened at.
    """
    import uvicorn

    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen()  # so that whoever comes before all is ready waits
    except OSError as error:
        raise UsageError(
            f"--host={options.host} --port={options.port} cannot be listened at "
            f"({error.strerror}); give another --port, or 0 for any that is free."
        ) from None
    name = f"[{options.host}]" if ":" in options.host else options.host
    ready(f"http://{name}:{listener.getsockname()[1]}")
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, timeout_graceful_shutdown=2
    )
    # Uvicorn raises the signal that ended it again, which must not end the process before
    # visitors' files are deleted.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    uvicorn.Server(config).run(sockets=[listener])
