"""Options come from settings: each has a home in the help, and means what was typed."""

from dataclasses import fields

import click
import pytest

from pellucid.cli import datasets, training
from pellucid.cli.options import HEADINGS, settings_of
from pellucid.data.reading import Reading
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.spelling import option


def parsed(*words):
    with training.command.make_context("train", ["own.csv", *words]) as context:
        given = dict(context.params)
        return training.experiment_of(given.pop("data"), given)


def test_every_setting_is_an_option_of_its_own():
    names = [name for parameter in training.command.params for name in parameter.opts]
    assert len(names) == len(set(names))
    assert len({parameter.name for parameter in training.command.params}) == len(names)
    for config in (Experiment, Reading):
        for declared in fields(config):
            if declared.name not in ("data", "reading"):
                assert option(config, declared.name) in names
    assert {option(Reading, f.name) for f in fields(Reading)} <= {
        name for parameter in datasets.command.params for name in parameter.opts
    }


def test_every_option_stands_under_one_heading():
    headed = [name for names in HEADINGS.values() for name in names]
    assert len(headed) == len(set(headed))
    own = {"data", "run_folder", "quiet", "repair", "resume", "deterministic", "devices"}
    assert {parameter.name for parameter in training.command.params} - own == set(headed)


def test_the_help_says_what_each_option_is_for():
    with training.command.make_context("train", ["own.csv"]) as context:
        text = training.command.get_help(context)
    places = [text.index(f"{heading}:") for heading in (*HEADINGS, "This command")]
    assert places == sorted(places)
    words = " ".join(text.split())
    assert "[adam]" in words
    assert "(refuse | mean | median | most_frequent | category | drop) [refuse]" in words
    for parameter in training.command.params:
        if isinstance(parameter, click.Option):
            assert len(parameter.help) > 10, parameter.name


@pytest.mark.parametrize(
    ("words", "setting", "value"),
    [
        (("--drop", "a,b"), "drop", ("a", "b")),
        (("--drop", "a", "--drop", "b, c"), "drop", ("a", "b", "c")),
        (("--drop", '"a,b",c'), "drop", ("a,b", "c")),
        (("--na-values", "?"), "na_values", ("?",)),
        (("--size", "32x24"), "size", (32, 24)),
        (("--size", "32"), "size", (32, 32)),
        (("--delimiter", "tab"), "delimiter", "\t"),
        (("--channels", "3"), "channels", 3),
        (("--generate-seed", "4"), "seed", 4),
        (("--folder", "there"), "folder", "there"),
    ],
)
def test_what_was_typed_about_reading(words, setting, value):
    experiment = parsed(*words)
    assert getattr(experiment.reading, setting) == value
    assert experiment == Experiment("own.csv", Reading(**{setting: value}))


def test_what_was_typed_about_training():
    typed = ("--learning-rate", "1e-2", "--batch-size", "full", "--seed", "0", "--epochs", "3")
    experiment = parsed(*typed)
    assert experiment == Experiment("own.csv", learning_rate=0.01, batch_size="full", epochs=3)


def test_a_setting_not_given_is_not_set():
    assert settings_of(Reading, {"target": None, "drop": (), "generate_seed": 0}) == {"seed": 0}
