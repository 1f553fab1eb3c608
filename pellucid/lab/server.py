"""The server of the lab: its page, the socket to each page, and one way in for a file.

It listens on this machine only, and holds no arrays: frames come whole from the process that
trains (`child.py`) and go to the pages that look (`hub.py`). It loads no JAX.
"""

import asyncio
import contextlib
import socket
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from pellucid.base.errors import DataError, FileError, explain
from pellucid.lab.child import Child
from pellucid.lab.guard import Guard
from pellucid.lab.hub import Hub, Page
from pellucid.lab.protocol import LONGEST_COMMAND, Command, pack, read_command

STATIC = Path(__file__).parent / "static"
HOST = "127.0.0.1"
MOST_PAGES, MOST_REQUESTS = 16, 64
MOST_BYTES, PATIENCE = 64 * 2**20, 30.0  # of a file, and seconds until all of it is here
GONE = pack({"kind": "trouble", "run": 0, "text": "", "gone": True})


class Lab:
    """The routes of one lab, and the process that trains for it."""

    def __init__(self, opening: Mapping[str, Any], start: Callable[..., Any] = Child) -> None:
        self.opening, self.start = opening, start
        self.child: Any = None
        self.hub = Hub(lambda command: self.child.tell(command))
        self.news: dict[Page, asyncio.Event] = {}

    def app(self) -> Starlette:
        """Return the application, without its guard."""
        routes = [
            Route("/", self.page),
            Route("/file", self.file, methods=["POST"]),
            WebSocketRoute("/socket", self.socket),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
        return Starlette(routes=routes, lifespan=self.lifespan)

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Run the process that trains for as long as the server runs."""
        loop = asyncio.get_running_loop()
        self.child = self.start(
            self.opening, lambda frame: loop.call_soon_threadsafe(self.take, frame)
        )
        yield
        self.child.close()

    def take(self, frame: bytes) -> None:
        """Take a frame from the process, and wake the pages; an empty one is its last."""
        if frame:
            self.hub.take(frame)
        else:
            self.hub.broadcast("trouble", GONE)
        for event in self.news.values():
            event.set()

    async def page(self, request: Request) -> Response:
        """Answer with the page."""
        return FileResponse(STATIC / "index.html")

    async def file(self, request: Request) -> Response:
        """Take a file from the page, and hand it to the process that trains."""
        name = request.headers.get("x-name", "table.csv")
        try:
            content = await asyncio.wait_for(_body(request), PATIENCE)
        except (TimeoutError, ClientDisconnect):
            raise HTTPException(408, "The file did not come in time.") from None
        self.child.tell(Command("file", {"name": _plain(name), "content": content}))
        return PlainTextResponse("", 202)

    async def socket(self, socket: WebSocket) -> None:
        """Speak with one page until it leaves."""
        if len(self.news) >= MOST_PAGES:
            await socket.close(1013)
            return
        await socket.accept()
        page, event = self.hub.join(), asyncio.Event()
        self.news[page] = event
        event.set()
        talk = asyncio.create_task(self._talk(socket, page, event))
        try:
            await self._listen(socket, page, event)
        finally:
            talk.cancel()
            del self.news[page]
            self.hub.leave(page)

    async def _listen(self, socket: WebSocket, page: Page, event: asyncio.Event) -> None:
        """Hear what a page says; what is no command ends the talk."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            self.hub.ask()
            while True:
                message = await socket.receive()
                if message["type"] != "websocket.receive":
                    return
                try:
                    command = read_command(message.get("text") or message.get("bytes") or "")
                except DataError:
                    await socket.close(1008)
                    return
                self.hub.hear(page, command)
                event.set()

    async def _talk(self, socket: WebSocket, page: Page, event: asyncio.Event) -> None:
        """Send a page what waits for it, no more than it draws."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await event.wait()
                event.clear()
                while (message := self.hub.next_for(page)) is not None:
                    await socket.send_bytes(message)


async def _body(request: Request) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: 413, it is too large.
    """
    too_large = HTTPException(413, f"A file may have {MOST_BYTES // 2**20} MB.")
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > MOST_BYTES:
        raise too_large
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise too_large
        parts.append(part)
    return b"".join(parts)


def _plain(name: str) -> str:
    """Return a name that came as the URL-encoded header that all letters fit in."""
    return unquote(name)[:200]


@contextlib.contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """Give a socket that listens on this machine: at `port`, or at a free one for 0.

    Raises:
        FileError: somebody else listens there.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            what, hint = f"Port {port} is not free.", "leave out --port, and a free one is taken"
            raise FileError(explain(what, got=error.strerror, expected="one", hint=hint)) from None
        listener.listen()  # so that a browser that is quick waits, and is not turned away
        yield listener


def serve(
    opening: Mapping[str, Any],
    port: int = 0,
    *,
    browser: bool = True,
    announce: Callable[[str], None] = print,
) -> None:
    """Run the lab until Ctrl-C. `opening` says what is on the bench at first.

    Raises:
        FileError: the port is not free.
    """
    with listening(port) as listener:
        port = listener.getsockname()[1]
        guard = Guard(Lab(opening).app(), port, announce)
        announce(guard.link)
        if browser:
            webbrowser.open(guard.link)
        server_of(guard).run(sockets=[listener])


def server_of(app: ASGIApp) -> uvicorn.Server:
    """Return a server with the lab's limits on what may come in."""
    settings = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_REQUESTS,
        ws_max_size=LONGEST_COMMAND,
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(settings)
