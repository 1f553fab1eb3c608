"""The lab for a network of one's own: its page follows `model.fit` in a script or a notebook."""

import inspect
import queue
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from pellucid.base.errors import ConfigError, PellucidError, explain
from pellucid.lab.bench import Bench
from pellucid.lab.guard import Guard
from pellucid.lab.guest import guest, unfollowed
from pellucid.lab.keras_guest import Onlooker
from pellucid.lab.protocol import Command
from pellucid.lab.runner import Runner
from pellucid.lab.server import Lab, listening, server_of
from pellucid.lab.shelf import Shelf
from pellucid.models.history import History
from pellucid.models.model import Model

BETWEEN = 0.05  # seconds between two looks at what pages want, while nothing trains


def open_lab(
    model: Any,
    *,
    port: int = 0,
    browser: bool = True,
    announce: Callable[[str], None] = print,
) -> "OpenLab":
    """Open the lab on a model; its page follows each `model.fit` from now on.

    The model is Pellucid's own, or one of the Keras face that fits on arrays. The page shows
    what `pellucid lab` shows, and may pause, step, and set the learning rate; network and data
    are the script's alone. What is not touched in the page trains to the same bits as without
    it. Rows are shown as they come, without weights of their own.

    Raises:
        ConfigError: it is no model of Pellucid's.
        FileError: the port is not free.

    Example:
        >>> lab = open_lab(model)  # doctest: +SKIP
        >>> model.fit(x, y, epochs=100)  # doctest: +SKIP
        >>> lab.close()  # doctest: +SKIP
    """
    lab = OpenLab(model, port)
    announce(f"The lab is open; one browser gets in by this link:\n  {lab.link}")
    if browser:
        webbrowser.open(lab.link)
    return lab


class OpenLab:
    """An open lab. While it is open, it stands before the `fit` of its one model.

    Attributes:
        link: The address that lets the next browser in.
    """

    def __init__(self, model: Any, port: int) -> None:
        self._learner = getattr(model, "_learner", None)  # of a model of the Keras face
        if not isinstance(model, Model) and not hasattr(self._learner, "onlooker"):
            what, got = "The lab follows the models of Pellucid.", type(model).__module__
            hint = "a Keras script has them by `pellucid run`, or by pellucid.keras for keras"
            raise ConfigError(explain(what, got=got, expected="its own, or Keras's", hint=hint))
        self._model, self._fit = model, model.fit
        self._inlet, self._open = Inlet(), True
        self._runner, self._chair = Runner(self._inlet, shelf=Shelf(closed=True)), threading.Lock()
        self._doors = ExitStack()
        listener = self._doors.enter_context(listening(port))
        self._guard = Guard(Lab({}, self._inlet.start).app(), listener.getsockname()[1])
        self._server = server_of(self._guard)
        given = {"kwargs": {"sockets": [listener]}, "daemon": True}
        self._threads = [threading.Thread(target=self._server.run, **given)]
        self._threads.append(threading.Thread(target=self._attend, daemon=True))
        for thread in self._threads:
            thread.start()
        self._inlet.ready.wait()
        follow = self._followed if self._learner is None else self._keras_followed
        vars(model)["fit"] = follow  # of this one model, not of its class

    @property
    def link(self) -> str:
        """The address that lets the next browser in."""
        return self._guard.link

    def close(self) -> None:
        """Close the page's line, and step back from the model's `fit`."""
        if self._open:
            self._open, self._server.should_exit = False, True
            del vars(self._model)["fit"]
            for thread in self._threads:
                thread.join()
            self._doors.close()

    def __enter__(self) -> "OpenLab":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _followed(self, x: Any, y: Any = None, **given: Any) -> History:
        """Go through a fit with the lab as one more callback."""
        runner = self._runner
        with self._chair:
            if not self._begun(lambda: self._bench(x, y, given)):
                return self._fit(x, y, **given)
            with self._ended():
                callbacks = [*given.pop("callbacks", ()), runner]
                return self._fit(x, y, **given, callbacks=callbacks)

    def _keras_followed(self, *rows: Any, **given: Any) -> Any:
        """Go through a fit of a Keras model, which shows the lab its trainer."""
        learner: Any = self._learner
        with self._chair, self._ended():
            nobody, onlooker = learner.onlooker, Onlooker(self._runner, self._begun)
            learner.onlooker = onlooker
            try:
                return self._fit(*rows, **given)
            finally:
                learner.onlooker = nobody
                if not onlooker.asked:
                    self._runner.trouble(unfollowed("batches that come one by one", "arrays"))

    def _bench(self, x: Any, y: Any, given: Mapping[str, Any]) -> Bench:
        bound = inspect.signature(self._fit).bind(x, y, **given)
        bound.apply_defaults()
        return guest(self._model, x, y, bound.arguments)

    def _begun(self, bench: Callable[[], Bench]) -> bool:
        """Put the bench of a fit in its place; what cannot be shown may well be trained."""
        try:
            self._runner.place(bench(), same_data=False)
        except PellucidError as error:
            self._runner.trouble(error)
            return False
        self._runner.pedals.play()
        return True

    @contextmanager
    def _ended(self) -> Iterator[None]:
        """Let the page know when a fit is over."""
        runner = self._runner
        try:
            yield
        finally:
            runner.pedals.rest()
            if runner.scene is not None:
                runner.show(findings=tuple(runner.scene.bench.model.findings), over=True)

    def _attend(self) -> None:
        """Answer pages while nothing trains."""
        while self._open:
            with self._chair:
                self._runner.answer()
            time.sleep(BETWEEN)


class Inlet:
    """Stands where a process stands that trains: commands in, frames out, all in this process."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self._orders: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._next: list[Any] = []
        self._take: Callable[[bytes], None] = _lose

    def start(self, opening: Mapping[str, Any], take: Callable[[bytes], None]) -> "Inlet":
        """Begin to hand frames to the server."""
        self._take = take
        self.ready.set()
        return self

    def tell(self, command: Command) -> None:
        """Pass a command on."""
        self._orders.put(tuple(command))

    def close(self) -> None:
        """Hand out no more frames."""
        self._take = _lose

    def poll(self, wait: float | None) -> bool:
        """Tell whether a command comes in time."""
        try:
            self._next.append(self._orders.get(timeout=wait))
        except queue.Empty:
            return False
        return True

    def recv(self) -> Any:
        """Return the command that `poll` spoke of."""
        return self._next.pop()

    def send_bytes(self, frame: bytes) -> None:
        """Hand a frame to the server."""
        self._take(frame)


def _lose(frame: bytes) -> None:
    """Take a frame while nobody looks."""
