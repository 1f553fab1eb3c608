"""# 16. Dropout

In training, dropout sets each unit to 0 with probability 1 - p and divides those that stay by
p (`keep_prob`; `rate` is 1 - p). So each mini-batch trains another thinned network, and the
expectation of every activation stays what it is without dropout.

![Which of 40 units each of 12 rows keeps in the next training step](16-mask.svg)

Is the expectation kept? The mean over many samples of what the dropout layer passes on comes
as near to what goes in as the number of samples allows: the printed distance is measured in
standard errors, and its root mean square is about 1.

Left on when predicting, dropout makes an ensemble of thinned networks. Here they agree best
where there were rows to learn from, less in the gap between them, least outside; the printed
deviations say by how much.

![Mean and spread of 200 thinned networks: narrow at the rows, wider elsewhere](16-ensemble.svg)
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Dropout, Input
from pellucid.optimizers import Adam
from pellucid.plots.values import Names, matrix

QUICK = "--quick" in sys.argv

random = np.random.default_rng(0)
x = np.concatenate([random.uniform(-3, -1, 60), random.uniform(1, 3, 60)])[:, None]
y = np.sin(1.5 * x) + 0.1 * random.normal(size=x.shape)
layers = [Dense(100, "relu"), Dropout(keep_prob=0.9), Dense(40, "relu"), Dropout(keep_prob=0.9)]
model = pc.Sequential([Input((1,)), *layers, Dense(1)])
model.compile(Adam(0.005), "mean_squared_error")
model.fit(x, y, epochs=100 if QUICK else 800, verbose=0)  # quick: fewer epochs

masks = model.dropout_masks(x[:12])
kept = masks["dropout_1"]
print(f"kept in this step: {kept.mean():.3f} of the units")
matrix(kept.astype(float), Names("units kept by dropout_1")).savefig("16-mask.svg")

dropped = pc.ensemble(model, x[:12], samples=5000, layer="dropout")
alive = dropped.deviation > 0  # a unit that relu has at 0 stays there
distance = ((dropped.mean - dropped.at_rest) / dropped.error_of_mean.clip(1e-12))[alive]
print(f"largest activation {np.abs(dropped.at_rest).max():.3f}")
print(f"largest change of a mean by dropout {np.abs(dropped.mean - dropped.at_rest).max():.3f}")
print(f"in standard errors, root mean square {np.sqrt(np.mean(distance**2)):.2f}")

thinned = pc.ensemble(model, np.linspace(-5, 5, 200)[:, None], samples=200)
for at, where in ((-2, "at rows"), (0, "in the gap"), (5, "outside")):
    row = int(np.argmin(np.abs(thinned.inputs[:, 0] - at)))
    print(f"deviation {where:10} (x = {at:2}): {thinned.deviation[row].item():.3f}")
thinned.plot(x, y).savefig("16-ensemble.svg")
