"""Starts the page: one process, Gradio behind the guard, nothing from the web."""

from __future__ import annotations

import os
import socket
from typing import Any, Callable

from vqinpaint.completing.engine import Engine
from vqinpaint.errors import SetupError, UsageError
from vqinpaint.options.page import PageOptions
from vqinpaint.web.guard import App, Guard
from vqinpaint.web.session import Desk
from vqinpaint.web.turns import Turns

_TITLE = "vqinpaint"


def require_gradio() -> None:
    """Raises SetupError where Gradio is missing; keeps it from calling home."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        import gradio  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise SetupError(
            f"the page needs Gradio ({error}); pip install 'vqinpaint[web]', with Python "
            "3.10 or later."
        ) from None


def make_app(engine: Engine, options: PageOptions, folder: str) -> App:
    """The page as an ASGI application.

    Args:
      engine: completes.
      options: bounds.
      folder: for the files of all visitors and of Gradio; whoever calls removes it.
    """
    cache = os.path.join(folder, "shown")
    # Components read it when they are made.
    os.environ["GRADIO_TEMP_DIR"] = cache
    import fastapi
    import gradio as gr

    from vqinpaint.web import layout, wiring
    from vqinpaint.web.events import Events

    desk = Desk(engine, options, folder, Turns(options.queue))
    page, parts = layout.build(
        engine, options, lambda session: session and session.close()
    )
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
    return Guard(app, cache, options.host, options.most_bytes)


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
    uvicorn.Server(config).run(sockets=[listener])
