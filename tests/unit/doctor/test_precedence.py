"""One cause, one message."""

from pellucid.doctor.finding import Finding
from pellucid.doctor.precedence import EXPLAINS, ordered
from pellucid.doctor.vocabulary import MEANINGS


def finding(check, severity="warning"):
    return Finding(check, severity, "evidence", "remedy")


def test_all_names_are_of_the_vocabulary():
    assert set(EXPLAINS) <= set(MEANINGS)
    assert set().union(*EXPLAINS.values()) <= set(MEANINGS)


def test_what_follows_is_listed_with_its_cause():
    names = ("constant_predictor", "vanishing_gradient", "loss_stuck")
    (cause,) = ordered(finding(name) for name in names)
    assert cause.check == "vanishing_gradient"
    assert set(cause.explains) == {"constant_predictor", "loss_stuck"}


def test_advice_explains_no_warning():
    found = ordered([finding("unscaled_inputs", "advice"), finding("dying_relu")])
    assert [one.check for one in found] == ["dying_relu", "unscaled_inputs"]
    assert not any(one.explains for one in found)


def test_what_was_measured_can_rule_a_cause_out():
    alone = Finding("vanishing_gradient", "warning", "evidence", "x", not_from=("unscaled_inputs",))
    found = ordered([finding("unscaled_inputs"), alone, finding("loss_stuck")])
    assert [one.explains for one in found] == [("loss_stuck",), ()]


def test_the_gravest_comes_first_and_each_once():
    found = ordered(
        [
            finding("no_validation", "advice"),
            finding("wrong_metric", "advice"),
            finding("wrong_metric"),
            finding("nan_in_data", "error"),
        ]
    )
    assert [(one.check, one.severity) for one in found] == [
        ("nan_in_data", "error"),
        ("wrong_metric", "warning"),
        ("no_validation", "advice"),
    ]


def test_nothing_found_is_nothing_said():
    assert ordered([]) == []
