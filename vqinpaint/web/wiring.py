"""Which event of the page calls which handler, with what, and where its answer goes."""

from __future__ import annotations

import functools

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
# Gradio takes events of one name in their order, those of several in any.
_in_order = {**_at_once, "concurrency_id": "buttons"}


def _wire_picture(parts, events):
    session, canvas = parts.session, parts.canvas
    opened, told = [canvas, parts.status], functools.partial(_told, parts, events)
    # Two steps, so that the place is free for the next picture if this one is refused.
    received = parts.upload.upload(
        events.receive, [session, parts.upload], parts.upload, **_shared
    )
    told(received.then(events.open, session, opened, **_shared))
    told(parts.examples.select(events.example, session, opened, **_shared))
    masked = [session, parts.mask_upload]
    told(parts.mask_upload.upload(events.mask, masked, opened, **_shared))
    canvas.change(events.settled, session, None, **_shared)
    parts.clear.click(events.clear, session, canvas, **_shared)
    canvas.clear(events.clear, session, canvas, **_shared)
    inputs, sent = [canvas, *parts.corners], functools.partial(_sent, parts, events)
    sent(parts.add_rectangle, events.rectangle, inputs, canvas)
    sent(parts.invert, events.invert, [canvas], canvas)
    sent(parts.mask_download, events.mask_file, [canvas], parts.mask_file).success(
        None, None, None, js=_FETCH_MASK, **_quiet
    )


def _sent(parts, events, button, handler, inputs, outputs):
    """Says that a canvas will come before it is sent, as the page may show a newer one
    when it arrives.
    """
    ready = button.click(events.send, parts.session, None, **_in_order)
    handled = ready.success(handler, [parts.session, *inputs], outputs, **_shared)
    return _told(parts, events, handled)


def _told(parts, events, handled):
    """Keeps what a handler refuses in the status, beside the message that goes away."""
    handled.failure(events.refuse, parts.session, parts.status, **_at_once)
    return handled


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
        begun = button.click(events.announce, session, parts.status, **_in_order)
        begun = begun.success(handler, [session, *inputs, *fields], outputs, **_shared)
        _told(parts, events, begun)
        begun.success(events.watch, session, watched, **_at_once)
    parts.cancel.click(events.cancel, session, None, **_in_order)


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
