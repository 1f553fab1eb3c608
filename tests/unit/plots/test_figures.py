"""A figure becomes the same bytes each time, in any surroundings, with any names."""

import base64
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from pellucid.plots.classification import balance, confusion
from pellucid.plots.figures import data_uri, to_png, to_svg
from pellucid.plots.history import curves
from pellucid.plots.style import DARK, INK, label

HOSTILE = ["<script>alert(1)</script>", "$\\frac", "_hidden", 'a"b&c', "a\x00b\ud800", "\u72ac"]


def make():
    return curves({"loss": [1.0, 0.4], "val_loss": [1.0, 0.6]})


def test_the_same_data_give_the_same_bytes():
    assert to_svg(make()) == to_svg(make())
    assert to_png(make()) == to_png(make())


def test_the_users_own_matplotlib_settings_change_nothing():
    expected = to_svg(make())
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": "other"}):
        assert to_svg(make()) == expected


def test_an_svg_has_no_date_no_script_and_no_link_outside():
    root = ElementTree.fromstring(to_svg(make()))
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not kinds & {"script", "foreignObject", "date", "a"}
    links = [v for e in root.iter() for k, v in e.attrib.items() if k.endswith("href")]
    assert all(link.startswith(("#", "data:image/png")) for link in links)


def test_an_svg_has_a_rule_for_dark_screens_that_meets_its_ink():
    svg = to_svg(make())
    assert f'[style*="fill: {INK}"]{{fill:{DARK[INK]} !important}}' in svg
    assert f"fill: {INK}" in svg.split("</style>", 1)[1]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_can_stand_in_a_figure(name):
    names = [name, "other"]
    for figure in (confusion_of(names), balance({name: [1, 2]}, names), curves({name: [1.0]})):
        svg = to_svg(figure)
        ElementTree.fromstring(svg)
        assert "<script" not in svg
        assert to_png(figure).startswith(b"\x89PNG")


def confusion_of(names):
    import numpy as np

    return confusion(np.eye(len(names), dtype=int), names)


def test_text_stays_text():
    words = "".join(ElementTree.fromstring(to_svg(make())).itertext())
    assert "validation" in words


def test_a_figure_shows_itself_in_a_notebook():
    figure = make()
    assert figure._repr_svg_() == to_svg(figure)


def test_a_data_uri_holds_the_picture():
    assert (
        base64.b64decode(data_uri(b"\x89PNG").removeprefix("data:image/png;base64,")) == b"\x89PNG"
    )
    kind, _, code = data_uri("<svg/>").partition(",")
    assert (kind, base64.b64decode(code)) == ("data:image/svg+xml;base64", b"<svg/>")


def test_names_are_cut_in_the_middle_and_kept_printable():
    assert label("short") == "short"
    assert label("abcdefghij", 7) == "abcd\u2026ij"
    assert label("_x") == " _x"
    assert label("a\nb\x00") == "a\ufffdb\ufffd"


def test_importing_plots_imports_neither_jax_nor_matplotlib():
    modules = "activations boundary classification drawing history images mistakes neurons page"
    imports = "; ".join(f"import pellucid.plots.{name}" for name in modules.split())
    check = "import sys; print(*sorted({'jax', 'matplotlib'} & set(sys.modules)))"
    run = [sys.executable, "-c", f"{imports}; {check}"]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip() == ""
