"""A line to the process that trains, without the process: commands from a list, frames kept."""

from pellucid.lab.protocol import SIZES, unpack
from pellucid.lab.runner import Runner


def frames_of(message):
    """What a message to a page says, frame by frame."""
    while message:
        header, arrays = SIZES.unpack_from(message)
        size = SIZES.size + header + arrays
        yield unpack(message[:size])
        message = message[size:]


class Line:
    """What a `Runner` takes for its pipe: it hears the commands, and then that all is over."""

    def __init__(self, commands):
        self.commands, self.frames = list(commands), []

    def poll(self, wait):
        if self.commands:
            return True
        if wait is None:  # at rest, and nobody will say anything any more
            raise EOFError
        return False

    def recv(self):
        return self.commands.pop(0)

    def send_bytes(self, frame):
        self.frames.append(unpack(frame))

    def shown(self, kind):
        return [frame.get("shown", frame) for frame in self.frames if frame["kind"] == kind]


def ran(*commands, data="moons", reading=None, warmth=None, lesson=None):
    """Let a runner open a set, or a lesson, and do as it is told; return it and what it said."""
    line = Line([(do, given) for do, given in commands])
    runner = Runner(line, warmth)
    opening = {"data": data, "reading": reading or {}} if lesson is None else {"text": lesson}
    try:
        runner.live(opening)
    except EOFError:
        return runner, line
    raise AssertionError("a runner lives until its pipe closes")
