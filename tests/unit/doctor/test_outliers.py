"""Values far from all others."""

import numpy as np
from data_charts import chart_of, findings, found

from pellucid.doctor.outliers import far_inputs, far_targets

RANDOM = np.random.default_rng(5)
X, Y = RANDOM.standard_normal((500, 3)), RANDOM.standard_normal(500)


def test_far_targets_are_named():
    y = Y.copy()
    y[[7, 70]] = 100, -300
    finding = findings(far_targets, chart_of(X, y))[0]
    assert (finding.check, finding.severity) == ("outliers", "warning")
    assert finding.rows == (70, 7) and finding.value == 2 / 500


def test_a_loss_that_minds_them_less():
    y = np.where(np.arange(500) < 5, 1000, Y)
    assert found(far_targets, chart_of(X, y, "mae")) == [("outliers", "advice")]


def test_honest_targets():
    assert not found(far_targets, chart_of(X, Y))
    assert not found(far_targets, chart_of(X, np.exp(Y)))
    assert not found(far_targets, chart_of(X, np.where(np.arange(500) < 20, 5.0, 0.0)))
    assert not found(far_targets, chart_of(X[:5], np.array([0.5, 1, 0.4, 5, 1e4])))


def test_codes_among_the_inputs():
    x = X.copy()
    x[:9, 1] = 999
    finding = findings(far_inputs, chart_of(x, Y))[0]
    assert finding.severity == "advice" and finding.rows == tuple(range(9))
    assert "column 1" in finding.evidence
    assert not found(far_inputs, chart_of(X, Y))
    sparse = (RANDOM.random((500, 3)) < 0.05).astype(float)
    assert not found(far_inputs, chart_of(sparse, Y))
