"""Remedies make new models, and are kept only where they help."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import ConfigError
from pellucid.doctor.finding import Change, Finding
from pellucid.layers import Activation, BatchNormalization, Dense, Dropout, Input
from pellucid.models.quality import points, quality
from pellucid.models.repairing import _margin

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(120, 4)).astype("float32")
YES = (X[:, :1] > 0).astype("float32")


def model(layers, loss="binary_crossentropy", optimizer="adam", **more):
    made = pc.Sequential([Input((4,)), *layers])
    made.compile(optimizer, loss, **more)
    return made


def of_model(**settings):
    return Change("model", "", settings)


def kinds(made):
    """Return each layer's kind and activation."""
    return [
        (type(node.layer).__name__, getattr(node.layer, "activation", None))
        for node in made.network.nodes
    ]


@pytest.fixture
def deep():
    return model([Dense(6, "sigmoid"), Dense(5, "sigmoid"), Dense(4, "tanh"), Dense(1, "sigmoid")])


class TestLayers:
    def test_one_layer(self, deep):
        better = deep.repaired(of_model(layer="dense_2", activation="relu"))
        assert [a for _, a in kinds(better)] == ["sigmoid", "sigmoid", "relu", "sigmoid"]
        assert [a for _, a in kinds(deep)] == ["sigmoid", "sigmoid", "tanh", "sigmoid"]

    def test_alike_are_hidden_and_of_one_activation(self, deep):
        change = of_model(like="dense", activation="relu", initializer="he_normal")
        layers = [node.layer for node in deep.repaired(change).network.nodes]
        assert [layer.activation for layer in layers] == ["relu", "relu", "tanh", "sigmoid"]
        assert [layer.kernel_initializer == "he_normal" for layer in layers] == [True] * 2 + [
            False
        ] * 2

    def test_activations_that_stand_apart_are_alike_too(self):
        apart = [Dense(6), Activation("sigmoid"), Dense(6), Activation("sigmoid"), Dense(1)]
        better = model([*apart, Activation("sigmoid")]).repaired(
            of_model(like="dense", activation="relu")
        )
        assert kinds(better) == [
            ("Dense", "relu"),
            ("Dense", "relu"),
            ("Dense", None),
            ("Activation", "sigmoid"),
        ]

    def test_an_output_loses_the_activation_that_followed(self):
        made = model([Dense(3, "relu"), Dense(1), Activation("softmax")])
        better = made.repaired(of_model(layer="dense_1", activation="sigmoid"))
        assert kinds(better) == [("Dense", "relu"), ("Dense", "sigmoid")]
        assert better.recipe.goals[0].output == "dense_1"

    def test_a_layer_is_left_out(self):
        made = model([Dense(3, "relu"), Dropout(0.9), Dense(1, "sigmoid")])
        better = made.repaired(of_model(remove="dropout"))
        assert [kind for kind, _ in kinds(better)] == ["Dense", "Dense"]

    def test_penalties_are_taken_off(self):
        made = model([Dense(3, "relu", kernel_regularizer="l2"), Dense(1, "sigmoid")])
        better = made.repaired(of_model(penalties=None))
        assert all(node.layer.kernel_regularizer is None for node in better.network.nodes)

    def test_other_settings(self):
        made = model([Dense(3, "relu"), Dropout(0.9), Dense(1, "sigmoid")])
        both = [of_model(layer="dropout", rate=0.3), of_model(layer="dense", units=8)]
        better = made.repaired(*both)
        assert better.network["dropout"].layer.rate == 0.3
        assert better.weights["dense_1/kernel"].shape == (8, 1)

    def test_a_layer_learns_again(self, deep):
        deep.freeze("dense", "dense_1")
        better = deep.repaired(of_model(unfreeze="dense"))
        assert better.recipe.frozen == {"dense_1"}
        assert deep.recipe.frozen == {"dense", "dense_1"}

    def test_scaling_in_front_learns_from_the_rows_of_the_fit(self):
        better = model([Dense(1, "sigmoid")]).repaired(of_model(first="Normalization"))
        better.fit(X * 50 + 900, YES, verbose=0)
        assert kinds(better)[0][0] == "Normalization"
        np.testing.assert_allclose(
            better.weights["normalization/mean"], (X * 50 + 900).mean(axis=0), rtol=1e-4
        )

    @pytest.mark.parametrize(("optimizer", "weight"), [("sgd", 1 / 400), ("adam", 1.0)])
    def test_targets_are_given_back_in_their_own_size(self, optimizer, weight):
        made = model([Dense(1)], "mean_squared_error", optimizer, metrics=["mae"])
        better = made.repaired(of_model(last="Rescaling", scale=20.0, offset=500.0))
        np.testing.assert_allclose(better.predict(X), made.predict(X) * 20 + 500, rtol=1e-5)
        assert better.recipe.goals[0].weight == pytest.approx(weight)
        assert better.recipe.measures[0].output == better.network.outputs[0]

    def test_a_graph_with_branches(self):
        x = Input((4,))
        a = Dense(3, "sigmoid", name="a")(x)
        b = Dense(3, "sigmoid", name="b")(x)
        end = Dense(1, "sigmoid")(pc.layers.Add()(BatchNormalization()(a), b))
        made = pc.Model(x, end)
        made.compile("adam", "binary_crossentropy")
        better = made.repaired(of_model(like="a", activation="relu"))
        assert [better.network[name].layer.activation for name in "ab"] == ["relu", "relu"]
        better.fit(X, YES, verbose=0)

    def test_a_layer_that_is_not_there(self, deep):
        with pytest.raises(ConfigError, match="no layer called 'dens'"):
            deep.repaired(of_model(layer="dens", activation="relu"))

    def test_a_setting_that_a_layer_does_not_have(self, deep):
        with pytest.raises(ConfigError, match="no such setting"):
            deep.repaired(of_model(layer="dense", rate=0.3))


class TestCompiling:
    @pytest.mark.parametrize(
        "settings", [{"learning_rate": 0.5}, {"clipnorm": 1.0}, {"epsilon": 1e-3}]
    )
    def test_settings_of_the_optimizer(self, deep, settings):
        better = deep.repaired(Change("compile", "", settings))
        (name, value), *_ = settings.items()
        assert getattr(better.recipe.optimizer, name) == value
        assert getattr(deep.recipe.optimizer, name) != value

    def test_loss_and_metrics(self):
        made = model([Dense(1, "sigmoid")], "mean_squared_error", metrics=["mae"])
        changes = {"loss": "binary_crossentropy"}, {"metrics": ["accuracy"]}
        better = made.repaired(*(Change("compile", "", settings) for settings in changes))
        assert type(better.recipe.goals[0].loss).__name__ == "BinaryCrossentropy"
        assert better.recipe.names == ("loss", "accuracy")

    def test_logits(self):
        loss = pc.functions.crossentropies.BinaryCrossentropy(from_logits=True)
        better = model([Dense(1, "sigmoid")], loss).repaired(
            Change("compile", "", {"from_logits": False})
        )
        assert not better.recipe.goals[0].loss.from_logits


class TestStart:
    def test_weights_of_an_untrained_model_are_handed_on(self, deep):
        deep.set_weights([array + 1 for array in deep.get_weights()])
        better = deep.repaired(of_model(layer="dense", activation="relu"))
        for path in ("dense_1/kernel", "dense_3/bias"):
            np.testing.assert_array_equal(better.weights[path], deep.weights[path])

    def test_a_trained_model_starts_again_from_its_seed(self, deep):
        before = deep.weights
        deep.fit(X, YES, verbose=0)
        again = deep.repaired().weights
        for path, array in before.items():
            np.testing.assert_array_equal(again[path], array)

    def test_frozen_layers_keep_what_they_have(self, deep):
        own = np.full((4, 6), 0.25, "float32")
        deep.set_weights({"dense/kernel": own})
        deep.freeze("dense")
        deep.compile("adam", "binary_crossentropy")
        deep.fit(X, YES, verbose=0)
        np.testing.assert_array_equal(deep.repaired().weights["dense/kernel"], own)


class TestFindings:
    def test_apply(self, deep):
        change = of_model(layer="dense", activation="relu")
        found = Finding("vanishing_gradient", "warning", "", "", change=change)
        assert found.apply(deep).network["dense"].layer.activation == "relu"

    def test_nothing_to_apply(self, deep):
        with pytest.raises(ConfigError, match="no single change"):
            Finding("no_signal", "warning", "", "look").apply(deep)

    def test_what_fit_is_given_is_no_change_of_a_model(self, deep):
        change = Change("fit", "epochs=30", {"epochs": 30})
        with pytest.raises(ConfigError, match="what fit is given"):
            Finding("too_few_epochs", "warning", "", "", change=change).apply(deep)


class TestRepair:
    def test_what_helps_is_kept_and_the_given_model_stays(self):
        slow = pc.optimizers.Adam(learning_rate=1e-6)
        made = model([Dense(8, "relu"), Dense(1, "sigmoid")], optimizer=slow)
        before = made.get_weights()
        cure = made.repair(X, YES, epochs=40)
        assert cure.attempts[0].finding.check == "lr_too_low"
        assert cure.attempts[0].kept
        assert cure.after > 0.9 > cure.before
        assert cure.model.recipe.optimizer.learning_rate > 1e-5
        assert "lr_too_low" in str(cure)
        for a, b in zip(before, made.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_what_does_not_help_is_taken_back(self, monkeypatch):
        wrong = Change("compile", "learning_rate=0", {"learning_rate": 0.0})
        found = Finding("bias_only", "warning", "", "", change=wrong)
        monkeypatch.setattr(pc.Model, "findings", property(lambda self: [found]))
        cure = model([Dense(1, "sigmoid")]).repair(X, YES, epochs=30)
        assert [attempt.kept for attempt in cure.attempts] == [False]
        assert "taken back" in cure.attempts[0].why
        assert cure.model.recipe.optimizer.learning_rate == pytest.approx(0.001)

    @pytest.mark.parametrize("severity", ["warning", "advice"])
    def test_another_change_is_tried_where_the_first_does_not_help(self, monkeypatch, severity):
        wrong = Change("compile", "learning_rate=0", {"learning_rate": 0.0})
        right = Change("compile", "learning_rate=0.05", {"learning_rate": 0.05})
        found = Finding("slow_convergence", severity, "", "", change=wrong, others=(right,))
        slow = pc.optimizers.Adam(learning_rate=1e-6)
        monkeypatch.setattr(pc.Model, "findings", property(lambda self: [found]))
        cure = model([Dense(8, "relu"), Dense(1, "sigmoid")], optimizer=slow).repair(
            X, YES, epochs=30
        )
        assert [(a.code, a.kept) for a in cure.attempts] == [
            (wrong.code, False),
            (right.code, True),
        ]

    def test_a_change_that_calls_for_the_contrary_is_taken_back(self, monkeypatch):
        def finding(check, rate):
            change = Change("compile", f"learning_rate={rate}", {"learning_rate": rate})
            return Finding(check, "warning", "", "", change=change)

        def found(self):
            fast = self.recipe.optimizer.learning_rate > 0
            return [finding("lr_too_high", 0.0) if fast else finding("lr_too_low", 1e-9)]

        monkeypatch.setattr(pc.Model, "findings", property(found))
        still = pc.optimizers.SGD(learning_rate=0.0)
        cure = model([Dense(1, "sigmoid")], optimizer=still).repair(X, YES, epochs=1)
        assert [attempt.kept for attempt in cure.attempts] == [False]
        assert cure.attempts[0].why == "taken back: lr_too_high came of it"

    def test_scores_are_compared_row_by_row(self):
        old = [1 + RANDOM.normal(size=400)]
        assert _margin(old, [old[0] + 0.02]) == 0.01  # every row alike: nothing by chance
        assert _margin(old, [1 + RANDOM.normal(size=400)]) > 0.04

    def test_another_optimizer(self):
        better = model([Dense(1)], "mse", "sgd").repaired(
            Change("compile", "", {"optimizer": "adam"})
        )
        assert type(better.recipe.optimizer).__name__ == "Adam"

    def test_a_refused_model_is_cured(self):
        labels = (np.arange(120) % 3).astype("int32")
        x = np.eye(4, dtype="float32")[labels] + 0.1 * X
        fast = pc.optimizers.Adam(learning_rate=0.05)
        made = model([Dense(3, "softmax")], "categorical_crossentropy", fast)
        cure = made.repair(x, labels, epochs=60)
        assert np.isnan(cure.before)
        assert cure.after > 0.9
        assert cure.code == ('loss="sparse_categorical_crossentropy"',)

    def test_arguments_of_fit(self, monkeypatch):
        more = Change("fit", "epochs=3", {"epochs": 3})
        found = Finding("too_few_epochs", "warning", "", "", change=more)
        monkeypatch.setattr(
            pc.Model, "findings", property(lambda self: [found] * (len(self.history.epochs) < 3))
        )
        cure = model([Dense(1, "sigmoid")]).repair(X, YES, epochs=2)
        assert cure.arguments["epochs"] == 3

    def test_rows_with_holes_are_dropped(self):
        x = X.copy()
        x[:6, 0] = np.nan
        made = model([Dense(8, "relu"), Dense(1, "sigmoid")])
        cure = made.repair(x, YES, epochs=40)
        assert cure.attempts[0].finding.check == "nan_in_data"
        assert cure.attempts[0].kept

    def test_by_hand(self, monkeypatch):
        found = Finding("no_signal", "warning", "", "ask for other columns")
        monkeypatch.setattr(pc.Model, "findings", property(lambda self: [found]))
        cure = model([Dense(1, "sigmoid")]).repair(X, YES)
        assert cure.attempts[0].why == "by hand: ask for other columns"

    def test_nothing_to_repair(self):
        cure = model([Dense(8, "relu"), Dense(1, "sigmoid")]).repair(X, YES, epochs=150)
        assert not [attempt for attempt in cure.attempts if attempt.finding.severity == "error"]
        assert cure.after > 0.9


class TestQuality:
    def test_numbers_by_r2(self):
        y = np.array([[1.0], [2.0], [4.0]])
        a = np.array([[1.0], [2.5], [3.0]])
        expected = 1 - (0.25 + 1) / ((y - y.mean()) ** 2).sum()
        assert quality("numbers", y, a) == pytest.approx(expected)
        assert quality("numbers", y, np.full((3, 1), y.mean())) == pytest.approx(0.0)

    def test_rare_classes_count_as_much(self):
        y = np.array([0] * 9 + [1])
        assert quality("yes or no", y, np.zeros((10, 1))) == pytest.approx(0.5)
        assert quality("classes", np.eye(2)[y], np.tile([1.0, 0.0], (10, 1))) == pytest.approx(0.5)

    @pytest.mark.parametrize("kind", ["numbers", "classes", "labels"])
    def test_points_of_rows_make_the_score(self, kind):
        y = (np.eye(3)[np.arange(50) % 3] * 3).astype(int)
        y[:20] = [3, 0, 0]
        a = RANDOM.normal(size=(50, 3))
        each = points(kind, y, a)
        assert each.shape == (50,)
        assert each.mean() == pytest.approx(quality(kind, y, a))
        half = np.concatenate([each[:25], points(kind, y, 0 * a + y)[25:]])
        mended = np.concatenate([a[:25], y[25:]])
        np.testing.assert_allclose(points(kind, y, mended), half)

    def test_signs(self):
        assert quality("yes or no", np.array([-1, 1]), np.array([[-0.2], [0.1]])) == 1.0

    def test_labels(self):
        y = np.array([[1, 0, 1], [0, 0, 1]])
        assert quality("labels", y, np.array([[0.9, 0.9, 0.9], [0.1, 0.1, 0.1]])) == 4 / 6

    @pytest.mark.parametrize("answers", [np.full((2, 1), np.nan), np.zeros((2, 3)), np.zeros(3)])
    def test_what_cannot_be_compared(self, answers):
        assert np.isnan(quality("numbers", np.array([[1.0], [2.0]]), answers))
