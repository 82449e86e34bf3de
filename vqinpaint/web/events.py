"""What happens on the page: each event is a method that calls the visitor's session."""

from __future__ import annotations

import functools
import html
import traceback

import gradio as gr

from vqinpaint.errors import UsageError, UserError
from vqinpaint.options.request import Request
from vqinpaint.printable import printable
from vqinpaint.web import layout
from vqinpaint.web.desk import Desk
from vqinpaint.web.forms import CORNERS, options_of, status, status_of, whole_number
from vqinpaint.web.session import Session
from vqinpaint.web.work import Stopped

_LOOKS = 0.25  # seconds between two looks at a job
_FAILED = (
    "the page failed in a way that it should not; the server's terminal says more."
)


def told(error: BaseException, session: Session | None = None) -> str:
    """An error in one line, without paths of this machine."""
    if not isinstance(error, UserError):
        traceback.print_exception(type(error), error, error.__traceback__)
        return _FAILED
    return printable(session.told(str(error)) if session else str(error))


def shown(text: str) -> gr.Error:
    """What makes Gradio show an error; it takes the text for HTML."""
    return gr.Error(html.escape(text, quote=False), print_exception=False)


def _guarded(method):
    """Turns mistakes into one line; needs the session as the first argument."""

    @functools.wraps(method)
    def guarded(self, session, *rest):
        try:
            if session is None or session.is_closed:
                raise UsageError("this visit has ended; load the page again.")
            session.seen()
            return method(self, session, *rest)
        except Exception as error:
            raise shown(told(error, session)) from None

    return guarded


class Events:
    """Handlers of the page's events; what they return goes to components."""

    def __init__(self, desk: Desk):
        self._desk = desk

    def begin(self) -> Session:
        """A visitor loads the page."""
        return self._desk.welcome()

    @_guarded
    def receive(self, session, path):
        """A picture was uploaded; leaves an empty place for the next."""
        session.received = path

    @_guarded
    def open(self, session):
        """The picture that was uploaded shall be shown."""
        session.upload(session.received)
        return _canvas(session), status("Paint a hole, then press Complete.")

    @_guarded
    def example(self, session, selected: gr.SelectData):
        """An example was chosen, with its mask."""
        picture, mask = layout.examples()[selected.index]
        session.open(picture, mask=mask)
        return _canvas(session), status("Press Complete, or change the hole.")

    @_guarded
    def rectangle(self, session, drawn, *corners):
        """Four numbers were given."""
        numbers = [
            whole_number(f"the {name} of the rectangle", corner)
            for name, corner in zip(CORNERS, corners)
        ]
        _take(session, drawn)
        session.piece.rectangle(*numbers)
        return _canvas(session)

    @_guarded
    def mask(self, session, path):
        """A mask was uploaded; what was painted before goes."""
        note = session.told(session.upload_mask(path))
        note = f"Note: {note}. " if note else ""
        return _canvas(session), status(f"{note}Press Complete, or change the hole.")

    @_guarded
    def settled(self, session):
        """The canvas changed, so it shows what it was sent."""
        if session.has_piece:
            session.piece.settled()

    @_guarded
    def announce(self, session):
        """A button was pressed; the canvas follows, and then the button's handler."""
        session.announce()

    @_guarded
    def invert(self, session, drawn):
        """Known and missing change places."""
        _take(session, drawn)
        session.piece.invert()
        return _canvas(session)

    @_guarded
    def clear(self, session):
        """The hole goes."""
        session.piece.clear()
        return _canvas(session)

    @_guarded
    def mask_file(self, session, drawn):
        """The hole shall be downloaded."""
        _take(session, drawn)
        return session.piece.save_mask()

    @_guarded
    def complete(self, session, drawn, *fields):
        """Complete was pressed."""
        _take(session, drawn)
        session.start(Request(**options_of(*fields)))
        return status_of(session.job)

    @_guarded
    def same_structure(self, session, drawn, number, chosen, *fields):
        """The structure of a completion shall fill the hole as it is now."""
        _take(session, drawn)
        given = session.round(number).structure(chosen or 0)
        session.start(Request(**options_of(*fields), structure_from=given))
        return status_of(session.job)

    @_guarded
    def vary(self, session, number, chosen, share, *fields):
        """A part of a completion's hole shall be drawn anew, with the next seeds."""
        round, options = session.round(number), options_of(*fields)
        request = Request(**{**options, "seed": round.next_seed})
        session.vary(round, chosen or 0, share, request)
        return _canvas(session), status_of(session.job)

    def watch(self, session):
        """Follows the computation that was begun; yields what `show` returns."""
        job, blank = session and session.job, [gr.skip()] * _SHOWN
        if not job:
            raise shown("nothing is under way; press Complete.")
        try:
            while not job.ended(_LOOKS):
                if job.is_stopped:
                    raise Stopped
                if job.seconds > self._desk.options.seconds:
                    raise UsageError(
                        f"stopped after {self._desk.options.seconds} s; ask for fewer "
                        "completions, or a smaller hole."
                    )
                yield [status_of(job), *blank]
            round = job.result()
            dropped = session.keep(round)
            lines = [f"Done: {len(round.record['samples'])} completion(s)."]
            lines += [session.told(f"Note: {note}") for note in job.progress.notes]
            if dropped:
                kept = self._desk.options.rounds
                lines.append(f"Round {dropped[0]} was deleted; {kept} are kept.")
            yield [status(" ".join(lines)), *_show(session, round)]
        except Stopped:
            yield [status("Cancelled."), *blank]
        except Exception as error:
            line = told(error, session)
            yield [status(line), *blank]
            raise shown(line) from None
        finally:
            job.stop()  # of no effect once it has ended

    @_guarded
    def cancel(self, session):
        """Cancel was pressed; `watch` says so."""
        session.cancel()

    @_guarded
    def show(self, session, number):
        """Another round of the history was chosen."""
        return _show(session, session.round(number))

    @_guarded
    def choose(self, session, selected: gr.SelectData):
        """A completion was chosen in the gallery."""
        return selected.index

    @_guarded
    def chosen(self, session, number, index):
        """A completion was chosen: its PNG may be downloaded."""
        path = session.round(number).completion(index or 0)
        return gr.DownloadButton(value=path, interactive=True)

    @_guarded
    def repaint(self, session, number, chosen):
        """A further hole shall be painted into a completion."""
        session.repaint(session.round(number), chosen or 0)
        return _canvas(session), status("Paint a hole into it, then press Complete.")

    @_guarded
    def reopen(self, session, number):
        """The picture and the hole of a round shall be changed."""
        session.reopen(session.round(number))
        return _canvas(session), status("Change the hole, then press Complete.")


# Number of components that `_show` returns values for.
_SHOWN = 7


def _show(session, round):
    """Values for round, gallery, chosen, the three downloads and maps."""
    numbers = [(one.title, one.number) for one in reversed(session.rounds)]
    captions = round.captions
    files = round.completion(0), round.archive(), round.json
    return [
        gr.Dropdown(choices=numbers, value=round.number),
        gr.Gallery(list(zip(round.previews(), captions)), selected_index=None),
        gr.Radio(choices=[(c, i) for i, c in enumerate(captions)], value=0),
        *(gr.DownloadButton(value=path, interactive=True) for path in files),
        round.maps,
    ]


def _canvas(session):
    piece = session.piece
    # Files, as Gradio writes arrays over files that browsers may just be fetching.
    return {
        "background": piece.background,
        "layers": [piece.layer()],
        "composite": None,
    }


def _take(session, drawn):
    """Takes over what was painted, unless the canvas was emptied by its own button."""
    if session.has_piece and drawn and drawn.has_picture:
        session.paint(drawn.layers)
