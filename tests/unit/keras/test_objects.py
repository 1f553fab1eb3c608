"""Objects of the Keras face: old spellings, one's own classes, refusals, and the core below."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.base.errors import ConfigError, ShapeError
from pellucid.functions import losses as core_losses
from pellucid.keras import (
    Variable,
    backend,
    config,
    constraints,
    initializers,
    losses,
    metrics,
    ops,
    optimizers,
    random,
    regularizers,
)
from pellucid.keras.engine.base.hints import KerasHint, forget_hints
from pellucid.keras.engine.base.registered import custom_object_scope, register_keras_serializable
from pellucid.keras.engine.base.tensor import KerasTensor
from pellucid.keras.engine.base.variable import Scope

Y = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], "float32")
A = np.array([[0.2, 0.9], [0.4, 0.1], [0.8, 0.7]], "float32")


@pytest.fixture(autouse=True)
def hints_are_new():
    forget_hints()


class TestOldSpellings:
    def test_lr_and_decay_work_with_a_hint(self):
        with pytest.warns(KerasHint, match="learning_rate"):
            made = optimizers.SGD(lr=0.1)
        assert float(made.learning_rate) == pytest.approx(0.1)
        with pytest.warns(KerasHint, match="decay"):
            slower = optimizers.SGD(0.1, decay=0.5)
        assert float(slower.core.learning_rate(np.array(2, np.int32))) == pytest.approx(0.05)

    def test_lr_of_an_optimizer_can_be_set(self):
        made = optimizers.Adam()
        with pytest.warns(KerasHint, match="optimizer.lr"):
            made.lr = 0.5
        made.learning_rate.assign(made.learning_rate * 0.5)
        assert float(made.learning_rate) == 0.25

    @pytest.mark.parametrize(
        "module, name, new",
        [
            (constraints, "maxnorm", "MaxNorm"),
            (constraints, "unitnorm", "UnitNorm"),
            (losses, "kullback_leibler_divergence", "kl_divergence"),
            (losses, "mse", "mean_squared_error"),
            (losses, "logcosh", "log_cosh"),
            (optimizers, "adam", "Adam"),
        ],
    )
    def test_old_names_are_found(self, module, name, new):
        with pytest.warns(KerasHint):
            assert getattr(module, name).__name__ == new

    def test_clipping_by_nothing_is_none(self):
        assert optimizers.SGD(clipnorm=0.0, clipvalue=0).core.clipnorm is None

    def test_the_backend_of_keras_1_and_2(self):
        assert backend.backend() == "jax"
        assert np.asarray(backend.mean(A, axis=-1)).shape == (3,)
        held = backend.variable(1.0)
        backend.set_value(held, 2.0)
        assert backend.get_value(held) == 2.0
        with pytest.warns(KerasHint, match="set_image_data_format"):
            backend.set_image_dim_ordering("th")
        assert config.image_data_format() == "channels_first"
        config.set_image_data_format("channels_last")


class TestRefusals:
    def test_nothing_is_broadcast_silently(self):
        with pytest.raises(ShapeError, match="different shapes"):
            losses.MeanSquaredError()(Y[:, :1], A)
        config.set_strict()
        try:
            assert float(losses.MeanSquaredError()(Y[:, :1], A)) > 0
        finally:
            config.set_strict(None)

    def test_a_column_and_a_vector_fit(self):
        value = losses.mean_squared_error(Y[:, 0], A[:, :1])
        np.testing.assert_allclose(value, np.square(Y[:, 0] - A[:, 0]), rtol=1e-6)

    def test_unknown_names_and_arguments_say_what_is_known(self):
        with pytest.raises(ConfigError, match="did you mean"):
            losses.get("mean_squared_eror")
        with pytest.raises(TypeError, match="delta"):
            losses.Huber(dleta=1.0)
        with pytest.raises(ConfigError, match="momentm"):
            optimizers.SGD(momentm=0.9)
        with pytest.raises(ConfigError, match="reduction"):
            losses.MeanSquaredError(reduction="median")

    def test_a_schedule_cannot_be_overruled(self):
        schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
        with pytest.raises(ConfigError, match="schedule"):
            optimizers.SGD(schedule).learning_rate = 0.1


class TestOnesOwn:
    def test_loss(self):
        class Cubed(losses.Loss):
            def call(self, y_true, y_pred):
                return ops.mean(ops.abs(y_true - y_pred) ** 3, axis=-1)

        wanted = np.mean(np.abs(Y - A) ** 3)
        np.testing.assert_allclose(Cubed()(Y, A), wanted, rtol=1e-6)
        below = Cubed(reduction="sum").core
        assert isinstance(below, core_losses.Reduced)
        cost = jax.jit(below.cost)(jnp.asarray(Y), jnp.asarray(A))
        np.testing.assert_allclose(jnp.mean(cost), wanted, rtol=1e-6)

    def test_function_as_loss(self):
        def furthest(y_true, y_pred):
            return ops.max(ops.abs(y_true - y_pred))  # one number for all

        cost = losses.core_of(furthest).cost(jnp.asarray(Y), jnp.asarray(A))
        np.testing.assert_allclose(cost, np.full(3, 0.6), rtol=1e-6)

    def test_metric(self):
        class Largest(metrics.Metric):
            def __init__(self, name="largest", **kwargs):
                super().__init__(name=name, **kwargs)
                self.top = self.add_weight(name="top", initializer="zeros")

            def update_state(self, y_true, y_pred, sample_weight=None):
                self.top.assign(ops.maximum(self.top, ops.max(y_pred)))

            def result(self):
                return self.top

        mine = Largest()
        assert float(mine(Y, A)) == pytest.approx(0.9)
        mine.reset_state()
        assert float(mine.result()) == 0
        below = mine.core
        sums = jax.jit(below.add)(below.blank(Y, A), jnp.asarray(Y), jnp.asarray(A), jnp.ones(3))
        assert float(below.value(sums)) == pytest.approx(0.9)
        assert float(mine.result()) == 0  # nothing of the program has leaked

    def test_optimizer(self):
        class Heavy(optimizers.Optimizer):
            def build(self, variables):
                super().build(variables)
                self.speed = {id(v): self.add_variable_from_reference(v, "v") for v in variables}

            def update_step(self, gradient, variable, learning_rate):
                speed = self.speed[id(variable)]
                speed.assign(0.9 * speed - learning_rate * gradient)
                variable.assign(variable + speed)

        mine, theirs = Heavy(0.1), optimizers.SGD(0.1, momentum=0.9)
        ends = []
        for optimizer in (mine, theirs):
            weight = Variable(np.ones(3, "float32"))
            for _ in range(3):
                optimizer.apply([np.array([1.0, 2.0, 3.0], "float32")], [weight])
            ends.append(weight.numpy())
        np.testing.assert_allclose(*ends, rtol=1e-6)

    def test_schedule(self):
        class Halving(optimizers.schedules.LearningRateSchedule):
            def __call__(self, step):
                return 0.1 / (1 + ops.cast(step, "float32"))

        made = optimizers.SGD(Halving())
        assert float(jax.jit(made.core.learning_rate)(jnp.int32(1))) == pytest.approx(0.05)

    def test_initializer(self):
        class Ramp(initializers.Initializer):
            def __call__(self, shape, dtype=None):
                return np.arange(np.prod(shape)).reshape(shape)

        for start in (Ramp(), initializers.get(lambda shape, dtype=None: Ramp()(shape))):
            made = start.core(jax.random.key(0), (2, 2))
            np.testing.assert_array_equal(made, [[0, 1], [2, 3]])
            assert made.dtype == "float32"

    def test_regularizer_and_constraint_are_called_as_they_are(self):
        class Cost(regularizers.Regularizer):
            def __call__(self, x):
                return ops.sum(x)

        class Wrap(constraints.Constraint):
            def __call__(self, w):
                return ops.clip(w, -1, 1)

        assert float(Cost().core(jnp.ones(3))) == 3
        assert float(Wrap().core(jnp.full((), 2.0))) == 1

    def test_registered_classes_are_found_by_name(self):
        @register_keras_serializable("test")
        class Own(losses.Loss):
            def call(self, y_true, y_pred):
                return y_pred

        described = losses.serialize(Own())
        assert described["registered_name"] == "test>Own"
        assert isinstance(losses.deserialize(described), Own)
        with custom_object_scope({"another": Own}):
            assert isinstance(losses.get("another"), Own)
        with pytest.raises(ConfigError):
            losses.get("another")


class TestBelow:
    def test_settings_arrive(self):
        assert losses.Huber(0.3).core == core_losses.Huber(0.3)
        assert losses.get("mse").core == core_losses.MeanSquaredError()
        assert optimizers.SGD(0.1, momentum=0.5).core.momentum == 0.5
        assert metrics.get("mae").core.loss == core_losses.MeanAbsoluteError()

    def test_a_changed_learning_rate_is_no_other_optimizer(self):
        made = optimizers.SGD(0.1)
        before = made.core
        made.learning_rate = 0.2
        assert made.core == before

    def test_memory_is_taken_back_only_where_it_fits(self):
        made = optimizers.SGD(0.1, momentum=0.9)
        kept, fresh = {"momentum": {"w": np.ones(2)}}, {"momentum": {"w": np.zeros(2)}}
        made.keep_memory(kept)
        assert made.take_memory(fresh) is kept
        other = {"momentum": {"w": np.zeros(3)}}
        assert made.take_memory(other) is other


class TestWhereTheyRun:
    def test_on_symbols(self):
        symbol = KerasTensor((None, 4))
        assert ops.mean(symbol, axis=-1).shape == (None,)
        assert losses.mean_squared_error(symbol, symbol).shape == (None,)
        assert random.dropout(symbol, 0.5).shape == (None, 4)

    def test_random_numbers_inside_a_program_come_from_its_key(self):
        def draw(seed):
            with Scope({}, key=jax.random.key(seed)):
                return random.normal((2,)), random.normal((2,))

        one, other = jax.jit(draw, static_argnums=0)(1)
        again, _ = jax.jit(draw, static_argnums=0)(1)
        assert not np.allclose(one, other)
        np.testing.assert_array_equal(one, again)

    def test_seeds(self):
        np.testing.assert_array_equal(random.uniform((3,), seed=4), random.uniform((3,), seed=4))
        generator = random.SeedGenerator(4)
        first, second = (random.uniform((3,), seed=generator) for _ in range(2))
        assert not np.allclose(first, second)

    def test_names_are_numbered_by_model_and_not_by_process(self):
        assert [metrics.Precision().name for _ in range(2)] == ["precision", "precision"]
