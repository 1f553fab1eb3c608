"""Architectures side by side on the same split: error with its spread, time, parameters.

How many layers and units a task needs is found by trial. A single trial says little, as the
first weights are drawn; so each network is trained from several seeds, on the same rows.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.data.dataset import Dataset
from pellucid.experiments.answers import outputs
from pellucid.experiments.design import design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import HISTORY, SPLIT, Run, open_run
from pellucid.experiments.judging import SHARES, SMALLER_IS_BETTER, Score, judge, taught
from pellucid.experiments.preparing import Prepared, prepare
from pellucid.experiments.reviewing import reported
from pellucid.experiments.running import is_usable, not_finite, teach
from pellucid.plots.blocks import Block, Cell, Note, Page, Picture, Sentence, Table, section
from pellucid.plots.comparison import Candidate, side_by_side
from pellucid.plots.figures import to_svg
from pellucid.plots.page import to_html

CURVES = ("loss", "val_loss")


class Trial(NamedTuple):
    """One network trained from one seed: its score on rows held out, and its course."""

    seed: int
    score: Score
    seconds: float  # of training, without compiling; not a number where it was not kept
    curves: Mapping[str, Float[np.ndarray, " epochs"]]  # "loss" and "val_loss"


class Contestant(NamedTuple):
    """One network with all its trials."""

    name: str
    network: str
    parameters: int
    trials: tuple[Trial, ...]

    @property
    def scores(self) -> Float[np.ndarray, " seeds"]:
        """The score of each trial."""
        return np.array([trial.score.value for trial in self.trials])

    @property
    def seconds(self) -> Float[np.ndarray, " seeds"]:
        """The training time of each trial."""
        return np.array([trial.seconds for trial in self.trials])


@dataclass(frozen=True, eq=False)
class Comparison:
    """Networks on one split, in the order in which they were given.

    Attributes:
        data: What they learnt from.
        rows: How many rows held out judged them.
        notes: What a reader must know, such as runs that had other rows.
    """

    data: str
    rows: int
    contestants: tuple[Contestant, ...]
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> str:
        """The name of the score that counts."""
        return self.contestants[0].trials[0].score.name

    @property
    def best(self) -> Contestant:
        """The network with the best mean score."""
        sign = 1 if self.score in SMALLER_IS_BETTER else -1
        return min(self.contestants, key=lambda one: sign * float(one.scores.mean()))

    def table(self) -> Table:
        """Return one row a network; spread is the standard deviation over the seeds."""
        several = max(len(one.trials) for one in self.contestants) > 1
        named = any(one.name != one.network for one in self.contestants)
        columns = (
            *("network", *(["layers"] if named else []), "parameters", self.score),
            *(("spread", "worst", "best") if several else ()),
            *("loss", "validation loss", "epochs", "seconds"),
        )
        rows = tuple(
            (one.name, *([one.network] if named else []), *self._row(one, several))
            for one in self.contestants
        )
        seeds = len(self.contestants[0].trials)
        caption = f"mean and standard deviation over {seeds} seeds, one split" if several else ""
        return Table(columns, rows, caption, right=tuple(range(1 + named, len(columns))))

    def plot(self) -> Any:
        """Return scores, losses by epoch as bands, time and parameters, as a figure."""
        return side_by_side([_candidate(one) for one in self.contestants], self.score)

    def blocks(self) -> tuple[Block, ...]:
        """Return what a terminal shows."""
        beyond = _tied(self)
        told = [Note(line, "warning") for line in self.notes]
        return (Sentence(_opening(self)), *told, self.table(), Sentence(beyond))

    def page(self) -> Page:
        """Return a report of one page."""
        picture = Picture(
            to_svg(self.plot()),
            "Dots are seeds, bars their mean; bands span the seeds",
            _opening(self),
        )
        return Page(
            f"{self.data}: networks compared", (section("Networks", *self.blocks(), picture),)
        )

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the report as one HTML file, and return where."""
        file = Path(path)
        file.write_text(to_html(self.page()), encoding="utf-8")
        return file

    def __repr__(self) -> str:
        scores = (f"{one.name} {one.scores.mean():.4g}" for one in self.contestants)
        return f"<Comparison on {self.data}, {self.score}: {', '.join(scores)}>"

    def _repr_html_(self) -> str:
        return to_svg(self.plot())

    def _row(self, one: Contestant, several: bool) -> tuple[Cell, ...]:
        values = one.scores
        worst_first = sorted(values, reverse=self.score in SMALLER_IS_BETTER)
        spread = float(values.std(ddof=1)) if len(values) > 1 else None
        ends = [spread, float(worst_first[0]), float(worst_first[-1])] if several else []
        seconds = float(one.seconds.mean())
        return (
            one.parameters,
            *(_told(self.score, value) for value in (float(values.mean()), *ends)),
            *(_last(one, name) for name in CURVES),
            float(np.mean([len(trial.curves["loss"]) for trial in one.trials])),
            None if np.isnan(seconds) else seconds,
        )


def compare(
    data: Any,
    networks: Sequence[str] | Mapping[str, str | Mapping[str, Any]],
    *,
    seeds: int = 5,
    verbose: int = 0,
    **settings: Any,
) -> Comparison:
    """Return how several networks do on one split of `data`, each from `seeds` first weights.

    `data` is a set by name, a file, a folder, or an `Experiment` whose settings hold for all.
    A network is a spec such as "64-32", or by a name of your own a spec or a mapping of
    `Experiment`'s settings: {"wide": {"network": "256", "dropout": 0.5}}. `settings`, such as
    epochs or learning_rate, are those of `Experiment` and hold for all. The split is drawn
    by the experiment's seed, the weights by that seed and those after it.

    Raises:
        ConfigError: no network or no seed is given, or a setting is not one.
        DataError, FileError: the data cannot be learnt from.
        NotFiniteError: a network became non-finite.
        KeyboardInterrupt: Ctrl-C; an unfinished comparison is none.
    """
    base = data if isinstance(data, Experiment) else Experiment(_named(data))
    base = replace(base, **settings)
    chosen = _settings_of(networks)
    if not chosen or seeds < 1:
        what = "A comparison needs a network and a seed at least."
        got = f"{len(chosen)} networks, {seeds} seeds"
        raise ConfigError(explain(what, got=got, expected="1 of each, or more"))
    ready = prepare(base, data if isinstance(data, Dataset) else None)
    contestants = []
    for name, own in chosen.items():
        trials, network, parameters = [], "", 0
        _try(replace(base, **own, epochs=1), ready, 0)  # so that no seed's time has compiling in it
        for seed in range(base.seed, base.seed + seeds):
            experiment = replace(base, **own, seed=seed)
            trial, network, parameters = _try(experiment, ready, verbose)
            trials.append(trial)
        contestants.append(Contestant(name, network, parameters, tuple(trials)))
    return Comparison(ready.data.name, len(ready.parts.test), tuple(contestants))


def compare_runs(paths: Iterable[str | PathLike[str]]) -> Comparison:
    """Return runs that were made before side by side, each a network of one trial.

    Raises:
        FileError: a folder holds no run.
        DataError: their tasks differ, so that one score cannot compare them.
    """
    runs = [open_run(path) for path in paths]
    judged = [reported(run).headline for run in runs]
    if len({score.name for score in judged}) > 1:
        what = "These runs are not judged by the same score."
        got = ", ".join(f"{run.path}: {s.name}" for run, s in zip(runs, judged, strict=True))
        raise DataError(explain(what, got=got, expected="runs with one kind of target"))
    contestants = tuple(_of_run(run, score) for run, score in zip(runs, judged, strict=True))
    splits = {_split(run) for run in runs}
    notes = ()
    if len(splits) > 1:
        notes = (
            "Not all of these runs were judged on the same rows, so scores may differ by that.",
        )
    return Comparison(runs[0].experiment.data, len(runs[0].json(SPLIT)["test"]), contestants, notes)


def _try(experiment: Experiment, ready: Prepared, verbose: int) -> tuple[Trial, str, int]:
    """Train one network from one seed; return its trial, spec and number of parameters."""
    train, _, test = ready.parts
    made = design(experiment, ready.encoding, ready.x[train], ready.y[train])
    if teach(experiment, ready, made, verbose):
        raise KeyboardInterrupt
    output = outputs(ready.encoding, made.model, ready.x[test])
    if not is_usable(output, made):
        raise not_finite(experiment, made)
    judgement = judge(ready.encoding, output, ready.y[test], taught(ready.encoding, ready.y[train]))
    history = made.model.history
    curves = {name: np.asarray(history[name], float) for name in CURVES}
    trial = Trial(experiment.seed, judgement.headline, history.seconds, curves)
    return trial, made.network, made.model.summarize().trainable


def _of_run(run: Run, score: Score) -> Contestant:
    rows = list(csv.DictReader(run.text(HISTORY).splitlines()))
    curves = {name: np.array([float(row[name]) for row in rows]) for name in CURVES}
    seconds = sum(float(row.get("seconds") or "nan") for row in rows)
    trial = Trial(run.experiment.seed, score, seconds, curves)
    summary = run.model.summarize()
    widths = [r.output_shape[-1] for r in summary.rows if r.parameters][:-1]
    network = "-".join(map(str, widths)) or "linear"
    return Contestant(run.path.name, network, summary.trainable, (trial,))


def _split(run: Run) -> tuple[str, tuple[int, ...]]:
    split = run.json(SPLIT)
    return split["digest"], tuple(split["test"])


def _named(data: Any) -> str:
    return data.name if isinstance(data, Dataset) else str(data)


def _settings_of(
    networks: Sequence[str] | Mapping[str, str | Mapping[str, Any]],
) -> dict[str, Mapping[str, Any]]:
    if isinstance(networks, str):
        networks = [networks]
    named = networks if isinstance(networks, Mapping) else {spec: spec for spec in networks}
    return {
        name: dict(own) if isinstance(own, Mapping) else {"network": own}
        for name, own in named.items()
    }


def _candidate(one: Contestant) -> Candidate:
    curves = {name: _aligned([t.curves[name] for t in one.trials]) for name in CURVES}
    return Candidate(one.name, one.parameters, one.scores, one.seconds, *curves.values())


def _aligned(curves: Sequence[Float[np.ndarray, "_"]]) -> Float[np.ndarray, "seeds epochs"]:
    """Return curves of several lengths as rows; where one has ended, its last value holds."""
    longest = max(map(len, curves))
    return np.stack([np.pad(values, (0, longest - len(values)), "edge") for values in curves])


def _last(one: Contestant, name: str) -> float:
    """Return the mean over the seeds of a loss in the epoch whose weights were kept."""
    kept = [int(np.nanargmin(trial.curves["val_loss"])) for trial in one.trials]
    return float(np.mean([t.curves[name][k] for t, k in zip(one.trials, kept, strict=True)]))


def _told(score: str, value: float | None) -> Cell:
    return f"{100 * value:.1f} %" if score in SHARES and value is not None else value


def _opening(comparison: Comparison) -> str:
    count = len(comparison.contestants)
    rows = f"{comparison.rows:,} rows"
    words = f"{comparison.data}: {count} network{'s' if count != 1 else ''}"
    return f"{words}, judged by {comparison.score} on {rows} that none has learnt from."


def _tied(comparison: Comparison) -> str:
    """Say which network is best, and which others lie within a standard deviation of it."""
    best = comparison.best
    reach = float(best.scores.std(ddof=1)) if len(best.scores) > 1 else 0.0
    near = [
        one.name
        for one in comparison.contestants
        if one is not best and abs(one.scores.mean() - best.scores.mean()) <= reach
    ]
    words = f"{best.name} does best"
    if not near:
        return f"{words}."
    least = min([best, *(o for o in comparison.contestants if o.name in near)], key=_parameters)
    close = f"{words}; {', '.join(near)} within one standard deviation of it"
    return f"{close}. The smallest of these is {least.name}."


def _parameters(one: Contestant) -> int:
    return one.parameters
