"""What every optimizer promises."""

from dataclasses import fields, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_optimizers import CASES

import pellucid.optimizers as names
from pellucid.optimizers import OPTIMIZERS, Ftrl, Optimizer
from pellucid.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value

SHARED = {field.name for field in fields(Optimizer)}


def random_tree(seed):
    draw = np.random.default_rng(seed).normal
    return {
        "first": {"kernel": jnp.asarray(draw(size=(4, 3)), "float32")},
        "second": {"bias": jnp.asarray(draw(size=3), "float32")},
    }


def without_decay(optimizer):
    """Return the optimizer with every setting of weight decay at 0."""
    settings = [f.name for f in fields(optimizer) if f.name.endswith("weight_decay")]
    return replace(optimizer, **dict.fromkeys(settings, 0.0))


def kinds(tree):
    return jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype, leaf.weak_type), tree)


@pytest.fixture(params=sorted(OPTIMIZERS))
def optimizer(request):
    return CASES[request.param]


def test_every_setting_of_its_own_is_exercised(optimizer):
    for setting in fields(optimizer):
        if setting.name not in SHARED:
            assert getattr(optimizer, setting.name) != setting.default, setting.name


def test_config_gives_it_back(optimizer):
    assert type(optimizer).from_config(optimizer.to_config()) == optimizer
    assert eval(repr(optimizer), vars(names)) == optimizer
    assert hash(eval(repr(optimizer), vars(names))) == hash(optimizer)


def test_memory_keeps_its_structure_and_strong_dtypes(optimizer):
    params, rate = random_tree(0), jnp.float32(0.1)
    before = optimizer.init(params)
    updates, after = optimizer.update(random_tree(1), before, params, rate)
    assert kinds(before) == kinds(after)
    assert kinds(updates) == kinds(params)
    assert {(str(d), weak) for _, d, weak in jax.tree.leaves(kinds(before), is_leaf=is_kind)} <= {
        ("float32", False),
        ("int32", False),
    }


def is_kind(node):
    return isinstance(node, tuple) and len(node) == 3 and isinstance(node[2], bool)


def test_bfloat16_parameters_have_float32_memory(optimizer):
    exact, rate = random_tree(0), jnp.float32(0.1)
    params = jax.tree.map(lambda p: p.astype("bfloat16"), exact)
    grads = jax.tree.map(lambda p: p.astype("bfloat16"), random_tree(1))
    memory = optimizer.init(params)
    assert kinds(memory) == kinds(optimizer.init(exact))
    updates, after = optimizer.update(grads, memory, params, rate)
    assert kinds(updates) == kinds(params)
    assert kinds(after) == kinds(memory)


def test_compiled_and_plain_agree(optimizer):
    params, rate = random_tree(0), jnp.float32(0.1)
    plain, quick = optimizer.init(params), jax.jit(optimizer.init)(params)
    compiled = jax.jit(optimizer.update)
    for seed in range(1, 4):
        grads = random_tree(seed)
        plain_updates, plain = optimizer.update(grads, plain, params, rate)
        quick_updates, quick = compiled(grads, quick, params, rate)
        # fused multiply-adds round once where plain operations round twice
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-5, 1e-7), plain, quick)
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(a, b, 1e-5, 1e-7), plain_updates, quick_updates
        )
    assert compiled._cache_size() == 1


def test_nothing_moves_without_a_gradient_or_decay(optimizer):
    if isinstance(optimizer, Ftrl):
        return  # whose weights are made of gradients, from the first step on
    still = without_decay(optimizer)
    params = random_tree(0)
    zeros = jax.tree.map(jnp.zeros_like, params)
    updates, _ = still.update(zeros, still.init(params), params, jnp.float32(0.1))
    assert all(not np.any(update) for update in jax.tree.leaves(updates))


def test_nothing_moves_at_a_learning_rate_of_zero(optimizer):
    params = random_tree(0)
    updates, _ = optimizer.update(random_tree(1), optimizer.init(params), params, jnp.float32(0))
    assert all(not np.any(update) for update in jax.tree.leaves(updates))


def test_weight_decay_comes_before_the_step(optimizer):
    decaying = replace(optimizer, weight_decay=0.5)
    params, grads, rate = random_tree(0), random_tree(1), jnp.float32(0.1)
    memory = decaying.init(params)
    updates, _ = decaying.update(grads, memory, params, rate)
    lost = decaying.decay(params, rate)
    np.testing.assert_allclose(lost["first"]["kernel"], -0.05 * params["first"]["kernel"], 1e-6)
    shrunk = jax.tree.map(jnp.add, params, lost)
    steps, _ = without_decay(decaying).update(grads, memory, shrunk, rate)
    expected = jax.tree.map(jnp.add, lost, steps)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-5, 1e-6), updates, expected)


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        ("clipnorm", clip_by_norm),
        ("clipvalue", clip_by_value),
        ("global_clipnorm", clip_by_global_norm),
    ],
)
def test_clipping_comes_before_everything_else(optimizer, name, clip):
    params, grads, rate = random_tree(0), random_tree(1), jnp.float32(0.1)
    clipped = replace(optimizer, **{name: 0.3})
    updates, memory = clipped.update(grads, clipped.init(params), params, rate)
    by_hand = clip(grads, 0.3)
    assert max(float(jnp.abs(g).max()) for g in jax.tree.leaves(by_hand)) <= 0.3 + 1e-6
    expected = optimizer.update(by_hand, optimizer.init(params), params, rate)
    jax.tree.map(np.testing.assert_array_equal, (updates, memory), expected)


def test_accumulated_gradients_make_one_step_of_their_mean(optimizer):
    params, rate = random_tree(0), jnp.float32(0.01)
    patient = replace(optimizer, gradient_accumulation_steps=3)
    memory, update = patient.init(params), jax.jit(patient.update)
    for seed in (1, 2):
        updates, memory = update(random_tree(seed), memory, params, rate)
        assert not any(np.any(leaf) for leaf in jax.tree.leaves(updates))
    updates, memory = update(random_tree(3), memory, params, rate)
    total = jax.tree.map(lambda *parts: sum(parts) / 3, *map(random_tree, (1, 2, 3)))
    expected, own = optimizer.update(total, optimizer.init(params), params, rate)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-4, 1e-6), updates, expected)
    assert int(memory["iteration"]) == 3
    assert memory.get("step", 1) == own.get("step", 1) == 1
    assert not any(np.any(leaf) for leaf in jax.tree.leaves(memory["gradient_accumulator"]))
    assert update._cache_size() == 1


def test_averages_of_weights_are_what_training_ends_with(optimizer):
    params, rate = random_tree(0), jnp.float32(0.1)
    averaging = replace(optimizer, use_ema=True, ema_momentum=0.25)
    memory = averaging.init(params)
    jax.tree.map(np.testing.assert_array_equal, averaging.finalized(memory, params), params)
    seen = []
    for seed in (1, 2):
        updates, memory = averaging.update(random_tree(seed), memory, params, rate)
        params = jax.tree.map(jnp.add, params, updates)
        seen.append(params)
    expected = jax.tree.map(lambda first, second: 0.25 * first + 0.75 * second, *seen)
    ends = averaging.finalized(memory, params)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-5, 1e-6), ends, expected)
    assert optimizer.finalized(memory, params) is params


def test_every_array_has_its_place_in_a_file(optimizer):
    whole = replace(optimizer, use_ema=True, gradient_accumulation_steps=2)
    params = random_tree(0)
    memory, paths = whole.init(params), [("second", "bias"), ("first", "kernel")]
    places = whole.places(memory, paths)
    assert places[:2] == (("average", "second", "bias"), ("average", "first", "kernel"))
    counts = {(name,) for name in ("step", "iteration") if name in memory}
    there = {
        tuple(key.key for key in path) for path, _ in jax.tree_util.tree_leaves_with_path(memory)
    }
    assert set(places) == there - counts
    assert len(set(places)) == len(places)


def test_it_goes_down_a_bowl(optimizer):
    down = without_decay(optimizer)  # decay would move the lowest point
    lowest, rate = random_tree(2), jnp.float32(down.learning_rate)
    curvature = {"first": {"kernel": 3.0}, "second": {"bias": 0.5}}

    def step(carry, _):
        params, memory = carry
        grads = jax.tree.map(lambda c, p, low: c * (p - low), curvature, params, lowest)
        updates, memory = down.update(grads, memory, params, rate)
        return (jax.tree.map(jnp.add, params, updates), memory), None

    start = random_tree(0)
    (end, _), _ = jax.lax.scan(step, (start, down.init(start)), length=800)
    furthest = jax.tree.map(lambda p, low: float(jnp.abs(p - low).max()), end, lowest)
    assert max(jax.tree.leaves(furthest)) < 0.03, furthest
