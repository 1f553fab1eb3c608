"""An experiment of the lab as a script of the public interface, which ends where it stands."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from pellucid import __version__
from pellucid.base.config import Config
from pellucid.data.sources import set_name
from pellucid.experiments.preparing import said_of
from pellucid.lab.views.scene import Scene

STEERING = '''

class AsInTheLab(pc.Callback):
    """Sets the learning rate, and stops, after the updates after which this was done."""

    def __init__(self, rates, last):
        self.rates, self.last, self.step = rates, last, 0

    def on_train_begin(self, control):
        control.learning_rate = self.rates.get(0, control.learning_rate)

    def on_steps_end(self, record, control):
        self.step += 1
        control.learning_rate = self.rates.get(self.step, control.learning_rate)
        if self.step == self.last:
            control.stop("as in the lab")

'''


def script(scene: Scene) -> str:
    """Return Python that makes the same data, the same network and the same updates."""
    bench = scene.bench
    if bench.script or bench.loaded is not None:
        origin = "is a script's own" if bench.script else "came from a file, with its weights"
        return f"# The network of this run {origin}.\n"
    train = bench.model.train_state
    done, steps = int(train.step), bench.steps
    recipe = bench.model.recipe
    values = [*bench.layers, recipe.optimizer, recipe.goals[0].loss]
    steered = bool(scene.rates) or done % steps != 0
    lines = [
        f'"""{bench.experiment.data}, as trained in the lab of pellucid {__version__}."""',
        "",
        "import pellucid as pc",
        *sorted({*_imports(values), *_of_data(scene)}),
        *(STEERING.rstrip("\n").split("\n") if steered else [""]),
        *([""] if steered else []),
        *_data(scene),
        "",
        *_model(scene),
        "",
        *_fit(scene, steered),
    ]
    return "\n".join(lines) + "\n"


def _imports(values: list[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, Config):
            kind = type(value)
            yield f"from {kind.__module__} import {kind.__name__}"
            yield from _imports([getattr(value, one.name) for one in fields(value)])


def _of_data(scene: Scene) -> list[str]:
    learn = ["from pellucid.data.encoding import learn"]
    return [*learn, "from pellucid.data.splits import divide"] if _held_out(scene) else learn


def _held_out(scene: Scene) -> bool:
    return scene.bench.ready.held_out


def _data(scene: Scene) -> list[str]:
    told, ready = scene.bench.experiment, scene.bench.ready
    changed = said_of(told.reading)
    given = "".join(f", {name}={value!r}" for name, value in changed.items())
    lines = [f"data = pc.open_data({told.data!r}{given})", f"# {ready.data.rows} rows, sha256 "
             f"{ready.data.digest[:16]}"]  # fmt: skip
    if set_name(told.data) is None and not Path(told.data).exists():
        lines.insert(0, "# The page knew this file by its name alone: put its folder before it.")
    if _held_out(scene):
        rest = 1 - told.validation - told.test
        shares = f"({rest!r}, {told.validation!r}, {told.test!r})"
        lines.append(f"train, validation, test = divide(data, {shares}, seed={told.seed})")
    else:
        lines.append("train = validation = list(range(data.rows))  # a truth table is all there is")
    lines += ["encoding = learn(data, train)", "x, y = encoding.encode(data)"]
    if scene.bench.y.ndim == 2 and scene.bench.y.shape[1] == 1:
        lines.append('y = y.astype("float32")[:, None]')
    elif scene.bench.y.ndim == 2:
        lines += [f"y = np.eye({scene.bench.y.shape[1]})[y]"]
    return lines


def _model(scene: Scene) -> list[str]:
    bench = scene.bench
    recipe = bench.model.recipe
    metrics = ", ".join(f'"{name}"' for name in bench.made.metrics)
    dtype = "" if recipe.dtype == "float32" else f', dtype="{recipe.dtype}"'
    return [
        "model = pc.Sequential(",
        "    [",
        f'        pc.Input({bench.ready.encoding.shape!r}, name="x"),',
        *(f"        {layer!r}," for layer in bench.layers),
        "    ],",
        f"    seed={bench.experiment.seed},",
        ")",
        f"model.compile({recipe.optimizer!r}, {recipe.goals[0].loss!r}, "
        f"metrics=[{metrics}]{dtype})",
    ]


def _fit(scene: Scene, steered: bool) -> list[str]:
    bench = scene.bench
    done = int(bench.model.train_state.step)
    epochs = -(-done // bench.steps)
    weight = bench.experiment.class_weight
    rates = {step: rate for step, rate in scene.rates.items() if step < max(done, 1)}
    return [
        "history = model.fit(",
        "    x[train],",
        "    y[train],",
        "    validation_data=(x[validation], y[validation]),",
        f"    batch_size={bench.made.batch_size},",
        f"    epochs={epochs},",
        *([f"    class_weight={weight!r},"] if weight is not None else []),
        *([f"    callbacks=[AsInTheLab({rates!r}, last={done})],"] if steered else []),
        ")",
        "for name, values in history.items():",
        "    print(name, values[-1])",
    ]
