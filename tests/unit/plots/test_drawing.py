"""The drawing of a network: well formed, deterministic, complete, and nothing overlaps."""

from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.network.summary import Row
from pellucid.plots.drawing import BOX_HEIGHT, BOX_WIDTH, INPUT, OUTPUT, SHARED, Node, network
from pellucid.plots.layering import place
from pellucid.plots.neurons import FIRST, LAST, neurons

SVG = "{http://www.w3.org/2000/svg}"
CHAIN = [
    Node("hidden", "Dense", "relu", ("x",), (128,), 100480),
    Node("frozen", "Dense", None, ("hidden",), (64,), 8256, trainable=False),
    Node("out", "Dense", "softmax", ("frozen",), (10,), 650),
]
GRAPH = [
    Node("stem", "Conv2D", "relu", ("image",), (8, 8, 4), 112),
    Node("deep", "Conv2D", "relu", ("stem",), (8, 8, 4), 148),
    Node("sum", "Add", None, ("stem", "deep"), (8, 8, 4), 0),
    Node("pool", "GlobalAveragePooling2D", None, ("sum",), (4,), 0),
    Node("code", "Dense", "relu", ("table",), (4,), 20),
    Node("code_1", "Dense", "relu", ("table",), (4,), 0, True, "code"),
    Node("join", "Concatenate", None, ("pool", "code", "code_1"), (12,), 0),
    Node("class", "Dense", "softmax", ("join",), (3,), 39),
    Node("price", "Dense", None, ("join",), (1,), 13),
]
GRAPH_INPUTS = {"image": (8, 8, 3), "table": (4,)}


def boxes(svg):
    """The frame of each box by the name in its tooltip."""
    found = {}
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        title, frame = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        if title is not None and frame is not None:
            found[title.text.partition(":")[0]] = frame
    return found


def corner(frame):
    return float(frame.get("x")), float(frame.get("y"))


def arrows(svg):
    return list(ElementTree.fromstring(svg).iter(f"{SVG}polygon"))


def test_a_chain_goes_from_left_to_right_in_one_row():
    drawn = boxes(network({"x": (784,)}, CHAIN))
    corners = [corner(drawn[name]) for name in ("x", "hidden", "frozen", "out")]
    assert corners == sorted(corners)
    assert len({y for _, y in corners}) == 1


def test_a_row_of_a_networks_summary_can_be_drawn():
    assert Node._fields == Row._fields


def test_a_box_says_name_kind_activation_shape_and_parameters():
    words = " ".join(ElementTree.fromstring(network({"x": (784,)}, CHAIN)).itertext())
    for part in ("hidden", "Dense · relu", "784", "128", "100,480 parameters"):
        assert part in words


def test_a_long_chain_stays_within_a_report_column():
    names = ["x", *(f"dense_{i}" for i in range(30))]
    nodes = [Node(b, "Dense", None, (a,), (4,), 20) for a, b in pairwise(names)]
    svg = network({"x": (4,)}, nodes)
    assert float(ElementTree.fromstring(svg).get("width")) <= 760
    assert len(boxes(svg)) == 31
    assert len(arrows(svg)) == 30


def test_inputs_outputs_shared_and_frozen_layers_look_different():
    drawn = boxes(network(GRAPH_INPUTS, GRAPH))
    edges = {name: frame.get("class").split()[1] for name, frame in drawn.items()}
    assert {name for name, edge in edges.items() if edge == INPUT} == {"image", "table"}
    assert {name for name, edge in edges.items() if edge == OUTPUT} == {"class", "price"}
    assert {name for name, edge in edges.items() if edge == SHARED} == {"code", "code_1"}
    dashed = boxes(network({"x": (784,)}, CHAIN))
    assert [n for n, frame in dashed.items() if frame.get("stroke-dasharray")] == ["frozen"]


def test_given_outputs_are_marked_even_where_others_read_them():
    drawn = boxes(network({"x": (784,)}, CHAIN, outputs=("hidden",)))
    assert OUTPUT in drawn["hidden"].get("class")
    assert OUTPUT not in drawn["out"].get("class")


def test_a_graph_has_an_arrow_for_each_read_and_no_box_over_another():
    svg = network(GRAPH_INPUTS, GRAPH)
    assert len(arrows(svg)) == sum(len(node.inputs) for node in GRAPH)
    for one, other in combinations(map(corner, boxes(svg).values()), 2):
        apart = abs(one[0] - other[0]) >= BOX_WIDTH or abs(one[1] - other[1]) >= BOX_HEIGHT
        assert apart


def test_everything_lies_on_the_paper():
    svg = network(GRAPH_INPUTS, GRAPH)
    width, height = (float(ElementTree.fromstring(svg).get(side)) for side in ("width", "height"))
    for x, y in map(corner, boxes(svg).values()):
        assert 0 <= x <= width - BOX_WIDTH
        assert 0 <= y <= height - BOX_HEIGHT


def test_a_layer_stands_below_all_it_reads():
    drawn = boxes(network(GRAPH_INPUTS, GRAPH))
    for node in GRAPH:
        assert all(corner(drawn[source])[1] < corner(drawn[node.name])[1] for source in node.inputs)


def test_a_long_edge_keeps_a_lane_of_its_own():
    places = place({"a": (), "b": ("a",), "c": ("b",), "d": ("a", "c")})
    bends = [stop for stop in places.spot if isinstance(stop, tuple)]
    assert bends == [("a", "d", 1), ("a", "d", 2)]
    for bend, box in zip(bends, "bc", strict=True):
        assert abs(places.spot[bend][0] - places.spot[box][0]) >= 0.65


@given(st.lists(st.sets(st.integers(0, 11), max_size=3), min_size=1, max_size=12))
def test_no_graph_has_two_stops_in_one_place(reads):
    """Any graph: node i reads some of the nodes before it; boxes and lanes keep apart."""
    graph = {str(i): [str(j) for j in sorted(sources) if j < i] for i, sources in enumerate(reads)}
    places = place(graph)
    ranks = {}
    for stop, (across, rank) in places.spot.items():
        ranks.setdefault(rank, []).append((across, isinstance(stop, tuple)))
    for row in ranks.values():
        for (left, one), (right, other) in pairwise(sorted(row)):
            assert right - left >= (1.0, 0.7, 0.25)[one + other] - 1e-9
    assert min(across for across, _ in places.spot.values()) == 0
    for name, sources in graph.items():
        assert all(places.spot[source][1] < places.spot[name][1] for source in sources)


def test_two_branches_that_need_not_cross_do_not():
    reads = {"x": (), "y": (), "x1": ("x",), "y1": ("y",), "x2": ("x1",), "y2": ("y1",)}
    spot = place(reads).spot
    sides = {spot[f"x{i}"][0] < spot[f"y{i}"][0] for i in ("", 1, 2)}
    assert len(sides) == 1


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'a"b&c', "a\x00b", "]]>"])
def test_hostile_names_are_only_text(name):
    nodes = [Node(name, name, name, (name + "in",), (1,), 1)]
    for svg in (network({name + "in": (1,)}, nodes), neurons({name: 2, "b": 1}, (), [name])):
        root = ElementTree.fromstring(svg)
        assert not list(root.iter(f"{SVG}script"))
        assert "<script>" not in svg


def test_the_same_network_gives_the_same_bytes():
    assert network(GRAPH_INPUTS, GRAPH) == network(dict(GRAPH_INPUTS), list(GRAPH))


def test_neurons_have_a_circle_a_unit_and_a_line_a_weight():
    root = ElementTree.fromstring(neurons({"input": 4, "hidden": 16, "output": 3}))
    assert len(list(root.iter(f"{SVG}circle"))) == 4 + 16 + 3
    assert len(list(root.iter(f"{SVG}line"))) == 4 * 16 + 16 * 3


def test_a_large_layer_is_cut_with_dots():
    root = ElementTree.fromstring(neurons({"input": 784, "output": 2}))
    titles = {t.text for t in root.iter(f"{SVG}title")}
    assert {"input, unit 0", "input, unit 7", "input, unit 781", "input, unit 783"} <= titles
    assert "input, unit 8" not in titles
    assert len(list(root.iter(f"{SVG}circle"))) == FIRST + LAST + 3 + 2  # three dots


def test_a_weights_sign_is_the_colour_and_its_size_the_width():
    root = ElementTree.fromstring(neurons({"x": 2, "y": 1}, [np.array([[2.0], [-1.0]])]))
    strong, weak = root.iter(f"{SVG}line")
    assert (strong.get("class"), weak.get("class")) == ("blue-s", "orange-s")
    assert float(strong.get("stroke-width")) > float(weak.get("stroke-width"))


def test_inputs_and_outputs_carry_their_names():
    svg = neurons({"x": 2, "y": 1}, (), ["petal", "sepal"], ["iris"])
    words = set(ElementTree.fromstring(svg).itertext())
    assert {"petal", "sepal", "iris"} <= words
