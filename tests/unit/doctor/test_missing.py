"""Missing numbers are found where they are."""

import numpy as np
from data_charts import chart_of, findings, found

from pellucid.doctor.missing import missing_numbers
from pellucid.functions.losses import Loss


class Masked(Loss):
    """A loss that knows of gaps."""

    def cost(self, y, a):
        return y


def test_a_gap_is_found_with_its_row_and_column():
    x = np.zeros((9000, 3), np.float32)
    x[4500, 2], x[8000, 0] = np.nan, np.inf
    finding = findings(missing_numbers, chart_of(x, np.zeros(9000)))[0]
    assert (finding.check, finding.severity) == ("nan_in_data", "error")
    assert finding.rows == (4500, 8000) and finding.value == 2
    assert "row 4500, column 2" in finding.evidence


def test_targets_and_held_out_rows_are_looked_at_too():
    x, y = np.zeros((4, 2)), np.array([0, np.nan, 0, 1])
    assert found(missing_numbers, chart_of(x, y)) == [("nan_in_data", "error")]
    chart = chart_of(x, np.zeros(4), held_out=(x, y))
    assert found(missing_numbers, chart) == [("nan_in_data", "warning")]


def test_whole_numbers_and_whole_data_have_no_gap():
    assert not found(missing_numbers, chart_of(np.zeros((4, 2), int), np.zeros(4)))


def test_a_loss_of_ones_own_may_know_of_gaps():
    chart = chart_of(np.zeros((3, 1)), np.array([0, np.nan, 1]), Masked())
    assert found(missing_numbers, chart) == [("nan_in_data", "warning")]
