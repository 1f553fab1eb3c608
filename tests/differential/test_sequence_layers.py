"""Recurrent layers, attention and wrappers against the Keras layers of the same names."""

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from pellucid import layers
from pellucid.base.tree import flatten, refill
from pellucid.layers.layer import one_or_all

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
KEY = jax.random.key(0)
STEPS = (5, 3)
MASK = np.asarray([[1, 1, 0, 1, 0], [0, 0, 1, 1, 1], [1] * 5, [0] * 5], bool)
FOR_QUERY = np.asarray([[1, 1, 0, 1], [0, 1, 1, 1], [1] * 4, [1, 0, 1, 0]], bool)


def numbers(*shapes: tuple[int, ...], seed: int = 3) -> list[jax.Array]:
    random = np.random.default_rng(seed)
    return [jnp.asarray(random.normal(size=(4, *shape)), jnp.float32) for shape in shapes]


def values(ours: Any, shapes: Any) -> tuple[Any, Any]:
    """Return random parameters, in the layer's order, and its state."""
    params, state = ours.init(KEY, shapes)
    random = np.random.default_rng(4)
    leaves = {
        path: jnp.asarray(random.normal(0.1, 0.6, leaf.shape), jnp.float32)
        for path, leaf in flatten(params).items()
    }
    return refill(params, leaves), state


def assert_equal(
    ours: Any, theirs: Any, inputs: list[jax.Array], *, mask: Any = None, training: bool = False,
    call: Any = None,
) -> None:  # fmt: skip
    """Check outputs, states after, and gradients with respect to parameters and inputs.

    `call(stateless, inputs)` says how Keras's layer takes its inputs and masks.
    """
    form, state = values(ours, one_or_all([x.shape[1:] for x in inputs]))
    flat = flatten(form)
    call = call or (lambda run, xs: run(xs[0], mask=mask) if ours.uses_mask else run(xs[0]))
    passed = {"mask": jax.tree.map(jnp.asarray, mask)} if ours.uses_mask else {}
    call(theirs, inputs)  # builds it
    fixed = [variable.value for variable in theirs.non_trainable_variables]
    assert [v.shape for v in theirs.trainable_variables] == [v.shape for v in flat.values()]
    names, start = list(flat), list(flat.values())  # JAX would sort a dictionary

    def run_ours(arrays: Any, xs: Any) -> Any:
        x, params = one_or_all(list(xs)), refill(form, dict(zip(names, arrays, strict=True)))
        z, after = ours.apply(params, state, x, key=KEY, training=training, **passed)
        return z if isinstance(z, tuple) else ours.nonlinearity(z), after

    def run_theirs(arrays: Any, xs: Any) -> Any:
        def run(*args: Any, **how: Any) -> Any:
            if training:
                how["training"] = True
            return theirs.stateless_call(arrays, fixed, *args, **how)

        out, after = call(run, xs)
        return tuple(out) if isinstance(out, list | tuple) else out, after

    def outcome(run: Any) -> Any:
        def total(arrays: Any, xs: Any) -> Any:
            out = run(arrays, xs)[0]
            parts, random = jax.tree.leaves(out), np.random.default_rng(5)
            weights = [jnp.asarray(random.normal(size=p.shape), jnp.float32) for p in parts]
            return sum(jnp.sum(w * p) for w, p in zip(weights, parts, strict=True)), out

        (_, out), slopes = jax.jit(jax.value_and_grad(total, (0, 1), has_aux=True))(start, inputs)
        return out, slopes

    a, mine = outcome(run_ours)
    with jax.numpy_dtype_promotion("standard"):
        expected, wanted = outcome(run_theirs)
    assert jax.tree.structure(a) == jax.tree.structure(expected)
    for one, other in zip(jax.tree.leaves(a), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=2e-5)
    for one, other in zip(jax.tree.leaves(mine), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


RECURRENT = [
    ({}, None),
    ({}, MASK),
    ({"return_sequences": True, "activation": "relu", "use_bias": False}, None),
    ({"return_sequences": True, "go_backwards": True, "return_state": True}, MASK),
    ({"return_sequences": True, "zero_output_for_mask": True, "activation": None}, MASK),
    ({"unroll": True, "return_sequences": True}, MASK),
]
KINDS = [
    ("SimpleRNN", {}),
    ("LSTM", {}),
    ("LSTM", {"recurrent_activation": "hard_sigmoid", "unit_forget_bias": False}),
    ("GRU", {}),
    ("GRU", {"reset_after": False, "recurrent_activation": "relu"}),
]


def pair(name: str, settings: dict[str, Any]) -> tuple[Any, Any]:
    return getattr(layers, name)(**settings), getattr(keras.layers, name)(**settings)


@pytest.mark.parametrize(("settings", "mask"), RECURRENT)
@pytest.mark.parametrize(("name", "own"), KINDS)
def test_recurrent_layers(name: str, own: Any, settings: Any, mask: Any):
    assert_equal(*pair(name, {"units": 2, **own, **settings}), numbers(STEPS), mask=mask)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("name", "own"), KINDS)
def test_recurrent_layers_start_from_what_they_are_given(name: str, own: Any, masked: bool):
    ours, theirs = pair(name, {"units": 2, "return_sequences": True, "return_state": True, **own})
    mask = MASK if masked else None

    def call(run: Any, xs: Any) -> Any:
        return run(xs[0], initial_state=list(xs[1:]), mask=mask)

    inputs = numbers(STEPS, *[(2,)] * len(ours.carried))
    assert_equal(ours, theirs, inputs, mask=(mask, None, None), call=call)


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_stateful_layers_go_on(name: str):
    """Three batches, one after another."""
    ours = getattr(layers, name)(2, stateful=True, batch_size=4)
    theirs = getattr(keras.layers, name)(2, stateful=True)
    params, state = values(ours, STEPS)
    theirs.build((4, *STEPS))
    theirs.set_weights(list(flatten(params).values()))  # what is carried is none of them
    for seed in range(3):
        (x,) = numbers(STEPS, seed=seed)
        z, state = ours.apply(params, state, x, key=KEY, training=False)
        np.testing.assert_allclose(z, theirs(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("rates", [{"dropout": 0.4}, {"recurrent_dropout": 0.3, "dropout": 0.2}])
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_dropout_has_the_moments_of_keras_dropout(name: str, rates: Any):
    """Draws differ, distributions do not: 40,000 rows, so 0.02 is far outside chance."""
    ours, theirs = pair(name, {"units": 2, **rates})
    params, _ = values(ours, STEPS)
    x = jnp.repeat(numbers(STEPS)[0][:1], 40_000, axis=0)
    theirs.build(x.shape)
    theirs.set_weights(list(flatten(params).values()))
    z, _ = ours.apply(params, {}, x, key=KEY, training=True)
    with jax.numpy_dtype_promotion("standard"):
        wanted = np.asarray(theirs(x, training=True))
    for moment in (np.mean, np.std, lambda a, axis: np.mean(a**3, axis)):
        np.testing.assert_allclose(moment(np.asarray(z), 0), moment(wanted, 0), atol=0.02)


def both_ways(name: str, merge: Any, **settings: Any) -> tuple[Any, Any]:
    ours, theirs = pair(name, {"units": 2, **settings})
    return layers.Bidirectional(ours, merge), keras.layers.Bidirectional(theirs, merge)


@pytest.mark.parametrize("merge", ["concat", "sum", "mul", "ave", None])
@pytest.mark.parametrize(("sequences", "mask"), [(False, None), (False, MASK), (True, MASK)])
def test_bidirectional(merge: Any, sequences: bool, mask: Any):
    both = both_ways("LSTM", merge, return_sequences=sequences)
    assert_equal(*both, numbers(STEPS), mask=mask)


@pytest.mark.parametrize("merge", ["concat", None])
def test_bidirectional_with_states(merge: Any):
    def call(run: Any, xs: Any) -> Any:
        return run(xs[0], initial_state=list(xs[1:]))

    both = both_ways("LSTM", merge, return_state=True, return_sequences=True)
    assert_equal(*both, numbers(STEPS, (2,), (2,), (2,), (2,)), call=call)
    assert_equal(*both_ways("GRU", merge, return_state=True), numbers(STEPS))


def test_bidirectional_with_a_backward_layer_of_its_own():
    ours = layers.Bidirectional(
        layers.LSTM(2), backward_layer=layers.LSTM(3, "relu", go_backwards=True)
    )
    theirs = keras.layers.Bidirectional(
        keras.layers.LSTM(2), backward_layer=keras.layers.LSTM(3, "relu", go_backwards=True)
    )
    assert_equal(ours, theirs, numbers(STEPS))


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    ("name", "settings", "shape"),
    [
        ("Dense", {"units": 2, "activation": "softmax"}, (5, 3)),
        ("Conv2D", {"filters": 2, "kernel_size": 2}, (2, 4, 3, 2)),
        ("Softmax", {"axis": 1}, (5, 3, 2)),
        ("LSTM", {"units": 2}, (2, 4, 3)),
    ],
)
def test_time_distributed(name: str, settings: Any, shape: Any, training: bool):
    ours, theirs = pair(name, settings)
    assert_equal(
        layers.TimeDistributed(ours), keras.layers.TimeDistributed(theirs), numbers(shape),
        training=training,
    )  # fmt: skip


def test_time_distributed_passes_masks_inside():
    ours, theirs = pair("LSTM", {"units": 2})
    mask = np.stack([MASK, ~MASK], axis=1)
    assert_equal(
        layers.TimeDistributed(ours), keras.layers.TimeDistributed(theirs), numbers((2, *STEPS)),
        mask=mask,
    )  # fmt: skip


def test_time_distributed_normalizes_step_by_step():
    ours, theirs = pair("BatchNormalization", {"momentum": 0.7})
    ours, theirs = layers.TimeDistributed(ours), keras.layers.TimeDistributed(theirs)
    assert_equal(ours, theirs, numbers(STEPS), training=True)
    params, state = values(ours, STEPS)
    (x,) = numbers(STEPS)
    theirs = keras.layers.TimeDistributed(keras.layers.BatchNormalization(momentum=0.7))
    theirs(x, training=True)
    _, after = ours.apply(params, state, x, key=KEY, training=True)
    for mine, wanted in zip(flatten(after).values(), theirs.non_trainable_variables, strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("masks", "causal"),
    [(None, False), ((FOR_QUERY, None), False), ((None, MASK), True), ((FOR_QUERY, MASK), False)],
)
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("Attention", {}),
        ("Attention", {"use_scale": True}),
        ("Attention", {"use_scale": True, "score_mode": "concat"}),
        ("AdditiveAttention", {}),
        ("AdditiveAttention", {"use_scale": False}),
    ],
)
def test_attention(name: str, settings: Any, masks: Any, causal: bool):
    ours = getattr(layers, name)(**settings, use_causal_mask=causal, return_attention_scores=causal)
    theirs = getattr(keras.layers, name)(**settings)

    def call(run: Any, xs: Any) -> Any:
        how: dict[str, Any] = {"use_causal_mask": causal, "return_attention_scores": causal}
        return run(list(xs), mask=None if masks is None else list(masks), **how)

    if masks is None:
        assert_equal(ours, theirs, numbers((4, 3), (5, 3)), call=call)
    else:
        inputs = numbers((4, 3), (5, 2), (5, 3))
        assert_equal(ours, theirs, inputs, mask=(*masks, None), call=call)


MULTI_HEAD = [
    ({}, {}, ((4, 3), (5, 2))),
    # Keras's fused way for {} wants value_dim = key_dim
    ({"value_dim": 4, "use_bias": False}, {"return_attention_scores": True},
     ((4, 3), (5, 2), (5, 6))),
    ({"use_gate": True, "output_shape": 5}, {"use_causal_mask": True}, ((4, 3), (5, 2))),
    ({"output_shape": (2, 3)}, {"return_attention_scores": True}, ((4, 3), (5, 2))),
    ({"sliding_window": 2}, {"return_attention_scores": True, "use_causal_mask": True},
     ((5, 3), (5, 3))),
    ({"attention_axes": 2}, {}, ((2, 4, 3), (2, 5, 3))),
    ({"attention_axes": (1, 2)}, {"return_attention_scores": True}, ((2, 4, 3), (2, 5, 3))),
    ({"attention_axes": -2}, {"return_attention_scores": True}, ((2, 4, 3), (2, 5, 3))),
]  # fmt: skip


def multi_head(settings: Any, asked: Any, **more: Any) -> tuple[Any, Any]:
    core = {"output_dims" if k == "output_shape" else k: v for k, v in settings.items()}
    return (
        layers.MultiHeadAttention(2, 3, **core, **asked, **more),
        keras.layers.MultiHeadAttention(2, 3, **settings),
    )


@pytest.mark.parametrize(("settings", "asked", "shapes"), MULTI_HEAD)
def test_multi_head_attention(settings: Any, asked: Any, shapes: Any):
    ours, theirs = multi_head(settings, asked)
    assert_equal(ours, theirs, numbers(*shapes), call=lambda run, xs: run(*xs, **asked))


@pytest.mark.parametrize("asked", [{}, {"use_causal_mask": True, "return_attention_scores": True}])
@pytest.mark.parametrize("masks", [(FOR_QUERY, None), (None, MASK), (FOR_QUERY, MASK)])
def test_multi_head_attention_minds_masks(masks: Any, asked: Any):
    ours, theirs = multi_head({}, asked)
    query, value = numbers((4, 3), (5, 2))
    params, _ = values(ours, ((4, 3), (5, 2)))
    theirs.build((None, 4, 3), (None, 5, 2))
    theirs.set_weights(list(flatten(params).values()))
    given = jax.tree.map(jnp.asarray, masks)
    a, _ = ours.apply(params, {}, (query, value), key=KEY, training=False, mask=given)
    kept = query + 0
    kept._keras_mask = masks[0]  # the only way in
    wanted = theirs(kept, value, value_mask=masks[1], **asked)
    for one, other in zip(jax.tree.leaves(a), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("heads", [(), (2,)])
@pytest.mark.parametrize("asked", [{}, {"use_causal_mask": True, "return_attention_scores": True}])
def test_multi_head_attention_takes_a_mask_as_input(asked: Any, heads: Any):
    ours, theirs = multi_head({}, asked, masked=True)
    query, value, drawn = numbers((4, 3), (5, 2), (*heads, 4, 5))
    who = (drawn > 0).astype(jnp.float32).at[..., 0].set(1)
    params, _ = values(ours, ((4, 3), (5, 2), who.shape[1:]))
    theirs.build((None, 4, 3), (None, 5, 2))
    theirs.set_weights(list(flatten(params).values()))
    given = (query, value, who)
    a, _ = ours.apply(params, {}, given, key=KEY, training=False, mask=None)
    wanted = theirs(query, value, attention_mask=np.asarray(who, bool), **asked)
    for one, other in zip(jax.tree.leaves(a), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("equation", "dims", "more", "shape"),
    [
        ("ab,bc->ac", 4, {"bias_axes": "c"}, (3,)),
        ("abc,cd->abd", (None, 4), {"bias_axes": "d", "activation": "softmax"}, (2, 3)),
        ("abc,cd->abd", (2, 4), {"bias_axes": "bd"}, (2, 3)),
        ("...x,xy->...y", 4, {"bias_axes": "y"}, (2, 5, 3)),
        ("...ab,bcd->...acd", (2, 2, 4), {"bias_axes": "ad"}, (5, 2, 3)),
        ("abc...,bcd->ad...", 4, {"bias_axes": "d"}, (2, 3, 5)),
        ("abc,bcd->ad", 4, {}, (2, 3)),
    ],
)
def test_einsum_dense(equation: str, dims: Any, more: Any, shape: Any):
    ours = layers.EinsumDense(equation, dims, **more)
    theirs = keras.layers.EinsumDense(equation, dims, **more)
    assert_equal(ours, theirs, numbers(shape))
    assert theirs(numbers(shape)[0]).shape[1:] == ours.output_shape(shape)


@pytest.mark.parametrize("equation", ["abc,cd->abd", "abc,dbc->ad", "abc,dcb->adb"])
@pytest.mark.parametrize("start", ["HeUniform", "GlorotNormal", "Orthogonal", "RandomNormal"])
def test_einsum_dense_starts_as_keras_does(equation: str, start: str):
    dims = (None, 6) if equation.endswith("abd") else (6, 2) if equation.endswith("adb") else 6
    theirs = keras.layers.EinsumDense(
        equation, dims, kernel_initializer=getattr(keras.initializers, start)(seed=3)
    )
    theirs.build((None, 2, 3))
    start_ours = {"class_name": start, "config": {"seed": 3}}
    ours = layers.EinsumDense.from_config(
        {"equation": equation, "output_dims": dims, "kernel_initializer": start_ours}
    )
    kernel = ours.init(KEY, (2, 3))[0]["kernel"]
    np.testing.assert_allclose(kernel, theirs.kernel, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    ("name", "settings", "shape"),
    [
        ("Dense", {"units": 4, "activation": "tanh"}, (3,)),
        ("Conv2D", {"filters": 2, "kernel_size": 2}, (4, 3, 2)),
    ],
)
@pytest.mark.parametrize("times", [1, 3])
def test_spectral_normalization(name: str, settings: Any, shape: Any, times: int, training: bool):
    ours, theirs = pair(name, settings)
    ours = layers.SpectralNormalization(ours, times)
    theirs = keras.layers.SpectralNormalization(theirs, times)
    (x,) = numbers(shape)
    theirs(x)
    _, state = ours.init(KEY, shape)
    theirs.vector_u.assign(state["vector_u"])
    assert_equal(ours, theirs, [x], training=training, call=lambda run, xs: run(xs[0]))
    params, _ = values(ours, shape)
    _, after = ours.apply(params, state, x, key=KEY, training=training)
    trained = list(flatten(params).values())
    with jax.numpy_dtype_promotion("standard"):
        _, (wanted,) = theirs.stateless_call(trained, [state["vector_u"]], x, training=training)
    np.testing.assert_allclose(after["vector_u"], wanted, rtol=1e-5, atol=1e-6)
