"""What looks inside show, on looks written by hand."""

import numpy as np
import pytest
from doctor_charts import ONE_HOT, YES, chart_of, epochs, found, look, signal

from pellucid.doctor import symptoms
from pellucid.doctor.finiteness import not_finite
from pellucid.layers import Dense
from pellucid.optimizers import SGD

GUESSES = np.full((60, 1), 0.5)


def deep(activation="sigmoid", **more):
    layers = [*(Dense(8, activation) for _ in range(4)), Dense(1, "sigmoid")]
    return chart_of(layers, "binary_crossentropy", YES, **more)


def trained(chart, looks, losses=(0.7, 0.69, 0.69), rate=1e-3):
    chart.examinations += looks
    chart.epochs += epochs(list(losses), rate)
    return chart


def fading(chart, ratio, answers=GUESSES):
    return [
        look(chart, step, answers=answers, kernels={"dense": {"gradient": 0.1 * ratio}})
        for step in (0, 1, 3, 10)
    ]


def test_vanishing_gradients_at_most_looks():
    chart = deep()
    (one,) = found(symptoms.vanishing, trained(chart, fading(chart, 1e-5))).values()
    assert (one.check, one.severity, one.layer) == ("vanishing_gradient", "warning", "dense")
    assert one.value == pytest.approx(1e-5) and one.threshold == 1e-3


def test_gradients_just_large_enough_do_not_vanish():
    chart = deep()
    assert not found(symptoms.vanishing, trained(chart, fading(chart, 2e-3)))


def test_vanishing_is_advice_where_the_network_learns():
    chart = deep()
    chart = trained(chart, fading(chart, 1e-5, answers=YES), losses=(0.6, 0.3, 0.1))
    assert found(symptoms.vanishing, chart)["vanishing_gradient"].severity == "advice"


def test_one_look_before_training_is_no_evidence_of_vanishing():
    chart = deep()
    assert not found(symptoms.vanishing, trained(chart, fading(chart, 0.0)[:1]))


@pytest.mark.parametrize(
    ("spread", "dead", "there"), [(1e-5, 0, True), (1e-5, 1, False), (0.1, 0, False)]
)
def test_a_signal_that_fades_forwards(spread, dead, there):
    chart = deep()
    lost = {"dense_3": {"a": signal(spread=spread), "dead": float(dead)}}
    looks = [look(chart, step, answers=GUESSES, layers=lost) for step in (0, 1, 3, 10)]
    assert ("vanishing_gradient" in found(symptoms.vanishing, trained(chart, looks))) == there


@pytest.mark.parametrize(("dead", "severity"), [(0.4, None), (0.6, "warning"), (1.0, "warning")])
def test_units_that_answer_nothing(dead, severity):
    chart = deep("relu")
    last = look(chart, 100, answers=GUESSES, layers={"dense_2": {"dead": dead}})
    seen = found(symptoms.dying, trained(chart, [look(chart), last])).get("dying_relu")
    assert (seen.severity if seen else None) == severity
    assert seen is None or seen.layer == "dense_2"


@pytest.mark.parametrize(("answers", "there"), [(GUESSES, True), (YES, False)])
def test_units_that_were_born_dead_matter_where_the_network_is_behind(answers, there):
    chart = deep("relu")
    first = look(chart, layers={"dense_2": {"dead": 0.8}})
    seen = found(symptoms.dying, trained(chart, [first, look(chart, 100, answers=answers)]))
    assert ("dying_relu" in seen) == there


@pytest.mark.parametrize(("flat", "severity"), [(0.4, None), (0.6, "warning"), (0.95, "warning")])
def test_units_on_flat_ends(flat, severity):
    chart = deep()
    last = look(chart, 100, answers=GUESSES, layers={"dense_1": {"flat": flat}})
    seen = found(symptoms.saturated, trained(chart, [look(chart), last])).get(
        "saturated_activation"
    )
    assert (seen.severity if seen else None) == severity


def test_the_output_may_be_sure_of_itself():
    chart = deep()
    last = look(chart, 100, answers=GUESSES, layers={"dense_4": {"flat": 1.0}})
    assert not found(symptoms.saturated, trained(chart, [last]))


@pytest.mark.parametrize(("update", "there"), [(0.02, False), (0.5, True)])
def test_steps_that_are_too_long(update, there):
    chart = deep(optimizer=SGD(0.5))
    kernels = {f"dense{n}": {"update": update} for n in ("", "_1", "_2", "_3", "_4")}
    looks = [look(chart, step, answers=GUESSES, kernels=kernels) for step in (0, 1, 3)]
    seen = found(symptoms.steps_too_long, trained(chart, looks, rate=0.5)).get("lr_too_high")
    assert (seen is not None) == there
    if seen is not None:
        assert seen.change.settings == {"learning_rate": 0.05}


@pytest.mark.parametrize(("worst", "there"), [(5.0, True), (1.1, False)])
def test_long_steps_that_threw_a_network_back_though_it_learns(worst, there):
    chart = deep(optimizer=SGD(0.5))
    kernels = {f"dense{n}": {"update": 0.5} for n in ("", "_1", "_2", "_3", "_4")}
    mostly_right = np.where(np.arange(60)[:, None] < 6, 1 - YES, YES)
    looks = [
        look(chart, step, loss, answers=mostly_right, kernels=kernels)
        for step, loss in ((0, 0.7), (1, worst), (3, 0.5))
    ]
    chart = trained(chart, looks, losses=(0.7, 0.4, 0.3))
    assert chart.is_learning
    assert ("lr_too_high" in found(symptoms.steps_too_long, chart)) == there


@pytest.mark.parametrize(("update", "there"), [(1e-3, False), (1e-5, True), (0.0, False)])
def test_steps_that_are_too_short(update, there):
    chart = deep()
    kernels = {f"dense{n}": {"update": update} for n in ("", "_1", "_2", "_3", "_4")}
    looks = [look(chart, step, answers=GUESSES, kernels=kernels) for step in (0, 1, 3)]
    assert ("lr_too_low" in found(symptoms.steps_too_short, trained(chart, looks))) == there


def test_a_layer_beyond_all_measure_before_training():
    chart = deep("exponential")
    huge = {"dense_2": {"a": signal(largest=1e9)}, "dense_3": {"a": signal(finite=False)}}
    chart.examinations.append(look(chart, layers=huge))
    assert found(symptoms.exploding_forward, chart)["exploding_gradient"].layer == "dense_2"
    chart.examinations[:] = [look(chart)]
    assert not found(symptoms.exploding_forward, chart)


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ({"layers": {"dense_1": {"a": signal(largest=1e12)}}}, "exploding_gradient"),
        ({"kernels": {"dense": {"update": 3.0}}}, "lr_too_high"),
        ({"kernels": {"dense": {"gradient": 1e6}}}, "exploding_gradient"),
        ({}, "nan_or_inf"),
    ],
)
def test_a_loss_that_is_no_number_and_what_went_before(what, cause):
    chart = deep("relu")
    chart = trained(chart, [look(chart, **what)], losses=(1.0, np.nan))
    seen = found(not_finite, chart)
    assert cause in seen and "nan_or_inf" in seen
    assert seen["nan_or_inf"].step == 1


def test_no_error_reaches_the_weights():
    chart = deep("relu")
    still = {f"dense{n}": {"gradient": 0.0} for n in ("", "_1", "_2", "_3", "_4")}
    looks = [look(chart, step, answers=GUESSES, kernels=still) for step in (0, 1, 3)]
    assert "zero_gradient" in found(symptoms.no_gradient, trained(chart, looks))
    assert not found(symptoms.no_gradient, trained(deep(), [look(deep(), answers=GUESSES)]))


def test_several_classes_are_learning_when_answers_are_right():
    chart = chart_of([Dense(3, "softmax")], "categorical_crossentropy", ONE_HOT)
    chart.examinations.append(look(chart, answers=ONE_HOT))
    assert chart.is_learning and chart.gain("dense") == 1.0
    chart.examinations.append(look(chart, answers=np.full((60, 3), 1 / 3)))
    assert not chart.is_learning
