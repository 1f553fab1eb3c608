"""# 03. Logic from perceptrons

AND is a perceptron with the weights 1, 1 and the threshold 1.5; OR, NAND and NOT have weights
of their own. The same gates are learnt from their truth tables, and wired into networks:
XOR from OR, NAND and AND, and a half adder, which adds two binary digits.

![The half adder: two inputs, three perceptrons, then sum and carry](03-half-adder.svg)

In the drawing, blue weights are above 0 and orange ones below. The carry is known after the
first layer; a perceptron of weight 1 hands it on.
"""

import pellucid as pc

GATES = {
    "AND": pc.perceptron([1, 1], threshold=1.5),
    "OR": pc.perceptron([1, 1], threshold=0.5),
    "NAND": pc.perceptron([-2, -2], bias=3),
    "NOT": pc.perceptron([-1], threshold=-0.5),
}
for name, by_hand in GATES.items():
    table = pc.truth_table(by_hand)
    learnt = pc.perceptron_rule(table.inputs, table.outputs)
    same = pc.truth_table(learnt.model).outputs == table.outputs
    print(f"{name}, learnt in {len(learnt.updates)} updates, the same table: {same}\n{table}\n")

xor = "and(or(x1, x2), nand(x1, x2))"
print(pc.truth_table(pc.logic(xor), ["xor"]), "\n")
half_adder = pc.logic(xor, "and(x1, x2)")
print(pc.truth_table(half_adder, ["sum", "carry"]))
half_adder.plot(units=True, names=(["x1", "x2"], ["sum", "carry"])).savefig("03-half-adder.svg")
