"""Which event of the page calls which handler, with what, and where its answer goes."""

from __future__ import annotations

import gradio as gr

from vqinpaint.web.events import Events
from vqinpaint.web.layout import Parts

# Presses the hidden button once its address is there.
_FETCH_MASK = """() => {
  setTimeout(() => document.querySelector("#mask-file").click(), 300);
}"""


# Results go with the page; without any, it may go.
_ASK_BEFORE_LEAVING = """() => {
  window.addEventListener("beforeunload", event => {
    if (document.querySelector("#gallery img")) event.preventDefault();
  });
}"""


def wire(page: gr.Blocks, parts: Parts, events: Events) -> None:
    """Connects components and handlers."""
    with page:
        page.load(events.begin, None, parts.session, js=_ASK_BEFORE_LEAVING, **_quiet)
        _wire_picture(parts, events)
        _wire_completing(parts, events)
        _wire_results(parts, events)


# Programs use `vqinpaint` itself; the page's handlers are for the page.
_quiet = {"api_visibility": "private", "show_progress": "hidden"}
_shared = {**_quiet, "concurrency_limit": 8}
_at_once = {**_quiet, "concurrency_limit": None}


def _wire_picture(parts, events):
    session, canvas = parts.session, parts.canvas
    opened = [canvas, parts.status]
    # Two steps, so that the place is free for the next picture if this one is refused.
    parts.upload.upload(
        events.receive, [session, parts.upload], parts.upload, **_shared
    ).then(events.open, session, opened, **_shared)
    parts.examples.select(events.example, session, opened, **_shared)
    parts.mask_upload.upload(
        events.mask, [session, parts.mask_upload], opened, **_shared
    )
    canvas.change(events.settled, session, None, **_shared)
    parts.clear.click(events.clear, session, canvas, **_shared)
    canvas.clear(events.clear, session, canvas, **_shared)
    inputs = [canvas, *parts.corners]
    _announced(parts, events, parts.add_rectangle, events.rectangle, inputs, canvas)
    _announced(parts, events, parts.invert, events.invert, [canvas], canvas)
    _announced(
        *(parts, events, parts.mask_download),
        *(events.mask_file, [canvas], parts.mask_file),
    ).success(None, None, None, js=_FETCH_MASK, **_quiet)


def _wire_completing(parts, events):
    session, fields = parts.session, parts.fields
    results = [parts.round, parts.gallery, parts.chosen, *parts.downloads, parts.maps]
    # The model's own queue lets one computation go on at a time.
    watched = [parts.status, *results]
    place, canvas = [parts.round, parts.chosen], parts.canvas
    for button, handler, inputs, outputs in (
        (parts.complete, events.complete, [canvas], [parts.status]),
        (parts.same_structure, events.same_structure, [canvas, *place], [parts.status]),
        (parts.vary, events.vary, [*place, parts.share], [canvas, parts.status]),
    ):
        _announced(parts, events, button, handler, [*inputs, *fields], outputs).success(
            events.watch, session, watched, **_at_once
        )
    parts.cancel.click(events.cancel, session, None, **_at_once)


def _announced(parts, events, button, handler, inputs, outputs):
    """Says that a canvas will come before it is sent.

    It takes a moment on its way, in which Cancel may be pressed, and in which the page may
    show a newer one.
    """
    return button.click(events.announce, parts.session, None, **_at_once).success(
        handler, [parts.session, *inputs], outputs, **_shared
    )


def _wire_results(parts, events):
    session, number, chosen = parts.session, parts.round, parts.chosen
    results = [number, parts.gallery, chosen, *parts.downloads, parts.maps]
    number.input(events.show, [session, number], results, **_shared)
    parts.gallery.select(events.choose, session, chosen, **_shared)
    chosen.change(
        events.chosen, [session, number, chosen], parts.downloads[0], **_shared
    )
    opened = [parts.canvas, parts.status]
    parts.repaint.click(events.repaint, [session, number, chosen], opened, **_shared)
    parts.reopen.click(events.reopen, [session, number], opened, **_shared)
