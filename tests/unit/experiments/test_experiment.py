"""An experiment as a value: TOML, a command line, and refusals."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.base.errors import ConfigError, FileError
from pellucid.cli import training
from pellucid.data.reading import MISSING, Reading
from pellucid.experiments.experiment import OPTIMIZERS, SCALINGS, Experiment
from pellucid.experiments.spelling import command, in_options

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1)
NAMES = WORDS.map(str.strip).filter(lambda name: name and not name.startswith("-"))
READINGS = st.fixed_dictionaries(
    {
        "target": st.none() | NAMES,
        "missing": st.sampled_from(MISSING),
        "na_values": st.lists(NAMES, max_size=3).map(tuple),
        "drop": st.lists(NAMES, max_size=3).map(tuple),
        "delimiter": st.sampled_from((None, ";", "\t")),
        "size": st.none() | st.tuples(st.integers(1, 99), st.integers(1, 99)),
        "seed": st.integers(0, 9),
    }
)
EXPERIMENTS = st.fixed_dictionaries(
    {
        "data": NAMES.filter(lambda name: not name.lower().endswith(".toml")),
        "reading": READINGS,
        "scaling": st.sampled_from(SCALINGS),
        "optimizer": st.sampled_from(OPTIMIZERS),
        "learning_rate": st.none() | st.floats(1e-9, 10),
        "dropout": st.none() | st.floats(0, 0.9),
        "class_weight": st.sampled_from((None, "balanced")),
        "epochs": st.none() | st.integers(1, 10**6),
        "batch_size": st.sampled_from(("auto", "full", 1, 32)),
        "seed": st.integers(0, 2**31),
    }
)


def made(settings):
    return Experiment(**settings | {"reading": Reading(**settings["reading"])})


@given(EXPERIMENTS)
def test_toml_and_back(settings):
    experiment = made(settings)
    assert Experiment.from_toml(experiment.to_toml()) == experiment


@given(EXPERIMENTS)
def test_the_command_that_repeats_it_means_the_same(settings):
    experiment = made(settings)
    _, _, *words = shlex.split(command(experiment))
    with training.command.make_context("train", words) as context:
        data = context.params.pop("data")
        assert training.experiment_of(data, context.params) == experiment


def test_what_is_the_default_needs_no_word():
    assert command(Experiment("iris")) == "pellucid train iris"
    told = Experiment("a b.csv", Reading(rows=5, drop=("x", "y,z")), batch_size="full", seed=3)
    assert command(told) == (
        "pellucid train 'a b.csv' --drop 'x,\"y,z\"' --generate-rows 5 --batch-size full --seed 3"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("data = ", FileError),
        ("", ConfigError),
        ("data = 'iris'\nreading = 3", ConfigError),
        ("data = 'iris'\nepoch = 3", ConfigError),
        ("data = 'iris'\nepochs = 0", ConfigError),
        ("data = 'iris'\n[reading]\ntarge = 'x'", ConfigError),
    ],
)
def test_a_text_that_is_no_experiment(text, kind):
    with pytest.raises(kind):
        Experiment.from_toml(text)


def test_a_file_that_is_no_experiment(tmp_path):
    with pytest.raises(FileError, match="cannot be read"):
        Experiment.read(tmp_path / "gone.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="cannot be read"):
        Experiment.read(tmp_path / "bytes.toml")


def test_some_rows_must_be_left_to_learn_from():
    with pytest.raises(ConfigError, match="no rows to train on"):
        Experiment("iris", validation=0.5, test=0.5)


@pytest.mark.parametrize(
    ("python", "options"),
    [
        ("train with missing='median'", "train with --missing median"),
        ("leave it out: drop='full name'", "leave it out: --drop 'full name'"),
        ('drop="it\'s"', "--drop 'it'\"'\"'s'"),
        ("say size=(28, 24)", "say --size 28x24"),
        ("for another column say target=...", "for another column say --target ..."),
        ("Experiment(batch_size=...) is not", "--batch-size is not"),
        ("Reading(seed=...) is not", "--generate-seed is not"),
        ("decimal=','", "--decimal ,"),
        ("learning_rate=1e-05.", "--learning-rate 1e-05."),
        ("Dense(units=...) is", "Dense(units=...) is"),
        ("a column mytarget='x'", "a column mytarget='x'"),
    ],
)
def test_python_in_the_words_of_the_command_line(python, options):
    assert in_options(python) == options
