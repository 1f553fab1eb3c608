"""The page of activation functions shows each function and its slope."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import ConfigError


def test_each_function_has_a_panel_with_its_slope():
    figure = pc.plot_activation_functions(["sigmoid", "relu"], low=-2.0, high=2.0)
    first, second = figure.axes
    a, slope = first.lines[-2:]
    z = a.get_xdata()
    np.testing.assert_allclose(a.get_ydata(), 1 / (1 + np.exp(-z)), atol=1e-6)
    np.testing.assert_allclose(slope.get_ydata(), a.get_ydata() * (1 - a.get_ydata()), atol=1e-6)
    assert second.get_title(loc="left") == "relu"


def test_one_name_has_its_own_page_and_any_spelling_is_understood():
    titles = [ax.get_title(loc="left") for ax in pc.plot_activation_functions("logistic").axes]
    assert titles == ["a = 1 / (1 + exp(-z))", "slope: a (1 - a)"]


def test_an_unknown_function_is_refused():
    with pytest.raises(ConfigError, match="did you mean 'relu'"):
        pc.plot_activation_functions(["rel"])
