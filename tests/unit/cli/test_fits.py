"""The table of fits after a script."""

from pellucid.cli.fits import table_of
from pellucid.keras.engine.training.fits import FitReport


def fit(line, epochs=3, seconds=0.5, why="", **values):
    return FitReport("model", epochs, seconds, values, why, line)


def test_no_fit_no_table():
    assert table_of([]) == []


def test_held_out_figures_come_before_others():
    head, row = table_of([fit(4, loss=0.5, val_loss=0.25, val_accuracy=0.9)])
    assert head == "1 fit:"
    assert row == "  line 4  model  3 epochs  0.50 s  val_loss 0.25  val_accuracy 0.9"


def test_fits_of_one_line_are_one_row():
    fits = [fit(4, epochs=e, loss=value) for e, value in ((3, 1.0), (5, 3.0))]
    _, row = table_of(fits)
    assert row == "  line 4  2 fits  3-5 epochs  1.00 s  loss 2 ± 1.4"


def test_why_it_stopped_is_told_and_columns_stand_below_each_other():
    first, second = table_of([fit(4, loss=1.0), fit(12, epochs=1, why="no better loss", loss=2)])[
        1:
    ]
    assert second.endswith("loss 2  (no better loss)")
    assert "1 epoch " in second
    assert first.index("model") == second.index("model")


def test_fits_from_nowhere_stay_apart():
    assert len(table_of([fit(None, loss=1.0), fit(None, loss=2.0)])) == 3
