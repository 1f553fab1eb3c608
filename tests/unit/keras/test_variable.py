"""Variables: values with identity, and the scope that lends them others."""

import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import keras
from pellucid.base.errors import ShapeError
from pellucid.keras.engine.base.materials import materialize
from pellucid.keras.engine.base.tensor import Tensor
from pellucid.keras.engine.base.variable import Scope, Variable, current_scope, next_key, tensor_of


def test_it_is_an_array_with_a_name():
    variable = Variable([[1.0, 2.0], [3.0, 4.0]], name="kernel")
    assert (variable.shape, variable.ndim, variable.dtype) == ((2, 2), 2, "float32")
    assert variable.name == variable.path == "kernel"
    assert isinstance(variable.value, Tensor)
    assert len(variable) == 2
    np.testing.assert_array_equal(variable[1], [3, 4])
    np.testing.assert_array_equal(np.asarray(variable), variable.numpy())
    assert jnp.sum(jnp.asarray(variable)) == 10
    assert "kernel" in repr(variable) and "(2, 2)" in repr(variable)


def test_wide_numbers_become_the_ones_computed_with():
    assert Variable(np.zeros(2)).dtype == "float32"
    assert Variable(np.arange(2)).dtype == "int32"
    assert Variable(np.arange(2), dtype="float32").numpy().dtype == np.float32
    assert Variable(True).dtype == "bool"


def test_arithmetic_is_of_the_values():
    a, b = Variable([1.0, -2.0]), Variable([3.0, 4.0])
    one = np.array([1.0, -2.0], np.float32)
    np.testing.assert_array_equal(a + b, [4, 2])
    np.testing.assert_array_equal(1.0 - a, 1 - one)
    np.testing.assert_array_equal(one * b, [3, -8])
    np.testing.assert_array_equal(b**2, [9, 16])
    np.testing.assert_array_equal(abs(-a), [1, 2])
    np.testing.assert_array_equal(a < b, [True, True])
    assert a @ b == -5
    assert float(Variable(2.5)) == 2.5 and int(Variable(3)) == 3 and bool(Variable(1.0))
    assert f"{Variable(0.125):.2f}" == "0.12"


def test_it_is_equal_to_itself_only():
    a, b = Variable(1.0), Variable(1.0)
    assert a == a and a != b
    assert len({a, b}) == 2
    np.testing.assert_array_equal(Variable([1.0, 2.0]) == np.array([1.0, 0.0]), [True, False])


def test_assigning_changes_the_value_and_keeps_shape_and_type():
    variable = Variable([1.0, 2.0])
    variable.assign(np.array([5, 6]))
    variable.assign_add([1.0, 1.0])
    variable.assign_sub(Variable([2.0, 0.0]).value)
    np.testing.assert_array_equal(variable, [4, 7])
    assert variable.numpy().dtype == np.float32
    with pytest.raises(ShapeError, match=r"'variable'.*another shape"):
        variable.assign([1.0, 2.0, 3.0])


def test_what_is_read_is_a_copy():
    given = np.array([1.0, 2.0], np.float32)
    variable = Variable(given)
    given[:] = 9
    variable.numpy()[:] = 9
    np.testing.assert_array_equal(variable, [1, 2])


def test_an_initializer_is_asked_once_when_the_value_is_needed():
    asked = []

    def start(shape, dtype):
        asked.append((shape, dtype))
        return np.ones(shape, dtype)

    variable = Variable(start, shape=(2, 3), dtype="float32")
    assert not variable.drawn and asked == []
    assert variable.shape == (2, 3)
    np.testing.assert_array_equal(variable, np.ones((2, 3)))
    assert np.sum(variable.value) == 6
    assert asked == [((2, 3), "float32")]


class TestScope:
    def test_it_lends_values_and_keeps_what_is_assigned(self):
        lent, other = Variable([1.0]), Variable([2.0])
        with Scope({lent: np.array([10.0], np.float32)}) as scope:
            assert lent.value == 10 and other.value == 2
            lent.assign_add([1.0])
            other.assign([7.0])
            assert lent.value == 11 and other.value == 7
        assert scope.values[lent] == 11 and scope.values[other] == 7
        assert lent.value == 1 and other.value == 2
        assert current_scope() is None

    def test_the_innermost_that_knows_a_variable_counts(self):
        a, b = Variable(1.0), Variable(2.0)
        with Scope({a: 10.0, b: 20.0}), Scope({a: 100.0}):
            assert (a.value, b.value) == (100, 20)

    def test_only_forms_need_no_value(self):
        asked = []
        variable = Variable(lambda shape, dtype: asked.append(shape), shape=(2,))
        with Scope({}, forms_only=True):
            assert variable.value.shape == (2,)
        assert asked == []

    def test_it_ends_with_an_error_too(self):
        with pytest.raises(ZeroDivisionError), Scope({}):
            raise ZeroDivisionError
        assert current_scope() is None

    def test_another_thread_does_not_see_it(self):
        seen = []
        with Scope({}):
            thread = threading.Thread(target=lambda: seen.append(current_scope()))
            thread.start()
            thread.join()
        assert seen == [None]

    def test_a_key_is_given_once(self):
        with Scope({}, key=jax.random.key(3)):
            inside = [next_key() for _ in range(3)]
        keys = [*inside, next_key(), next_key()]
        assert len({tuple(jax.random.key_data(key).tolist()) for key in keys}) == 5

    def test_masks_go_by_identity(self):
        x, twin, mask = np.zeros((1, 2)), np.zeros((1, 2)), np.ones((1, 2), bool)
        with Scope({}) as scope:
            scope.masks[id(x)] = (x, mask)
            assert scope.mask_of(x) is mask
            assert scope.mask_of(twin) is None


def test_what_a_variable_or_array_holds():
    assert isinstance(tensor_of(Variable([1.0])), Tensor)
    assert tensor_of(np.ones(2)).numpy().tolist() == [1, 1]


def test_equal_layers_are_drawn_together_as_each_by_itself():
    def layers():
        keras.utils.set_random_seed(5)
        made = [keras.layers.Dense(3) for _ in range(3)]
        for layer in made:
            layer.build((None, 4))
        return made

    together, alone = layers(), layers()
    materialize([variable for layer in together for variable in layer.weights])
    for both in zip(together, alone, strict=True):
        ours, theirs = (layer.get_weights() for layer in both)
        np.testing.assert_array_equal(ours[0], theirs[0])
    assert not np.array_equal(together[0].get_weights()[0], together[1].get_weights()[0])
