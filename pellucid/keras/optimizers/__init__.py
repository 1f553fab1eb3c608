"""Optimizers as Keras spells them."""

from __future__ import annotations

from typing import Any

from pellucid import optimizers as core
from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.objects.optimizer import ROOM, Translated
from pellucid.keras.engine.objects.optimizer import Optimizer as Optimizer
from pellucid.keras.engine.objects.spoken import spoken
from pellucid.keras.optimizers import legacy as legacy
from pellucid.keras.optimizers import schedules as schedules

REST = (
    "clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99, "
    "ema_overwrite_frequency=None, loss_scale_factor=None, gradient_accumulation_steps=None, "
    "name=None"
)
OPT10 = f"weight_decay=None, {REST}, **kwargs"
BETAS = "beta_1=0.9, beta_2=0.999, epsilon=1e-07"


def _made(line: str, core_class: type) -> Any:
    return ROOM.file(spoken(Translated, line, core_class))


ROOM.file(Optimizer)
SGD = _made(f"SGD(learning_rate=0.01, momentum=0.0, nesterov=False, {OPT10})", core.SGD)
Adam = _made(f"Adam(learning_rate=0.001, {BETAS}, amsgrad=False, {OPT10})", core.Adam)
AdamW = _made(
    f"AdamW(learning_rate=0.001, weight_decay=0.004, {BETAS}, amsgrad=False, {REST}, **kwargs)",
    core.AdamW,
)
Adamax = _made(f"Adamax(learning_rate=0.001, {BETAS}, {OPT10})", core.Adamax)
Nadam = _made(f"Nadam(learning_rate=0.001, {BETAS}, {OPT10})", core.Nadam)
RMSprop = _made(
    f"RMSprop(learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-07, centered=False, {OPT10})",
    core.RMSprop,
)
Adagrad = _made(
    f"Adagrad(learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-07, {OPT10})",
    core.Adagrad,
)
Adadelta = _made(f"Adadelta(learning_rate=0.001, rho=0.95, epsilon=1e-07, {OPT10})", core.Adadelta)
Ftrl = _made(
    "Ftrl(learning_rate=0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1, "
    "l1_regularization_strength=0.0, l2_regularization_strength=0.0, "
    f"l2_shrinkage_regularization_strength=0.0, beta=0.0, {OPT10})",
    core.Ftrl,
)
Lion = _made(f"Lion(learning_rate=0.001, beta_1=0.9, beta_2=0.99, {OPT10})", core.Lion)
Lamb = _made(f"Lamb(learning_rate=0.001, {BETAS}, {OPT10})", core.Lamb)
Adafactor = _made(
    "Adafactor(learning_rate=0.001, beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=0.001, "
    f"clip_threshold=1.0, relative_step=True, {OPT10})",
    core.Adafactor,
)
Muon = _made(
    "Muon(learning_rate=0.001, adam_beta_1=0.9, adam_beta_2=0.999, adam_weight_decay=0.004, "
    f"epsilon=1e-07, weight_decay=0.004, {REST}, exclude_layers=None, exclude_embeddings=True, "
    "muon_a=3.4445, muon_b=-4.775, muon_c=2.0315, adam_lr_ratio=1, momentum=0.95, ns_steps=5, "
    "nesterov=True, rms_rate=0.2, **kwargs)",
    core.Muon,
)
ScheduleFreeAdamW = _made(
    "ScheduleFreeAdamW(learning_rate=0.0025, beta_1=0.9, beta_2=0.999, epsilon=1e-08, "
    f"warmup_steps=0, {OPT10})",
    core.ScheduleFreeAdamW,
)


def LossScaleOptimizer(  # noqa: N802
    inner_optimizer: Any,
    initial_scale: float = 32768.0,
    dynamic_growth_steps: int = 2000,
    name: str | None = None,
    **kwargs: Any,
) -> Any:
    """Return the inner optimizer: gradients are float32 here and need no scaling."""
    del initial_scale, dynamic_growth_steps, name, kwargs
    hint("loss scale", "LossScaleOptimizer has no effect: gradients are float32 in any case")
    return get(inner_optimizer)


def get(identifier: Any) -> Any:
    """Return the optimizer meant by a name in any case, a class, a description or itself.

    Raises:
        ConfigError: there is none.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if identifier is None or not isinstance(identifier, str | dict | type):
        what = "This cannot be used as optimizer."
        expected = "a name, or an object of keras.optimizers"
        raise ConfigError(explain(what, got=repr(identifier), expected=expected))
    return ROOM.get(identifier)


def serialize(optimizer: Any) -> Any:
    """Return the description that Keras's files hold."""
    return ROOM.serialize(optimizer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the optimizer that a description means."""
    return ROOM.deserialize(config, custom_objects)


def __getattr__(name: str) -> Any:
    """Give Keras 1's and 2's names of the classes, with a hint."""
    by_case = {thing.__name__.lower(): thing for thing in ROOM.things.values()}
    if name in by_case:
        full = by_case[name].__name__
        hint(f"optimizers.{name}", f"keras.optimizers.{name} is called {full} in Keras 3")
        return by_case[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
