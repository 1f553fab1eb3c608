"""Confident learning: by hand, and on labels that were changed on purpose."""

import numpy as np
import pytest

from pellucid.functions.confidence import contradicted


def test_six_rows_by_hand():
    p = np.array([[0.9, 0.1], [0.7, 0.3], [0.1, 0.9], [0.2, 0.8], [0.4, 0.6], [0.95, 0.05]])
    found = contradicted(np.array([0, 0, 0, 1, 1, 1]), p)
    # t_0 = (0.9 + 0.7 + 0.1) / 3, t_1 = (0.8 + 0.6 + 0.05) / 3
    assert found.thresholds == pytest.approx([1.7 / 3, 1.45 / 3])
    assert found.rows.tolist() == [5, 2]  # by margins of 0.9 and 0.8
    assert found.instead.tolist() == [0, 1]


def test_doubt_alone_contradicts_nothing():
    p = np.full((4, 3), 1 / 3)
    assert not len(contradicted(np.array([0, 1, 2, 0]), p).rows)


def test_a_class_without_rows_is_never_fitter():
    p = np.array([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])
    assert not len(contradicted(np.array([0, 0, 1]), p).rows)


def test_labels_changed_are_found():
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, 600)
    p = random.dirichlet([1, 1, 1], 600) * 0.1 + 0.9 * np.eye(3)[truth]
    labels, changed = truth.copy(), random.choice(600, 30, replace=False)
    labels[changed] = (truth[changed] + 1) % 3
    found = contradicted(labels, p)
    assert set(found.rows) <= set(changed) and len(found.rows) >= 25
    assert found.instead.tolist() == truth[found.rows].tolist()
