"""How far training goes: at rest, one phase, batch or epoch on, or on and on at a speed."""

import time

from pellucid.training.trainer import EACH_STEP, FREELY, Pace

PHASES = ("load", "forward", "loss", "backward", "update")
UNITS = ("phase", "batch", "epoch")
BEAT = 0.02  # seconds that a block takes while a page looks on
STRIDE = 0.2  # where training is to be fast: what stands around a block takes some milliseconds
SPEEDS = (1.0, 5.0, 25.0, 100.0, 500.0, None)  # updates a second; None: as fast as it can
SLOW = 12.0  # updates a second that one can follow
PATIENCE = 60  # seconds that all epochs may take by themselves
PLAYING = FREELY._replace(seconds=STRIDE)
AN_EPOCH = FREELY._replace(most_epochs=1, seconds=BEAT)


class Pedals:
    """The state of the controls; the one place that says whether training may go on."""

    def __init__(self) -> None:
        self.playing = self.preparing = False
        self.speed: float | None = None  # updates a second; None: as fast as it can
        self.phase = 0  # of the next batch: how many of PHASES have been shown
        self._unit = ""  # what is left to be done before training rests
        self._due = 0.0

    @property
    def moving(self) -> bool:
        """Whether training may go on."""
        return self.playing or bool(self._unit)

    @property
    def stepping(self) -> bool:
        """Whether training goes on for one unit only."""
        return bool(self._unit)

    @property
    def hurried(self) -> bool:
        """Whether training goes on faster than one can follow."""
        return self.playing and (self.speed is None or self.speed > SLOW)

    def play(self) -> None:
        """Go on and on."""
        self.playing, self._unit, self.phase, self._due = True, "", 0, time.monotonic()

    def rest(self) -> None:
        """Stop after what is under way."""
        self.playing, self._unit = False, ""

    def step(self, unit: str) -> None:
        """Go one unit on. The last phase of a batch is its update."""
        self.playing = False
        if unit == "phase" and self.phase < len(PHASES) - 1:
            self.phase += 1
            return
        self._unit = "epoch" if unit == "epoch" else "batch"

    def done(self, *, epoch: bool) -> None:
        """Take note of a batch, or of one that ended an epoch."""
        self.phase = 0
        if self._unit == "batch" or (self._unit == "epoch" and epoch):
            self._unit = ""

    def wait(self) -> float:
        """Return the seconds until the next block may begin."""
        if not self.playing or self.speed is None:
            return 0.0
        return max(0.0, self._due - time.monotonic())

    def pace(self) -> Pace:
        """Return how far the next block goes."""
        if self._unit == "batch":
            return EACH_STEP
        if self._unit == "epoch":
            return AN_EPOCH
        if self.speed is None:
            return PLAYING
        steps = max(1, round(self.speed * BEAT))
        self._due = max(self._due, time.monotonic() - BEAT) + steps / self.speed
        return FREELY._replace(most_epochs=1, most_steps=steps)


def speed_for(steps: int, epochs: int) -> float | None:
    """Return a speed at which an epoch takes a second at most, and all of them a minute."""
    wanted = max(steps, steps * epochs / PATIENCE)
    return next((speed for speed in SPEEDS if speed is None or speed >= wanted), None)
