"""Who may fetch what: a wrapper around the page's ASGI application.

Gradio serves every file of its cache to whoever knows its address. Here a file goes only
to the browser that was told of it, which a cookie identifies. Requests that the page
never makes, that another site makes, or that are too large do not reach Gradio. No page
may load anything from elsewhere.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import http.cookies
import re
import secrets
import threading
import urllib.parse
from collections.abc import Awaitable, MutableMapping, Sequence
from typing import Any, Callable

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

COOKIE = "vqinpaint"
_FILE = "/gradio_api/file="
# All that the page asks for. Gradio has more: proxies, logs, an API for programs.
_GET = re.compile(
    r"/|/(config|theme\.css|favicon\.ico|manifest\.json|robots\.txt)"
    r"|/(assets|static|svelte)/[\w./@+-]+"
    r"|/gradio_api/(info|startup-events|queue/data|upload_progress|heartbeat/\w+)"
)
_POST = re.compile(r"/gradio_api/(queue/join|upload|cancel|reset|component_server)/?")
# Form fields and file names around what is uploaded.
_AROUND = 1 << 20
_LOCAL = ("127.0.0.1", "localhost", "[::1]")
# Visitors whose files are known, and files of each; the oldest are forgotten.
_MOST_OWNERS, _MOST_FILES = 1000, 5000
_HEADERS = (
    (
        b"content-security-policy",
        # Gradio writes scripts and styles into its page, and compiles code in it.
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        b"font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
        b"object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """The application with its bounds.

    Args:
      app: of Gradio.
      cache: folder in which Gradio keeps files.
      host: at which the page listens; other names are refused unless it is a wildcard.
      most_bytes: of an uploaded file.
      names: further ones under which the page is reached. With some, all others are
        refused at a wildcard too.
      gone: what the application raises when a browser leaves before it has sent all,
        which is no mistake to be told of.
    """

    def __init__(
        self,
        app: App,
        cache: str,
        host: str,
        most_bytes: int,
        names: Sequence[str] = (),
        gone: tuple[type[BaseException], ...] = (),
    ):
        # The server cancels the answers to pages that are open when it ends.
        self._no_mistakes: tuple[type[BaseException], ...] = (
            asyncio.CancelledError,
            *gone,
        )
        self._app, self._most_bytes = app, most_bytes + _AROUND
        given = (host, f"[{host}]", *names)
        self._hosts: tuple[str, ...] | None = (*_LOCAL, *map(str.lower, given))
        if host in ("0.0.0.0", "::") and not names:
            self._hosts = None
        # Gradio names a folder of its cache by the content of the one file in it.
        self._told = re.compile(
            re.escape(cache).encode() + rb"/(?:\w+/)?([0-9a-f]{16,})/"
        )
        self._cache = cache
        self._granted = _Granted()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers one request; see the ASGI specification."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        headers = {name.lower(): value for name, value in scope["headers"]}
        owner = _owner_of(headers)
        refusal = self._refusal(scope, headers, owner)
        if refusal:
            return await _refuse(send, *refusal)
        fresh = owner is None
        owner = owner or secrets.token_urlsafe(24)
        # Compressed answers cannot be searched for the files that they tell of.
        plain = [(n, v) for n, v in scope["headers"] if n.lower() != b"accept-encoding"]
        with contextlib.suppress(*self._no_mistakes):
            await self._app(
                {**scope, "headers": plain},
                _bounded(receive, self._most_bytes),
                self._watched(send, owner, fresh),
            )

    def _refusal(self, scope, headers, owner):
        """(status, one line) if this request goes no further, else None."""
        host = headers.get(b"host", b"").decode("latin-1").lower()
        name = re.sub(r":\d+$", "", host)
        if self._hosts is not None and name not in self._hosts:
            return 403, f"This page is not served as {name[:80]!r}."
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        site = headers.get(b"sec-fetch-site", b"same-origin")
        if (origin and origin.partition("//")[2] != host) or (
            site == b"cross-site" and scope["path"] != "/"
        ):
            return 403, "Requests of other sites are refused."
        path, method = scope["path"], scope["method"]
        if path.startswith(_FILE) and method in ("GET", "HEAD"):
            # Twice the same name for what is not there and what is another's.
            if owner is None or not self._may_fetch(owner, path[len(_FILE) :]):
                return 404, "There is no such file."
            return None
        known = {"GET": _GET, "HEAD": _GET, "POST": _POST}.get(method)
        if known is None or not known.fullmatch(path) or ".." in path:
            return 404, "There is no such page."
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._most_bytes:
            most = self._most_bytes - _AROUND
            return 413, f"At most {most / 1e6:.0f} MB may be uploaded at a time."
        return None

    def _may_fetch(self, owner, path):
        path = urllib.parse.unquote(path)
        found = self._told.match(path.encode())
        plain = ".." not in path and "\\" not in path
        return bool(found) and plain and self._granted.has(owner, found[1])

    def _watched(self, send, owner, fresh):
        """A `send` that notes which files an answer tells of, and adds our headers."""
        readable, left_over = False, b""

        async def watched(message):
            nonlocal readable, left_over
            if message["type"] == "http.response.start":
                given = dict(message["headers"])
                kind = given.get(b"content-type", b"")
                readable = kind.startswith((b"text/", b"application/json"))
                mine = [
                    (n, v) for n, v in message["headers"] if n not in dict(_HEADERS)
                ]
                mine.extend(_HEADERS)
                if fresh:
                    mine.append((b"set-cookie", _cookie(owner)))
                message = {**message, "headers": mine}
            elif readable:
                # A path may be cut in two between two messages.
                body = left_over + message.get("body", b"")
                self._granted.add(owner, self._told.findall(body))
                left_over = body[-(len(self._cache) + 200) :]
            await send(message)

        return watched


class _Granted:
    """Which files each visitor was told of, the latest of the latest visitors."""

    def __init__(self):
        self._files: collections.OrderedDict[str, dict[bytes, None]]
        self._files, self._lock = collections.OrderedDict(), threading.Lock()

    def add(self, owner: str, files: Sequence[bytes]) -> None:
        with self._lock:
            if files:
                own = self._files.setdefault(owner, {})
                own.update(dict.fromkeys(files))
                while len(own) > _MOST_FILES:
                    del own[next(iter(own))]
                self._files.move_to_end(owner)
            while len(self._files) > _MOST_OWNERS:
                self._files.popitem(last=False)

    def has(self, owner: str, file: bytes) -> bool:
        with self._lock:
            return file in self._files.get(owner, {})


def _owner_of(headers):
    try:
        cookies = http.cookies.SimpleCookie(headers[b"cookie"].decode("latin-1"))
        value = cookies[COOKIE].value
    except (KeyError, http.cookies.CookieError):
        return None
    return value if re.fullmatch(r"[\w-]{32}", value, re.ASCII) else None


def _cookie(owner):
    return f"{COOKIE}={owner}; Path=/; HttpOnly; SameSite=Strict".encode()


def _bounded(receive, most_bytes):
    """A `receive` that ends the request where its body is larger."""
    left = most_bytes

    async def bounded():
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return bounded


async def _refuse(send, status, text):
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
