"""Who may speak to the lab: this browser on this machine, and nobody else.

Every request must name this machine as its host, which a page that rebinds a foreign name
cannot; and, but for a plain reading of a page, come from the lab's own page. A link with a
token is exchanged once for a cookie, so that no secret stays in an address.
"""

import secrets
from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = frozenset(("127.0.0.1", "localhost", "[::1]"))
READING = frozenset(("GET", "HEAD"))
RULES = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Stands before an application, and lets through what may come in.

    `announce` is told each new link: one lets one browser in.
    """

    def __init__(
        self, app: ASGIApp, port: int, announce: Callable[[str], None] = lambda link: None
    ) -> None:
        self.app, self.port, self.announce = app, port, announce
        self.cookie = f"pellucid_lab_{port}"
        self._secret = secrets.token_urlsafe(32)
        self._token = secrets.token_urlsafe(32)

    @property
    def link(self) -> str:
        """The address that lets the next browser in."""
        return f"http://127.0.0.1:{self.port}/open?token={self._token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        answer = self._answer(scope)
        if answer is None:
            await self.app(scope, receive, _with_rules(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403})  # before it is open: 403
        else:
            await answer(scope, receive, _with_rules(send))

    def _answer(self, scope: Scope) -> Response | None:
        """Return what to answer in place of the application; None: let it through."""
        headers = Headers(scope=scope)
        if not _is_here(headers.getlist("host")):
            return _refuse("This is not the name of this machine.")
        reading = scope["type"] == "http" and scope["method"] in READING
        origins = headers.getlist("origin")
        if origins != [f"http://{headers['host']}"] and not (reading and not origins):
            return _refuse("This request comes from another page.")
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not _opens(scope):
            return _refuse("This request comes from another page.")
        if _opens(scope):
            return self._exchange(scope)
        return None if self._known(headers) else _refuse("Open the link that the terminal shows.")

    def _known(self, headers: Headers) -> bool:
        jar: SimpleCookie = SimpleCookie()
        jar.load(headers.get("cookie", ""))
        given = jar[self.cookie].value if self.cookie in jar else ""
        return secrets.compare_digest(given.encode(), self._secret.encode())

    def _exchange(self, scope: Scope) -> Response:
        """Give a cookie for the token, which is used up by that."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[-1]
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            return _refuse("This link was used already: the terminal shows a new one.")
        self._token = secrets.token_urlsafe(32)
        self.announce(self.link)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self.cookie, self._secret, httponly=True, samesite="strict")
        return answer


def _opens(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["path"] == "/open" and scope["method"] == "GET"


def _is_here(hosts: list[str]) -> bool:
    """Tell whether the one Host header names this machine, with whatever port."""
    if len(hosts) != 1:
        return False
    name, _, port = hosts[0].rpartition(":")
    bare = name if name and port.isdecimal() else hosts[0]
    return bare.lower() in HOSTS


def _refuse(why: str) -> Response:
    return PlainTextResponse(f"{why}\n", 403)


def _with_rules(send: Send) -> Send:
    async def send_with_rules(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(RULES)
        await send(message)

    return send_with_rules
