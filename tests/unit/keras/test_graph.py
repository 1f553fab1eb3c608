"""The calls between a model's inputs and outputs, and what is given for the inputs."""

import numpy as np
import pytest

from pellucid import keras
from pellucid.base.errors import ConfigError
from pellucid.keras.engine.models.graph import Graph

layers = keras.layers


def two():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    return a, b, layers.Subtract(name="minus")([a, b])


class TestArranged:
    def test_lists_and_names(self):
        a, b, end = two()
        graph = Graph([a, b], end)
        assert graph.arranged([1, 2]) == [1, 2]
        assert graph.arranged((1, 2)) == [1, 2]
        assert graph.arranged({"b": 2, "a": 1, "more": 3}) == [1, 2]

    def test_inputs_declared_by_name(self):
        a, b, end = two()
        graph = Graph({"second": b, "first": a}, end)
        assert [s.name for s in graph.sources] == ["a", "b"]  # in the order of their keys
        assert graph.arranged({"second": 2, "first": 1}) == [1, 2]
        assert graph.arranged({"a": 1, "b": 2}) == [1, 2]

    def test_one_input_may_stand_in_a_list(self):
        a = keras.Input((2,), name="a")
        graph, x = Graph(a, layers.Flatten()(a)), np.ones((3, 2))
        assert graph.arranged(x)[0] is x
        assert graph.arranged([x])[0] is x
        assert graph.arranged({"a": x})[0] is x

    @pytest.mark.parametrize("given", [[1], [1, 2, 3], {"a": 1}, {"a": 1, "c": 2}, 1], ids=str)
    def test_another_number_is_refused(self, given):
        a, b, end = two()
        with pytest.raises(ConfigError, match=r"another number of inputs(.|\n)*a, b"):
            Graph([a, b], end).arranged(given)


def test_nodes_come_after_those_they_read():
    a, b, end = two()
    last = layers.Add(name="last")([layers.ReLU(name="relu")(end), end])
    order = [node.layer.name for node in Graph([a, b], last).nodes()]
    assert order == ["minus", "relu", "last"]


def test_a_graph_may_begin_inside_another():
    *_, end = two()
    last = layers.ReLU(name="relu")(end)
    assert [node.layer.name for node in Graph(end, last).nodes()] == ["relu"]
    model = keras.Model(end, last)
    np.testing.assert_array_equal(model.predict(np.array([[-1.0, 2.0]]), verbose=0), [[0, 2]])


def test_layers_come_with_those_farthest_from_the_outputs_first():
    a = keras.Input((2,), name="a")
    near, far = layers.ReLU(name="near")(a), layers.ReLU(name="far")(a)
    farther = layers.ReLU(name="farther")(far)
    end = layers.Add(name="end")([near, farther])
    names = [layer.name for layer in Graph(a, end).layers()]
    assert names == ["a", "far", "near", "farther", "end"]


def test_a_layer_called_twice_is_listed_once():
    a = keras.Input((2,), name="a")
    shared = layers.Dense(2, name="shared")
    model = keras.Model(a, shared(shared(a)))
    assert [layer.name for layer in model.layers] == ["a", "shared"]
    assert model.count_params() == 6


def test_an_input_nobody_reads_is_listed():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="unread")
    model = keras.Model([a, b], layers.ReLU()(a))
    assert "unread" in [layer.name for layer in model.layers]
    x = np.ones((3, 2))
    assert model.predict([x, x], verbose=0).shape == (3, 2)


def test_outputs_keep_their_structure():
    a, b, end = two()
    graph = Graph([a, b], {"difference": end, "both": [a, b]})
    x, y = np.ones((3, 2), "float32"), np.zeros((3, 2), "float32")
    found = keras.Model(graph.inputs, graph.outputs)([x, y])
    assert found.keys() == {"difference", "both"}
    np.testing.assert_array_equal(found["difference"], x - y)
    np.testing.assert_array_equal(found["both"][1], y)
