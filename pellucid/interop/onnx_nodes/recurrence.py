"""Recurrent layers as nodes: a Scan along the steps, whose body is the formula of one step."""

from collections.abc import Callable, Sequence
from typing import Any

from pellucid.interop.at_rest.program import Weight
from pellucid.interop.formulas import recurrence as formulas
from pellucid.interop.onnx_nodes.graph import BOOL, FLOAT, Graph, Tensor, renders

Advance = Callable[..., tuple[str, ...]]


@renders(formulas.simple_rnn)
def _simple_rnn(
    g: Graph,
    x: Tensor,
    h: Tensor | None,
    mask: Tensor | None,
    W: Weight,
    U: Weight,
    b: Weight,
    activation: Any,
    backwards: bool,
    zero: bool,
) -> list[str]:
    def advance(g: Graph, x: str, h: str) -> tuple[str, ...]:
        return (g.call(activation, g.Add(x, g.MatMul(h, U))),)

    from_x = g.Add(g.MatMul(x, W), b)
    return _walk(g, advance, x, from_x, [h], len(U.array), mask, backwards, zero)


@renders(formulas.lstm)
def _lstm(
    g: Graph,
    x: Tensor,
    h: Tensor | None,
    c: Tensor | None,
    mask: Tensor | None,
    W: Weight,
    U: Weight,
    b: Weight,
    activation: Any,
    gate: Any,
    backwards: bool,
    zero: bool,
) -> list[str]:
    def advance(g: Graph, x: str, h: str, c: str) -> tuple[str, ...]:
        z = g.Add(x, g.MatMul(h, U))
        i, f, new, o = g.several("Split", 4, z, axis=-1, num_outputs=4)
        kept = g.Mul(g.call(gate, f), c)
        c = g.Add(kept, g.Mul(g.call(gate, i), g.call(activation, new)))
        return g.Mul(g.call(gate, o), g.call(activation, c)), c

    from_x = g.Add(g.MatMul(x, W), b)
    return _walk(g, advance, x, from_x, [h, c], len(U.array), mask, backwards, zero)


@renders(formulas.gru)
def _gru(
    g: Graph,
    x: Tensor,
    h: Tensor | None,
    mask: Tensor | None,
    W: Weight,
    U: Weight,
    b: Weight,
    c: Weight,
    activation: Any,
    gate: Any,
    reset_after: bool,
    backwards: bool,
    zero: bool,
) -> list[str]:
    units = len(U.array)
    of_gates = Weight(f"{U.path}_of_gates", U.array[:, : 2 * units])
    of_new = Weight(f"{U.path}_of_new", U.array[:, 2 * units :])
    c_gates = Weight(f"{c.path}_of_gates", c.array[: 2 * units])
    c_new = Weight(f"{c.path}_of_new", c.array[2 * units :])

    def advance(g: Graph, x: str, h: str) -> tuple[str, ...]:
        for_gates, for_new = g.several("Split", 2, x, [2 * units, units], axis=-1)
        pulled = g.Add(g.MatMul(h, of_gates), c_gates)
        both = g.call(gate, g.Add(for_gates, pulled))
        u, r = g.several("Split", 2, both, axis=-1, num_outputs=2)
        if reset_after:
            known = g.Mul(r, g.Add(g.MatMul(h, of_new), c_new))
        else:
            known = g.MatMul(g.Mul(r, h), of_new)
        new = g.call(activation, g.Add(for_new, known))
        return (g.Add(g.Mul(u, h), g.Mul(g.Sub(1.0, u), new)),)

    from_x = g.Add(g.MatMul(x, W), b)
    return _walk(g, advance, x, from_x, [h], units, mask, backwards, zero)


def _walk(
    g: Graph,
    advance: Advance,
    x: Tensor,
    from_x: str,
    start: Sequence[Tensor | None],
    units: int,
    mask: Tensor | None,
    backwards: bool,
    zero: bool,
) -> list[str]:
    """Add a loop over the steps; return h of every step, and what is carried at the end."""
    body = g.inner()
    names = "hc"[: len(start)]
    now = [body.fresh(f"{g.place}/{name}") for name in names]
    here = [body.fresh(f"{g.place}/x")]
    after = advance(body, *here, *now)
    told = after[0]
    if mask is not None:
        here.append(body.fresh(f"{g.place}/counts"))
        counts = body.Unsqueeze(here[1], [-1])
        after = [body.Where(counts, new, old) for new, old in zip(after, now, strict=True)]
        told = body.Where(counts, after[0], 0.0) if zero else after[0]
    ends = [body.Identity(value) for value in (*after, told)]
    scanned = [from_x] if mask is None else [from_x, mask]
    given = [_zeros(g, x, units) if state is None else state for state in start]
    kinds = [FLOAT] * (len(now) + 1) + [BOOL] * (len(here) - 1)
    *last, path = g.several(
        "Scan",
        len(ends),
        *given,
        *scanned,
        body=(body, dict(zip([*now, *here], kinds, strict=True)), dict.fromkeys(ends, FLOAT)),
        num_scan_inputs=len(scanned),
        scan_input_axes=[1] * len(scanned),
        scan_input_directions=[int(backwards)] * len(scanned),
        scan_output_axes=[1],
    )
    return [path, *last]


def _zeros(g: Graph, x: Tensor, units: int) -> str:
    rows = g.Shape(x, start=0, end=1)
    return g.Expand(0.0, g.Concat(rows, [units], axis=0))
