"""What the doctor's remedies mend, and what the doctor costs.

    python benchmarks/doctor.py repair --cases cases.json --data FOLDER [--only TEXT] [--jobs 2]
    python benchmarks/doctor.py deep --cases cases.json --data FOLDER [--only TEXT] [--jobs 2]
    python benchmarks/doctor.py cost [--quick]

`repair` builds each faulty program of a corpus through `pellucid.keras`, calls `model.repair`
with the arguments of its fit, and counts it as repaired if the repaired model comes up to the
healthy level less SLACK: the score of the healthy programs on the same data, be they scaled
otherwise, or, where there are none, of scikit-learn's nearest neighbours and linear models,
the better. Scores are R² for numbers and mean recall for classes (`pellucid.models.quality`),
on the rows held out, or on the rows trained on where none are. Left out are faults that no
change of a program mends (BY_HAND), cases whose level is no better than guessing, and those
whose rows say nothing about rows that a plain predictor has not seen.

`deep` makes the deep checks of every program: how far it comes to know 32 rows by heart, by how
much its rate is below the steepest, by what share its loss is said to fall in as many epochs
again and by what it does, and which share of labels is contradicted, as they are and
with PLANTED of them changed. By these figures the thresholds of deep checks were chosen.

`cost` times whole fits with the doctor and without, in turns, after one of each to compile;
the figures are medians.
"""

import argparse
import concurrent.futures
import hashlib
import json
import math
import multiprocessing
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

import pellucid as pc
from pellucid import keras
from pellucid.base.errors import PellucidError
from pellucid.doctor.course import falling
from pellucid.doctor.task import NUMBERS, task_of
from pellucid.models.quality import quality
from pellucid.models.repairing import judged, tried

SLACK, FOLDS = 0.05, 5
CHANCE = 0.02  # that a score may be better than guessing without knowing anything
PLANTED, NOISE_ROWS = (0.0, 0.02, 0.05, 0.1, 0.2), 2000
MOST_STEPS, MOST_EPOCHS, MOST_WORK = 6000, 2000, 5e10  # of a fit; work in multiply-adds
BY_HAND = frozenset(
    (
        *("label_noise", "misaligned_labels", "no_signal", "target_leak", "too_few_samples"),
        *("train_val_leak", "eval_on_train", "distribution_shift", "train_val_shift"),
        *("preprocess_mismatch", "duplicate_rows", "not_trained", "too_good", "no_validation"),
    )
)
PLAIN_LOSSES = {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError"}


def program(case: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[Any, dict[str, Any]]:
    """Return a compiled model and the arguments of its fit."""
    keras.utils.set_random_seed(0)
    shape = tuple(case["input_shape"])
    x, y = arrays["x_train"].reshape((-1, *shape)), arrays["y_train"]
    steps = max(1, math.ceil(len(x) / case["batch_size"]))
    parts = [part for part in case["network"] for _ in range(part.get("repeat", 1))]
    model = keras.Sequential([keras.Input(shape=shape), *map(_layer, parts)])
    metrics = [getattr(keras.metrics, m)() if m[0].isupper() else m for m in case["metrics"]]
    model.compile(_optimizer(case["optimizer"], steps), _loss(case), metrics=metrics)
    work = steps * min(case["batch_size"], len(x)) * case["macs"]
    most = min(case["epochs"], MOST_EPOCHS, MOST_STEPS // steps, int(MOST_WORK / max(work, 1)))
    fit: dict[str, Any] = {"x": x, "y": y, "verbose": 0, "epochs": max(1, most)}
    fit |= {"batch_size": case["batch_size"], "shuffle": case["shuffle"]}
    if isinstance(case["validation"], float):
        fit["validation_split"] = case["validation"]
    elif case["validation"] == "data":
        fit["validation_data"] = (arrays["x_val"].reshape((-1, *shape)), arrays["y_val"])
    return model, fit


def _layer(spec: dict[str, Any]) -> Any:
    options = {name: value for name, value in spec.items() if name not in ("layer", "repeat")}
    for name, value in options.items():
        if name.endswith("_initializer") and isinstance(value, dict):
            options[name] = _made(keras.initializers, value)
        elif name.endswith("_regularizer"):
            ((kind, factor),) = value.items()
            options[name] = getattr(keras.regularizers, kind.upper())(factor)
    return getattr(keras.layers, spec["layer"])(**options)


def _made(room: Any, spec: dict[str, Any]) -> Any:
    options = {name: value for name, value in spec.items() if name != "name"}
    return getattr(room, spec["name"])(**options)


def _optimizer(spec: dict[str, Any], steps: int) -> Any:
    rate = spec["learning_rate"]
    if isinstance(rate, dict):
        rate = {**rate, "decay_steps": steps * rate["decay_epochs"]}
        del rate["decay_epochs"]
        rate = _made(keras.optimizers.schedules, rate)
    return _made(keras.optimizers, {**spec, "learning_rate": rate})


def _loss(case: dict[str, Any]) -> Any:
    options = {name: case[name] for name in ("from_logits", "reduction") if name in case}
    words = "".join(word.capitalize() for word in case["loss"].split("_"))
    kind = PLAIN_LOSSES.get(case["loss"], words)
    return getattr(keras.losses, kind)(**options) if options else case["loss"]


def repaired(job: tuple[dict[str, Any], str]) -> dict[str, Any]:
    """Return what became of one case."""
    case, file = job
    with np.load(file) as found:
        arrays = {name: found[name] for name in found.files}
    began = time.perf_counter()
    model, fit = program(case, arrays)
    if case["label"] == "healthy":
        trial = tried(model, fit)
        score, changes = _score(trial.chart, trial.answers), ()
    else:
        cure = model.repair(**fit)
        after = (
            judged(cure.model, {}) if cure.model.chart is not None and not cure.refused else None
        )
        score = _score(after.chart, after.answers) if after else float("nan")
        changes = tuple((a.finding.check, a.code, a.why) for a in cure.attempts)
    told = {"id": case["id"], "score": score, "changes": changes}
    told |= {"plain": plain(fit), "learnable": is_learnable(fit), "data": data_of(fit)}
    return {**told, "seconds": round(time.perf_counter() - began, 1)}


def _score(chart: Any, answers: dict[str, np.ndarray]) -> float:
    if chart is None or not answers:
        return float("nan")
    rows = chart.held_out or chart.rows
    ((name, task), *_) = chart.tasks.items()
    y = np.asarray(rows.y[name])
    return quality(task.kind, y, answers[name]) if len(y) == len(answers[name]) else float("nan")


def data_of(fit: dict[str, Any]) -> bytes:
    """Return what is the same for data that differ by the scale of their columns only."""
    columns = [column[:100].reshape(len(column[:100]), -1) for column in (fit["x"], fit["y"])]
    orders = [np.argsort(column, axis=0, kind="stable").tobytes() for column in columns]
    return hashlib.sha256(b"".join(orders)).digest()


def plain(fit: dict[str, Any]) -> float:
    """Return the score of the better of two plain predictors on the same rows."""
    x, y = fit["x"].reshape(len(fit["x"]), -1), fit["y"].reshape(len(fit["y"]), -1)
    whole = np.isfinite(x).all(axis=1) & np.isfinite(y.astype(float)).all(axis=1)
    x, y = x[whole], y[whole]
    given = fit.get("validation_data")
    border = int(len(x) * (1 - fit.get("validation_split", 0.0)))
    new = (given[0].reshape(len(given[0]), -1), given[1]) if given else (x[border:], y[border:])
    old, new = (x[:border], y[:border]), new if len(new[0]) else (x, y)
    mean, deviation = old[0].mean(axis=0), old[0].std(axis=0) + 1e-9
    kind = task_of(old[1], None).kind
    labels = old[1].argmax(axis=1) if old[1].shape[1] > 1 else old[1][:, 0]
    numbers = kind == NUMBERS
    scores = []
    for tool in _tools(numbers, len(old[0])):
        tool.fit((old[0] - mean) / deviation, old[1] if numbers else labels)
        said = tool.predict((new[0] - mean) / deviation)
        right = new[1].reshape(len(new[1]), -1)
        if not numbers:
            right = right.argmax(axis=1) if right.shape[1] > 1 else right[:, 0]
            scores.append(np.mean([(said[right == c] == c).mean() for c in np.unique(right)]))
        else:
            scores.append(quality(kind, right, said.reshape(len(said), -1)))
    return float(max(scores))


def is_learnable(fit: dict[str, Any]) -> bool:
    """Tell whether a plain predictor does better than guessing on rows it has not seen.

    `plain` judges on rows trained on where no others are held out: nearest neighbours know
    those, be they noise.
    """
    x, y = fit["x"].reshape(len(fit["x"]), -1), fit["y"].reshape(len(fit["y"]), -1)
    if len(x) < 2 * FOLDS or not np.isfinite(x).all() or not np.isfinite(y.astype(float)).all():
        return True  # nobody can tell
    numbers = task_of(y, None).kind == NUMBERS
    target = y if numbers else y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0]
    folds = np.arange(len(x)) % FOLDS
    best = -np.inf
    for tool in _tools(numbers, len(x) - -(-len(x) // FOLDS)):
        said = np.empty(target.shape)
        for out in range(FOLDS):
            rest = folds != out
            mean, deviation = x[rest].mean(axis=0), x[rest].std(axis=0) + 1e-9
            tool.fit((x[rest] - mean) / deviation, target[rest])
            said[~rest] = tool.predict((x[~rest] - mean) / deviation)
        if numbers:
            best = max(best, quality(NUMBERS, y, said.reshape(len(said), -1)))
        else:
            kinds = np.unique(target)
            recalls = [(said[target == kind] == kind).mean() for kind in kinds]
            best = max(best, float(np.mean(recalls)) - 1 / len(kinds))
    return best > CHANCE


def _tools(numbers: bool, rows: int) -> tuple[Any, ...]:
    near = {"n_neighbors": min(5, rows)}
    if numbers:
        return KNeighborsRegressor(**near), LinearRegression()
    return KNeighborsClassifier(**near), LogisticRegression(max_iter=300)


def measure_repairs(given: argparse.Namespace) -> None:
    """Print how many of the cases that can be repaired are; what is healthy goes first."""
    jobs = sorted(_jobs(given), key=lambda job: job[0]["label"] != "healthy")
    healthy: dict[bytes, float] = {}
    count = mended = 0
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(given.jobs, mp_context=context) as pool:
        for (case, _), future in [(job, pool.submit(repaired, job)) for job in jobs]:
            try:
                result = future.result()
            except (PellucidError, ValueError, TypeError) as error:
                print(f"{case['id']}: failed: {error}".splitlines()[0])
                continue
            if case["label"] == "healthy":
                there = healthy.get(result["data"], result["score"])
                healthy[result["data"]] = max(there, result["score"])
                continue
            level = healthy.get(result["data"], result["plain"])
            if _can_be_repaired(case, result, level):
                good = bool(result["score"] >= level - SLACK)
                count, mended = count + 1, mended + good
                _print_repair(result, level, "repaired" if good else "NOT")
    print(f"\nrepaired {mended}/{count}")


def _can_be_repaired(case: dict[str, Any], result: dict[str, Any], level: float) -> bool:
    guess = 0.0 if case["task"] == "regression" else 0.55
    by_hand = bool(set(case["faults"]) & BY_HAND)
    return not by_hand and level > guess and result["learnable"]


def _print_repair(result: dict[str, Any], level: float, mark: str) -> None:
    words = "; ".join(f"{check}: {why}" for check, _, why in result["changes"])
    seconds = f"{result['seconds']:.0f} s"
    print(f"{mark:8} {result['id']}: {result['score']:.3f} of {level:.3f}  {words}  {seconds}")
    sys.stdout.flush()


def deepened(job: tuple[dict[str, Any], str]) -> str:
    """Return a line of what the deep checks measure on one case."""
    case, file = job
    with np.load(file) as found:
        arrays = {name: found[name] for name in found.files}
    model, fit = program(case, arrays)
    x, y = fit["x"], fit["y"]
    line = f"{case['label']:8} {case['id']:28}"
    batch = pc.overfit_batch(model, x, y)
    gains = " ".join(f"{one.name} {one.gain:.2f}" for one in batch.tries)
    reach = pc.learning_rate_range(model, x, y)
    below = reach.suggested / reach.rate if reach.suggested and reach.rate > 0 else float("nan")
    line += f" steepest/rate {below:8.3g}  by heart: {gains}"
    line += "  again: {:.2f} {:.2f}".format(*_again(*program(case, arrays)))
    labels = y.argmax(axis=1) if y.ndim > 1 and y.shape[1] > 1 else y.ravel()
    if case["label"] == "healthy" and case["task"] != "regression" and len(x) <= NOISE_ROWS:
        line += "  contradicted:" + "".join(
            f" {share:.0%}: {_contradicted(model, x, labels, share):.3f}" for share in PLANTED
        )
    return f"{line}  faults: {', '.join(case['faults'])}"


def _again(model: Any, fit: dict[str, Any]) -> tuple[float, float]:
    """Return by what share the loss is to fall in as many epochs again, and by what it does."""
    losses, more = (np.array(model.fit(**fit).history["loss"]) for _ in range(2))
    return 1 - (1 - falling(losses)) ** len(losses), 1 - more[-1] / losses[-1]


def _contradicted(model: Any, x: np.ndarray, labels: np.ndarray, share: float) -> float:
    """Return the lower end of the share of labels contradicted, with a `share` changed."""
    random, kinds = np.random.default_rng(0), np.unique(labels)
    changed = labels.astype("int32")
    rows = random.choice(len(x), int(share * len(x)), replace=False)
    changed[rows] = kinds[(np.searchsorted(kinds, changed[rows]) + 1) % len(kinds)]
    width = model.output_shape[-1]
    loss = "sparse_categorical_crossentropy" if width > 1 else "binary_crossentropy"
    model.compile("adam", loss)
    return float(pc.find_label_noise(model, x, changed).interval.low)


def measure_deep(given: argparse.Namespace) -> None:
    """Print what the deep checks measure on every case."""
    jobs = _jobs(given)
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(given.jobs, mp_context=context) as pool:
        for (case, _), future in [(job, pool.submit(deepened, job)) for job in jobs]:
            try:
                print(future.result(), flush=True)
            except (PellucidError, ValueError, TypeError) as error:
                print(f"{case['id']}: failed: {error}".splitlines()[0], flush=True)


def _jobs(given: argparse.Namespace) -> list[tuple[dict[str, Any], str]]:
    """Return the cases that are wanted, with the files of their data."""
    document = json.loads(given.cases.read_text())
    jobs = []
    for case in document["cases"]:
        wanted = given.only in case["id"] and case["runnable"] and case["label"] != "contested"
        if wanted and case["tier"] in given.tiers.split(","):
            file = given.data / document["datasets"][case["dataset"]]["file"]
            jobs.append((case, str(file)))
    return jobs


def costs(quick: bool) -> None:
    """Print what a fit costs with the doctor beside one without: short fits, and full ones."""
    layers = keras.layers
    dense = [layers.Flatten(), layers.Dense(128, "relu")]
    filters = [layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D()]
    filters += [layers.Conv2D(32, 3, activation="relu"), layers.Flatten()]
    fits = [("784-128-10", dense, 32, 6400, 4), ("CNN 16-32", filters, 128, 1280, 3)]
    if not quick:
        fits += [("784-128-10", dense, 32, 60_000, 5), ("CNN 16-32", filters, 128, 60_000, 3)]
    for name, hidden, batch_size, rows, epochs in fits:
        _print_cost(name, hidden, batch_size, rows, epochs)


def _print_cost(name: str, hidden: list[Any], batch_size: int, rows: int, epochs: int) -> None:
    random = np.random.default_rng(0)
    x = random.random((rows, 28, 28, 1), "float32")
    y = (x.reshape(rows, -1) @ random.normal(size=(784, 10))).argmax(axis=1)  # can be learnt
    top = keras.layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input(x.shape[1:]), *hidden, top])
    model.compile("adam", "sparse_categorical_crossentropy")
    seconds: dict[str, list[float]] = {"off": [], "report": []}
    for _ in range(6):
        for mode, times in seconds.items():
            began = time.perf_counter()
            model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0, doctor=mode)
            times.append(time.perf_counter() - began)
    without, beside = (statistics.median(times[1:]) for times in seconds.values())
    steps = epochs * math.ceil(rows / batch_size)
    print(
        f"{name}, batch {batch_size}, {epochs} epochs of {rows:,}: {without:.3f} s, with the "
        f"doctor {beside:.3f} ({beside / without - 1:+.1%}; {without / steps * 1e6:.0f} and "
        f"{beside / steps * 1e6:.0f} us a step)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    kinds = parser.add_subparsers(dest="what", required=True)
    for name in ("repair", "deep"):
        kind = kinds.add_parser(name)
        kind.add_argument("--cases", type=Path, required=True)
        kind.add_argument("--data", type=Path, required=True)
        kind.add_argument("--only", default="", help="cases whose id contains this text")
        kind.add_argument("--tiers", default="tiny,small")
        kind.add_argument("--jobs", type=int, default=1)
    kinds.add_parser("cost").add_argument("--quick", action="store_true")
    given = parser.parse_args()
    if given.what == "cost":
        costs(given.quick)
    else:
        {"repair": measure_repairs, "deep": measure_deep}[given.what](given)


if __name__ == "__main__":
    main()
