"""Ids: looked up, encoded, and never silently wrong."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers

KEY = jax.random.key(0)
TABLE = {"embeddings": jnp.arange(6.0).reshape(3, 2)}


def test_each_id_gets_its_row():
    ids = jnp.asarray([[2, 0]], jnp.int32)
    z, _ = layers.Embedding(3, 2).apply(TABLE, {}, ids, key=KEY, training=False)
    np.testing.assert_array_equal(z, [[[4, 5], [0, 1]]])


@pytest.mark.parametrize("bad", [-1, 3, 1000])
def test_an_id_out_of_range_is_nan_and_moves_no_row(bad):
    ids = jnp.asarray([[bad, 1]], jnp.int32)

    def embed(table):
        return layers.Embedding(3, 2).apply(table, {}, ids, key=KEY, training=True)[0]

    z = jax.jit(embed)(TABLE)
    assert jnp.isnan(z[0, 0]).all()
    np.testing.assert_array_equal(z[0, 1], [2, 3])
    grads = jax.grad(lambda table: embed(table)[0, 1].sum())(TABLE)["embeddings"]
    np.testing.assert_array_equal(grads, [[0, 0], [1, 1], [0, 0]])
    for mode in ("one_hot", "multi_hot", "count"):
        z, _ = layers.CategoryEncoding(3, mode).apply({}, {}, ids, key=KEY, training=False)
        assert jnp.isnan(z).any()


def test_floating_ids_are_refused():
    for layer in (layers.Embedding(3, 2), layers.CategoryEncoding(3)):
        with pytest.raises(ValueError, match=r'looks up whole numbers.*\n.*\n.*\n.*dtype="int32"'):
            layer.apply(TABLE, {}, jnp.ones((1, 2)), key=KEY, training=False)


def test_categories_are_encoded_in_three_ways():
    ids = jnp.asarray([[0, 2, 2]], jnp.int32)
    expected = {
        "one_hot": [[1, 0, 0], [0, 0, 1], [0, 0, 1]],
        "multi_hot": [1, 0, 1],
        "count": [1, 0, 2],
    }
    for mode, row in expected.items():
        z, _ = layers.CategoryEncoding(3, mode).apply({}, {}, ids, key=KEY, training=False)
        np.testing.assert_array_equal(z[0], row)
