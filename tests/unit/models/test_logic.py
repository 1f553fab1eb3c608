"""Logic networks answer as Python's own logic does, and are made of perceptrons."""

import itertools

import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import ConfigError

WORDS = {
    "and": lambda *v: all(v),
    "or": lambda *v: any(v),
    "nand": lambda *v: not all(v),
    "nor": lambda *v: not any(v),
}


@pytest.mark.parametrize("gate", WORDS)
@pytest.mark.parametrize("inputs", [1, 2, 3, 5])
def test_a_gate_of_any_number_of_inputs(gate, inputs):
    names = ", ".join(f"x{i + 1}" for i in range(inputs))
    table = pc.truth_table(pc.logic(f"{gate}({names})"))
    assert table.outputs == tuple(float(WORDS[gate](*row)) for row in table.inputs)


def test_the_gates_of_the_lectures_have_their_weights():
    kernel, bias = pc.logic("nand(x1, x2)").get_weights()
    assert (kernel[:, 0].tolist(), bias.tolist()) == ([-2, -2], [3])
    kernel, bias = pc.logic("and(x1, x2)").get_weights()
    assert (kernel[:, 0].tolist(), bias.tolist()) == ([1, 1], [-1.5])


def test_a_full_adder_adds():
    half = "and(or({0}, {1}), nand({0}, {1}))"
    first = half.format("x1", "x2")
    carry = f"or(and(x1, x2), and({first}, x3))"
    model = pc.logic(half.format(first, "x3"), carry)
    table = pc.truth_table(model, ["sum", "carry"])
    for row, (low, high) in zip(table.inputs, table.outputs, strict=True):
        assert low + 2 * high == sum(row)


def test_equal_parts_share_a_perceptron_and_inputs_are_handed_on():
    model = pc.logic("and(nand(x1, x2), or(nand(x1, x2), x3))", "x2")
    sizes = [row.output_shape for row in model.summarize().rows]
    # nand, x3 and x2 first; then or, nand and x2 handed on; then both answers
    assert sizes == [(3,), (3,), (2,)]
    for row in itertools.product((0, 1), repeat=3):
        nand = not (row[0] and row[1])
        expected = [float(nand and (nand or row[2])), float(row[1])]
        assert model.predict(np.array([row], float))[0].tolist() == expected


def test_a_table_of_several_outputs_has_their_names():
    lines = str(pc.truth_table(pc.logic("x1", "not(x1)"), ["same", "other"])).splitlines()
    assert lines == ["x1 | same other", " 0 |    0     1", " 1 |    1     0"]
    assert pc.truth_table(pc.logic("x1", "not(x1)")).names == ("a1", "a2")
    with pytest.raises(ConfigError, match="a name for each output"):
        pc.truth_table(pc.logic("x1", "not(x1)"), ["one"])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("xor(x1, x2)", "XOR is no gate"),
        ("nad(x1, x2)", "did you mean 'nand'"),
        ("not(x1, x2)", "not of 2 inputs"),
        ("and()", "and of 0 inputs"),
        ("and(x1", "no logic expression"),
        ("x0", "made of gates"),
        ("__import__('os')", "is no gate"),
        ("x1 + x2", "made of gates"),
        ("", "no logic expression"),
    ],
)
def test_what_is_no_expression_is_refused(wrong, words):
    with pytest.raises(ConfigError, match=words):
        pc.logic(wrong)


def test_nothing_is_no_network_and_a_table_has_its_limits():
    with pytest.raises(ConfigError, match="needs an expression"):
        pc.logic()
    many = ", ".join(f"x{i + 1}" for i in range(13))
    with pytest.raises(ConfigError, match="doubles with each input"):
        pc.truth_table(pc.logic(f"or({many})"))
