"""From a model to a network of the core: names, owners, what is frozen, what is shared."""

import numpy as np
import pytest

from pellucid import keras
from pellucid.base.errors import ConfigError, StateError
from pellucid.keras.engine.models.plan import plan
from pellucid.layers.delegation import InMode, Part

layers = keras.layers


def planned(model):
    return plan(model.inputs, model.outputs)


def small(**settings):
    return keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, activation="tanh", **settings), layers.Dense(2)]
    )


def test_models_built_alike_are_equal_networks():
    assert planned(small()).network == planned(small()).network
    assert planned(small(name="mine")).network != planned(small()).network
    other = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2)])
    assert planned(other).network != planned(small()).network


def test_what_training_would_change_or_not_is_told_by_owner():
    model = small()
    made = planned(model)
    assert made.frozen() == frozenset()
    model.layers[0].trainable = False
    (owner,) = planned(model).frozen()
    assert planned(model).layers[owner] is model.layers[0]


def test_variables_stand_in_the_form_of_the_network():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.BatchNormalization()])
    params, state = planned(model).variables()
    dense, norm = model.layers
    assert params["dense"] == {"kernel": dense.kernel, "bias": dense.bias}
    assert {id(v) for v in params["batch_normalization"].values()} == {
        id(v) for v in norm.trainable_variables
    }
    assert {id(v) for v in state["batch_normalization"].values()} == {
        id(v) for v in norm.non_trainable_variables
    }


def test_a_shared_layer_owns_both_its_places():
    a = keras.Input((3,))
    shared = layers.Dense(3, name="shared")
    nodes = planned(keras.Model(a, shared(shared(a)))).network.nodes
    assert [node.name for node in nodes] == ["shared", "shared_1"]
    assert {node.owner for node in nodes} == {"shared"}


def test_models_inside_are_opened_up():
    inner = small(name="deep")
    outer = keras.Sequential([keras.Input((3,)), inner, keras.Sequential([layers.ReLU()])])
    made = planned(outer)
    assert [type(node.layer).__name__ for node in made.network.nodes] == ["Dense", "Dense", "ReLU"]
    assert made.layers["deep"] is inner.layers[0]


def test_a_mode_asked_for_goes_with_everything_inside():
    a = keras.Input((3,))
    inner = keras.Sequential([keras.Input((3,)), layers.Dropout(0.5), layers.BatchNormalization()])
    made = planned(keras.Model(a, layers.Dense(2)(inner(a, training=False))))
    kinds = [type(node.layer) for node in made.network.nodes]
    assert kinds[:2] == [InMode, InMode] and kinds[2] is not InMode
    assert not made.network.nodes[0].layer.training


def test_a_part_called_as_outside_training_stays_so_while_the_model_trains():
    a = keras.Input((3,))
    norm = layers.BatchNormalization()
    model = keras.Model(
        a, layers.Dense(1)(layers.Dropout(0.9)(norm(a, training=False), training=False))
    )
    model.compile(keras.optimizers.SGD(0.0), "mse")
    x, y = np.arange(12, dtype="float32").reshape(4, 3), np.ones((4, 1))
    loss = model.fit(x, y, verbose=0).history["loss"][0]
    assert loss == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-5)
    np.testing.assert_array_equal(norm.moving_mean, np.zeros(3))


def test_an_output_named_twice_and_an_input_as_output():
    a = keras.Input((3,), name="a")
    end = layers.ReLU(name="end")(a)
    model = keras.Model(a, [end, end, a])
    x = np.array([[-1.0, 0.0, 2.0]], "float32")
    first, second, given = model.predict(x, verbose=0)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(given, x)


def test_ids_arrive_whole_whatever_they_came_as():
    ids = keras.Input((4,))
    found = layers.Embedding(5, 2)(ids)
    assert planned(keras.Model(ids, found)).network.inputs[0].dtype == "int32"
    shifted = layers.Embedding(5, 2)(ids + 1.0)
    model = keras.Model(ids, shifted)
    kernel = model.get_weights()[0]
    np.testing.assert_array_equal(
        model.predict(np.array([[0.0, 1.0, 2.0, 3.0]]), verbose=0)[0], kernel[[1, 2, 3, 4]]
    )


def test_several_outputs_of_a_layer_are_parts():
    a = keras.Input((4, 2))
    series, last = layers.GRU(3, return_sequences=True, return_state=True)(a)
    made = planned(keras.Model(a, [series, last]))
    places = [node.layer.index for node in made.network.nodes if isinstance(node.layer, Part)]
    assert places == [0, 1]


def test_an_input_that_is_not_listed_is_refused():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="forgotten")
    end = layers.Add()([a, b])
    with pytest.raises(ConfigError, match="forgotten"):
        keras.Model(a, end).predict(np.ones((2, 3)), verbose=0)


def test_a_model_without_rows_says_what_it_needs():
    with pytest.raises(StateError, match="does not know yet what its input looks like"):
        _ = keras.Sequential([layers.Dense(2)]).inputs


def test_a_row_of_another_size_is_another_network_with_the_same_weights():
    series = keras.Input((None, 2))
    model = keras.Model(series, layers.GlobalAveragePooling1D()(layers.Dense(3)(series)))
    short, long = model.plan_for(((4, 2),)), model.plan_for(((6, 2),))
    assert short.network != long.network
    assert short.variables() == long.variables()
    assert model.plan_for(((4, 2),)) is short
