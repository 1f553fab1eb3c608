"""Universal approximation: judged by hand, falling with the width, refused in plain words."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import ConfigError, DataError


def test_wider_networks_come_nearer_and_the_errors_are_those_of_the_lines():
    found = pc.approximate("sine", widths=[1, 8], epochs=2000)
    np.testing.assert_allclose(found.truth, np.sin(np.pi * found.along))
    for fit in found.fits:
        assert fit.error == pytest.approx(np.sqrt(np.mean((fit.line - found.truth) ** 2)))
        assert fit.worst == pytest.approx(np.abs(fit.line - found.truth).max())
        assert fit.parameters == 3 * fit.width + 1
    assert found.errors[8] < found.errors[1] / 3
    assert not set(found.along) & set(found.x)
    assert str(found).splitlines()[2].split()[:2] == ["8", "25"]


def test_the_picture_has_a_panel_a_width_and_one_of_errors():
    found = pc.approximate(np.abs, widths=[2, 3], low=0.0, high=2.0, rows=20, epochs=5)
    *panels, errors = found.plot().axes
    assert [panel.lines[-1].get_ydata().tolist() for panel in panels] == [
        fit.line.tolist() for fit in found.fits
    ]
    assert errors.lines[0].get_ydata().tolist() == list(found.errors.values())


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: pc.approximate("sin"), ConfigError, "did you mean 'sine'"),
        (lambda: pc.approximate(widths=[]), ConfigError, "nothing to approximate"),
        (lambda: pc.approximate(low=1.0, high=1.0), ConfigError, "low < high"),
        (lambda: pc.approximate(lambda x: 1.0), DataError, "one finite number for each x"),
        (lambda: pc.approximate(lambda x: np.full(x.shape, np.nan)), DataError, "finite"),
    ],
)
def test_what_cannot_be_approximated_is_refused(ask, error, words):
    with pytest.raises(error, match=words):
        ask()
