"""# 33. How many layers, how many units?

Nobody can say beforehand: it is trial and error. A big network is slow and may learn its
training rows by heart; a small one may not be able to say what is to be said. So one tries
several, and then two things must be fair. All must be judged on the same rows, which none of
them has learnt from. And none may win by luck: first weights are drawn, so each network is
trained from several seeds, and its spread is stated beside its score.

`compare` does that for any data. Here three spirals wound round each other, which straight
lines cannot part, are learnt by a network without a hidden layer and by four with.

![Scores and times of each network by seed, losses as bands](33-comparison.svg)

Look at the score first: dots are seeds, the bar is their mean. Then look across the two
lower panels. Where the loss goes on falling on the rows it learns from (right) while on
others (left) it does not, the network has begun to learn by heart. And the price stands on the
upper right: seconds of training, beside the number of parameters.

On the command line it is
`pellucid compare spirals --network linear --network 4 --network 16 --network 64-64`.
"""

import sys
from pathlib import Path

import pellucid as pc
from pellucid.plots.figures import to_svg

QUICK = "--quick" in sys.argv  # fewer seeds and epochs

found = pc.compare(
    "spirals",
    ["linear", "4", "16", "64-64", "256-256"],
    seeds=2 if QUICK else 5,
    epochs=5 if QUICK else 200,
    learning_rate=0.01,
)
table = found.table()
print("  ".join(f"{name:>15}" for name in table.columns))
for row in table.texts():
    print("  ".join(f"{cell:>15}" for cell in row))
Path("33-comparison.svg").write_text(to_svg(found.plot()), encoding="utf-8")
found.save("33-comparison.html")
