"""What every page knows, whatever it shows: the experiment and how far it is."""

from collections.abc import Mapping
from typing import Any

from pellucid.data.sources import SETS
from pellucid.doctor.finding import Finding
from pellucid.experiments.experiment import OPTIMIZERS, SCALINGS
from pellucid.experiments.preparing import said_of
from pellucid.functions.activations import ACTIVATIONS
from pellucid.lab.lesson import Lesson, all_lessons
from pellucid.lab.pedals import PHASES, SPEEDS
from pellucid.lab.views.forms import kinds
from pellucid.lab.views.scene import Draft, Scene
from pellucid.network.summary import Summary

SHOWN = ("table", "pictures", "gate", "points", "curve")


def state(scene: Scene) -> dict[str, Any]:
    """Return what changes seldom: data, settings, network, findings."""
    bench, told = scene.bench, scene.bench.experiment
    encoding = bench.ready.encoding
    optimizer = bench.model.recipe.optimizer
    return {
        "sets": [_set(name) for name in SETS],
        "script": bench.script,
        "data": told.data,
        "reading": said_of(told.reading),
        "network": bench.made.network,
        "task": encoding.task,
        "shape": encoding.shape,
        "features": encoding.feature_names,
        "classes": encoding.class_names,
        "parts": {name: len(rows) for name, rows in bench.ready.parts._asdict().items()},
        "held_out": bench.ready.held_out,
        "settings": {name: getattr(told, name) for name in _SETTINGS},
        "choices": {"optimizer": OPTIMIZERS, "scaling": SCALINGS, "activation": list(ACTIVATIONS)},
        "batch_size": bench.made.batch_size,
        "epochs": bench.made.epochs,
        "steps": bench.steps,
        "loss": bench.made.loss.replace("_", " "),
        "optimizer": repr(optimizer),
        "metrics": bench.made.metrics,
        "summary": told_summary(bench.model.summarize()),
        "draft": _draft(scene.draft),
        "unscaled": bench.unscaled,
        "kinds": kinds(encoding.shape),
        "phases": PHASES,
        "speeds": SPEEDS,
        "findings": [_finding(found) for found in scene.findings],
        "openings": scene.openings,
        "rates": [{"step": step, "rate": rate} for step, rate in scene.rates.items()],
        "over": scene.over,
        "lessons": [{"name": name, **_lesson(one)} for name, one in all_lessons().items()],
        "lesson": scene.lesson and _lesson(scene.lesson),
        "options": scene.options,
    }


_SETTINGS = (
    *("network", "activation", "dropout", "scaling", "optimizer", "learning_rate"),
    *("batch_size", "epochs", "validation", "test", "seed"),
)


def now(scene: Scene) -> dict[str, Any]:
    """Return what changes all the time: how far training is."""
    train, bench = scene.bench.model.train_state, scene.bench
    (epoch, batch), step = bench.place, int(train.step)
    rows, size = len(bench.ready.parts.train), bench.made.batch_size
    return {
        "epoch": epoch,
        "batch": batch,
        "step": step,
        "seen": epoch * rows + min(batch * size, rows),
        "rate": float(train.learning_rate),
        "playing": scene.pedals.playing,
        "moving": scene.pedals.moving,
        "preparing": scene.pedals.preparing,
        "phase": scene.pedals.phase,
        "kept": scene.epochs_kept,
        "then": scene.then and scene.then.epoch,
        "speed": scene.pedals.speed,
    }


def told_summary(summary: Summary) -> dict[str, Any]:
    """Return a network in numbers, as values that travel."""
    return {
        "rows": [row._asdict() for row in summary.rows],
        "inputs": summary.inputs,
        "parameters": summary.trainable + summary.frozen,
        "depth": summary.depth,
    }


def _draft(draft: Draft) -> dict[str, Any]:
    summary = draft.summary and told_summary(draft.summary)
    return {"layers": draft.layers, "summary": summary, "trouble": draft.trouble}


def _lesson(lesson: Lesson) -> dict[str, Any]:
    return {"title": lesson.title, "look": lesson.look, "view": lesson.view, "rows": lesson.rows}


def _set(name: str) -> Mapping[str, Any]:
    entry = SETS[name]
    fetched = "folder" in entry.settings
    made = {"name": name, "kind": entry.kind, "about": entry.about, "rows": entry.rows}
    return {**made, "fetched": fetched, "noise": "noise" in entry.settings}


def _finding(found: Finding) -> dict[str, Any]:
    """Return a finding with its meaning, and what can be done about it at once."""
    told = found.to_json()
    told["meaning"] = found.meaning
    told["explains"] = [one.meaning for one in found.consequences]
    changes = ("model", "compile")
    fits = found.change is not None and (
        found.change.kind in changes or set(found.change.settings) <= {"batch_size", "epochs"}
    )
    told["code"] = found.change.code if found.change is not None else ""
    told["applies"] = fits
    del told["change"], told["consequences"], told["rows"]
    return told
