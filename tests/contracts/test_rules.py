"""Every rule through one battery: it runs inside a program, so its memory keeps its form."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.models.sequential import Sequential
from pellucid.training.rules import RULES, EarlyStopping, ReduceLROnPlateau, TerminateOnNaN

CASES = {
    "early_stopping": EarlyStopping("loss", 0.1, 2, restore_best_weights=True, start_from_epoch=1),
    "reduce_lr_on_plateau": ReduceLROnPlateau("loss", 0.1, 2, factor=0.5, cooldown=1, min_lr=0.01),
    "terminate_on_nan": TerminateOnNaN(),
}


def state():
    model = Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", "mse")
    return model.trainer.train


def test_every_rule_has_a_case():
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("name", RULES)
class TestRule:
    def test_it_is_a_value(self, name):
        rule = CASES[name]
        assert type(rule).from_config(json.loads(json.dumps(rule.to_config()))) == rule
        assert eval(repr(rule)) == rule
        assert hash(eval(repr(rule))) == hash(rule)

    def test_its_memory_keeps_structure_shapes_and_dtypes(self, name):
        rule, train = CASES[name], state()
        memory = rule.start(train)
        form = jax.tree.map(lambda leaf: (leaf.shape, str(leaf.dtype)), memory)
        for value in (1.0, 2.0, np.nan, 0.5):
            verdict = jax.jit(rule.judge)(memory, {"loss": jnp.float32(value)}, train)
            memory = verdict.memory
            assert jax.tree.map(lambda leaf: (leaf.shape, str(leaf.dtype)), memory) == form
            assert verdict.stop.dtype == bool
            assert verdict.learning_rate.dtype == jnp.float32

    def test_what_is_no_number_is_never_better(self, name):
        rule, train = CASES[name], state()
        memory = rule.start(train)
        for value in (1.0, np.nan, np.nan, np.nan, np.nan):
            verdict = jax.jit(rule.judge)(memory, {"loss": jnp.float32(value)}, train)
            memory = verdict.memory
        best = memory.get("best", 1.0) if isinstance(memory, dict) else 1.0
        assert float(best) in (1.0, np.inf)

    def test_its_reason_can_be_written(self, name):
        rule = CASES[name]
        assert "{" not in rule.reason.format(**rule.to_config())


@pytest.mark.parametrize(
    "monitor, sign",
    [
        ("val_loss", 1),
        ("loss", 1),
        ("val_accuracy", -1),
        ("kind_accuracy", -1),
        ("val_kind_auc", -1),
        ("mae", 1),
        ("val_false_positives", 1),
        ("r2_score", -1),
        ("kind_loss", 1),
    ],
)
def test_a_rule_knows_what_is_better(monitor, sign):
    assert EarlyStopping(monitor).sign == sign
    assert EarlyStopping(monitor, mode="max").sign == -1
