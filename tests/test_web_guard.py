"""What reaches Gradio, and which files go to whom."""

import asyncio
import contextlib
import re

import pytest

from vqinpaint.web.guard import COOKIE, Guard

CACHE = "/tmp/cache/shown"
FILE = f"{CACHE}/{'0123456789abcdef' * 4}/face_00.png"
OTHER = f"{CACHE}/{'fedcba9876543210' * 4}/cat_00.png"


class Gradio:
    """Tells of one file, in pieces, and answers everything else with "ok"."""

    def __init__(self, kind=b"text/event-stream", answer=None):
        self.kind, self.answer = kind, answer or f'{{"path": "{FILE}"}}'.encode()
        self.reached = []

    async def __call__(self, scope, receive, send):
        self.reached.append(scope["path"])
        body, ended = b"", False
        while scope["method"] == "POST" and not ended:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.reached.append("disconnect")
                return
            body += message.get("body", b"")
            ended = not message.get("more_body")
        headers = [(b"content-type", self.kind), (b"set-cookie", b"theirs=1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        answer = self.answer if scope["path"].endswith("data") else b"ok"
        for start in range(0, len(answer), 7):
            piece = answer[start : start + 7]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _guard(app, host="127.0.0.1"):
    return Guard(app, CACHE, host, 1000)


def _ask(guard, path, method="GET", cookie=None, body=b"", **headers):
    """(status, body, cookie that was set)"""
    sent = []
    given = {"host": "127.0.0.1:7860", **headers}
    given = {name.replace("_", "-"): value for name, value in given.items()}
    if cookie:
        given["cookie"] = f"{COOKIE}={cookie}"
    pieces = [body[i : i + 500] for i in range(0, len(body), 500)] or [b""]

    async def receive():
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }
    asyncio.run(guard(scope, receive, send))
    if not sent:
        return 0, b"", None
    head = sent[0]
    cookies = [v.decode() for k, v in head["headers"] if k == b"set-cookie"]
    mine = [re.match(rf"{COOKIE}=([\w-]+);", one) for one in cookies]
    content = b"".join(m.get("body", b"") for m in sent[1:])
    return head["status"], content, next((m[1] for m in mine if m), None)


def test_a_file_goes_to_whom_it_was_told_to_alone():
    guard = _guard(Gradio())
    ours, theirs = (_ask(guard, "/")[2] for _ in range(2))
    assert _ask(guard, f"/gradio_api/file={FILE}", cookie=ours)[0] == 404
    _ask(guard, "/gradio_api/queue/data", cookie=ours)
    assert _ask(guard, f"/gradio_api/file={FILE}", cookie=ours)[0] == 200
    for cookie in (theirs, None, "made-up", "x" * 32):
        assert _ask(guard, f"/gradio_api/file={FILE}", cookie=cookie)[0] == 404
    assert _ask(guard, f"/gradio_api/file={OTHER}", cookie=ours)[0] == 404


def test_binary_answers_tell_of_no_file():
    guard = _guard(Gradio(kind=b"image/png"))
    ours = _ask(guard, "/")[2]
    _ask(guard, "/gradio_api/queue/data", cookie=ours)
    assert _ask(guard, f"/gradio_api/file={FILE}", cookie=ours)[0] == 404


# After Gradio's security advisories: paths that led out of its folders, to other files,
# or to other machines.
_FOLDER = FILE.rpartition("/")[0]
TRAVERSALS = [
    *(f"/gradio_api/file={p}" for p in ("/etc/passwd", "C:/boot.ini", "setup.py", "")),
    f"/gradio_api/file={CACHE}/../../../etc/passwd",
    f"/gradio_api/file={_FOLDER}/../../secret.png",
    f"/gradio_api/file={_FOLDER}/%2e%2e/%2e%2e/secret.png",
    f"/gradio_api/file={_FOLDER}/..\\..\\secret.png",
    "/gradio_api/file=http://169.254.169.254/latest",
    "/gradio_api/file=file:///etc/passwd",
    "/gradio_api/file/etc/passwd",
    "/file=/etc/passwd",
    "/gradio_api/proxy=http://127.0.0.1:22",
    "/static/../../etc/passwd",
    "/assets/../../../etc/passwd",
    "/assets//etc/passwd/../x",
    "/gradio_api/custom_component/x/server/y/../../z",
    "/gradio_api/stream/a/b/1/playlist.m3u8",
    *("/gradio_api/openapi.json", "/docs", "/monitoring", "/monitoring/summary"),
    *("/login", "/logout", "/gradio_api/runs", "/gradio_api/deep_link"),
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_nothing_beside_the_page_is_reached(path):
    app = Gradio()
    guard = _guard(app)
    ours = _ask(guard, "/")[2]
    _ask(guard, "/gradio_api/queue/data", cookie=ours)
    reached = len(app.reached)
    status, body, _ = _ask(guard, path, cookie=ours)
    assert status == 404 and len(app.reached) == reached
    assert body in (b"There is no such file.", b"There is no such page.")


@pytest.mark.parametrize("path", ["/gradio_api/run/predict", "/gradio_api/call/x", "/"])
def test_handlers_cannot_be_called_beside_the_queue(path):
    app = Gradio()
    assert _ask(_guard(app), path, "POST")[0] == 404 and not app.reached
    assert _ask(_guard(app), "/", "DELETE")[0] == 404 and not app.reached


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example:7860"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
    ],
)
def test_other_sites_are_refused(headers):
    app = Gradio()
    assert _ask(_guard(app), "/gradio_api/upload", "POST", **headers)[0] == 403
    assert not app.reached


def test_the_page_itself_is_let_through():
    app, local = Gradio(), {"origin": "http://127.0.0.1:7860"}
    assert _ask(_guard(app), "/gradio_api/upload", "POST", **local)[0] == 200
    named = {"host": "box.local:80", "origin": "http://box.local:80"}
    assert _ask(_guard(app), "/gradio_api/upload", "POST", **named)[0] == 403
    for host in ("box.local", "0.0.0.0"):
        asked = _ask(_guard(app, host), "/gradio_api/upload", "POST", **named)
        assert asked[0] == 200


def test_a_wildcard_answers_to_the_names_that_are_given_alone():
    guard = Guard(Gradio(), CACHE, "0.0.0.0", 1000, ["paint.example.org"])
    for host, status in (
        ("paint.example.org", 200),
        ("localhost:7860", 200),
        ("evil.example:7860", 403),
    ):
        named = {"host": host, "origin": f"http://{host}"}
        assert _ask(guard, "/gradio_api/upload", "POST", **named)[0] == status


def test_an_answer_that_the_server_ends_is_no_mistake():
    async def app(scope, receive, send):
        raise asyncio.CancelledError

    with contextlib.suppress(IndexError):  # nothing was answered
        _ask(_guard(app), "/gradio_api/queue/data")


def test_a_browser_that_leaves_while_it_sends_is_no_mistake():
    class Gone(Exception):
        """As Starlette's `ClientDisconnect`."""

    async def app(scope, receive, send):
        raise Gone

    guard = Guard(app, CACHE, "127.0.0.1", 1 << 20, gone=(Gone,))
    with contextlib.suppress(IndexError):  # nothing was answered
        _ask(guard, "/gradio_api/upload", "POST")


def test_large_bodies_are_refused_before_they_are_read():
    app = Gradio()
    large = {"content_length": str(3 << 20)}
    assert _ask(_guard(app), "/gradio_api/upload", "POST", **large)[0] == 413
    assert not app.reached
    # One that hides its length is cut off.
    assert _ask(_guard(app), "/gradio_api/upload", "POST", body=bytes(2 << 20))[0] == 0
    assert app.reached == ["/gradio_api/upload", "disconnect"]


def test_pages_may_load_nothing_from_elsewhere():
    guard, sent = _guard(Gradio()), []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/"}
    scope["headers"] = [(b"host", b"localhost:1")]
    asyncio.run(guard(scope, None, send))
    headers = dict(sent[0]["headers"])
    policy = headers[b"content-security-policy"].decode()
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert not re.search(r"https?:|\*", policy)
    assert headers[b"x-content-type-options"] == b"nosniff"
