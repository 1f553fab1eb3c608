"""The shells: RBM and stacks of them, as a user meets them."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import ConfigError, DataError, FileError, ShapeError, StateError
from pellucid.layers import Dense, Dropout, Flatten

RANDOM = np.random.default_rng(0)
PATTERNS = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], np.float32)
X = PATTERNS[RANDOM.integers(0, 2, 200)]
X[RANDOM.random(X.shape) < 0.05] = 0.5


@pytest.fixture(scope="module")
def stack():
    return pc.pretrain([5, 3], X, epochs=3, validation_data=X[:40], verbose=0)


def test_it_learns_what_is_usual():
    rbm = pc.RBM(4, seed=1)
    history = rbm.fit(X, epochs=40, batch_size=20, validation_data=X[:50], verbose=0)
    assert list(history) == [
        "reconstruction_error",
        "pseudo_likelihood",
        "free_energy_gap",
        "val_reconstruction_error",
        "val_pseudo_likelihood",
    ]
    assert history["reconstruction_error"][-1] < 0.1 * np.var(X)
    assert history["pseudo_likelihood"][-1] > history["pseudo_likelihood"][0]
    strange = np.array([[1, 0, 1, 0, 1, 0]], np.float32)
    assert rbm.free_energy(strange) > rbm.free_energy(PATTERNS).max() + 1
    assert rbm.score_samples(np.repeat(strange, 20, 0)).mean() < rbm.score_samples(X).mean()
    np.testing.assert_array_equal(rbm.reconstruct(PATTERNS).round(), PATTERNS)


def test_samples_are_what_it_learnt():
    rbm = pc.RBM(4, persistent=True, learning_rate=0.02, seed=1)
    rbm.fit(X.round(), epochs=60, batch_size=20, verbose=0)
    drawn = rbm.sample(500, 200)
    assert set(np.unique(drawn)) == {0.0, 1.0}
    near = np.abs(drawn[:, None] - PATTERNS[None]).sum(2).min(1)
    assert np.mean(near <= 1) > 0.7  # of all 64 states, 14 are as near
    np.testing.assert_array_equal(drawn, rbm.sample(500, 200))
    assert (drawn != rbm.sample(500, 200, seed=1)).any()
    kept = rbm.sample(4, 0, start=X[:2])
    assert kept.shape == (4, 6)


@pytest.mark.parametrize("persistent", [False, True])
def test_going_on_is_the_same_as_not_stopping(persistent, tmp_path):
    whole = pc.RBM(4, persistent=persistent, k=2, sparsity=0.3, seed=2**40 + 5)
    whole.fit(X, epochs=5, batch_size=16, verbose=0)
    parts = pc.RBM(4, persistent=persistent, k=2, sparsity=0.3, seed=2**40 + 5)
    parts.fit(X, epochs=2, batch_size=16, verbose=0)
    parts.save(tmp_path / "rbm.safetensors")
    resumed = pc.RBM.load(tmp_path / "rbm.safetensors")
    assert (resumed.machine, resumed.method, resumed.seed) == (
        whole.machine,
        whole.method,
        2**40 + 5,
    )
    history = resumed.fit(X, epochs=3, batch_size=16, verbose=0)
    assert history.epochs == [3, 4, 5]
    for name, array in whole.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], array)


def test_looking_changes_nothing():
    looked, left = (pc.RBM(3, seed=4) for _ in range(2))
    for rbm in (looked, left):
        rbm.fit(X, epochs=1, verbose=0)
    looked.sample(3, 5), looked.score_samples(X), looked.transform(X), looked.reconstruct(X)
    for rbm in (looked, left):
        rbm.fit(X, epochs=1, verbose=0)
    np.testing.assert_array_equal(looked.weights["kernel"], left.weights["kernel"])


def test_gaussian_units_learn_two_clouds():
    centres = np.array([[1, 1, -1], [-1, -1, 1]], np.float32)
    x = centres[RANDOM.integers(0, 2, 400)] + 0.3 * RANDOM.normal(size=(400, 3)).astype(np.float32)
    rbm = pc.RBM(2, "gaussian", learning_rate=0.005, weight_decay=0.0, seed=3)
    history = rbm.fit(x, epochs=60, batch_size=20, verbose=0)
    assert list(history) == ["reconstruction_error"]
    assert history["reconstruction_error"][-1] < 0.3 < 0.8 * history["reconstruction_error"][0]
    np.testing.assert_array_equal(np.sign(rbm.reconstruct(centres)), centres)
    with pytest.raises(ConfigError, match="free_energy"):
        rbm.score_samples(x)


def test_numbers_that_grow_without_bound_end_the_fit():
    rbm = pc.RBM(20, "gaussian", learning_rate=50.0)
    history = rbm.fit(RANDOM.normal(size=(50, 10)), epochs=200, batch_size=10, verbose=0)
    assert len(history.epochs) < 200
    assert "smaller learning rate" in history.stopped_because


def test_pictures_keep_their_shape():
    pictures = X.reshape(-1, 2, 3, 1)
    rbm = pc.RBM(4)
    rbm.fit(pictures, epochs=1, verbose=0)
    assert rbm.reconstruct(pictures).shape == pictures.shape
    assert rbm.sample(2, 3).shape == (2, 2, 3, 1)
    assert rbm.transform(pictures).shape == (200, 4)
    with pytest.raises(ShapeError, match=r"\(2, 3, 1\)"):
        rbm.transform(X)
    assert len(rbm.plot_filters().axes) == 4 + 1  # a picture for each unit, and the scale


def test_rows_that_are_no_pictures_have_no_filters():
    rbm = pc.RBM(4)
    rbm.fit(X, epochs=1, verbose=0)
    with pytest.raises(ShapeError, match="not pictures"):
        rbm.plot_filters()


def test_refusals(tmp_path):
    with pytest.raises(StateError, match="fit"):
        pc.RBM(3).transform(X)
    with pytest.raises(DataError, match="row 1, column 2"):
        pc.RBM(3).fit([[0, 0, 1], [0, 1, 255]])
    with pytest.raises(DataError, match="no rows"):
        pc.RBM(3).fit(np.zeros((0, 3)))
    with pytest.raises(ConfigError, match="batch_size"):
        pc.RBM(3).fit(X, batch_size=0)
    with pytest.raises(ConfigError, match="learning_rate"):
        pc.RBM(3, learning_rate=0)
    (tmp_path / "noise").write_bytes(RANDOM.bytes(100))
    for name in ("noise", "nothing"):
        with pytest.raises(FileError, match="saved Boltzmann machine"):
            pc.RBM.load(tmp_path / name)


def test_a_file_whose_arrays_do_not_fit_is_refused(tmp_path):
    rbm = pc.RBM(4)
    rbm.fit(X, epochs=1, verbose=0)
    rbm.machine = type(rbm.machine)(5)
    rbm.save(tmp_path / "wrong")
    with pytest.raises(FileError, match="shape"):
        pc.RBM.load(tmp_path / "wrong")


def test_a_stack_unrolls_into_a_network_with_its_features(stack):
    assert len(stack.histories) == len(stack.machines) == 2
    assert "free_energy_gap" in stack.histories[1]
    network = stack.unroll(2)
    signals = network.network
    assert [node.name for node in signals.nodes] == ["hidden_1", "hidden_2", "output"]
    bottom, top = stack.machines
    np.testing.assert_allclose(stack.transform(X), top.transform(bottom.transform(X)))
    network.compile("sgd", "sparse_categorical_crossentropy")
    a = network.inspect(X[:7], np.zeros(7, int))["a"]["hidden_2"]
    np.testing.assert_allclose(a, stack.transform(X[:7]), atol=1e-6)
    start = network.weights["hidden_1/kernel"]
    network.fit(X, X[:, 0].astype(int), epochs=1, verbose=0)
    assert (network.weights["hidden_1/kernel"] != start).any()
    assert (bottom.weights["kernel"] == start).all()


def test_the_autoencoder_goes_up_and_down(stack):
    bottom, top = stack.machines
    h = 1 / (
        1 + np.exp(-(stack.transform(X) @ top.weights["kernel"].T + top.weights["visible_bias"]))
    )
    v = 1 / (1 + np.exp(-(h @ bottom.weights["kernel"].T + bottom.weights["visible_bias"])))
    np.testing.assert_allclose(stack.autoencoder().predict(X), v, atol=1e-5)
    np.testing.assert_allclose(stack.reconstruct(X), v, atol=1e-5)


def test_a_gaussian_floor_has_a_linear_way_out():
    x = RANDOM.normal(size=(60, 4))
    stack = pc.pretrain([3, 2], x, visible="gaussian", learning_rate=0.001, epochs=2, verbose=0)
    assert [machine.machine.visible for machine in stack.machines] == ["gaussian", "bernoulli"]
    assert stack.autoencoder().network["reconstruction"].layer.activation == "linear"


def test_a_model_at_hand_is_pretrained_but_for_its_output():
    pictures = X.reshape(-1, 2, 3, 1)
    layers = [pc.Input((2, 3, 1)), Flatten(), Dense(5, "sigmoid"), Dense(3, "sigmoid")]
    model = pc.Sequential([*layers, Dense(1, "sigmoid")])
    before = model.weights
    stack = pc.pretrain(model, pictures, epochs=2, verbose=0)
    assert [machine.machine.units for machine in stack.machines] == [5, 3]
    after = model.weights
    np.testing.assert_array_equal(after["dense/kernel"], stack.machines[0].weights["kernel"])
    np.testing.assert_array_equal(after["dense_1/bias"], stack.machines[1].weights["bias"])
    np.testing.assert_array_equal(after["dense_2/kernel"], before["dense_2/kernel"])


def test_machines_of_one_s_own():
    stack = pc.pretrain([pc.RBM(4, k=3), 2], X, epochs=1, learning_rate=0.01, verbose=0)
    assert [machine.method.k for machine in stack.machines] == [3, 1]
    assert stack.machines[1].method.learning_rate == 0.01


def test_what_cannot_be_pretrained():
    with pytest.raises(ConfigError, match="no layer to pretrain"):
        pc.pretrain([], X)
    relu = pc.Sequential([pc.Input((6,)), Dense(4, "relu"), Dense(2, "softmax")])
    with pytest.raises(ConfigError, match="does not begin with a layer"):
        pc.pretrain(relu, X)
    only = pc.Sequential([pc.Input((6,)), Dense(1, "sigmoid")])
    with pytest.raises(ConfigError, match="does not begin with a layer"):
        pc.pretrain(only, X)
    other = pc.Sequential([pc.Input((5,)), Dense(4, "sigmoid"), Dropout(0.5), Dense(2)])
    with pytest.raises(ShapeError, match="5 numbers a row"):
        pc.pretrain(other, X)
