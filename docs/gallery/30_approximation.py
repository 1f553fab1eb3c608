"""# 30. Networks approximate functions

A network with one hidden layer can come as near to any continuous function as one likes, if
the layer is wide enough. Each tanh unit is one bend; the function here has six. With too few
units the network can only follow the slow wave; from 16 on it follows the whole curve.

![The same curve learnt by 1 to 32 hidden units, and the error by width](30-widths.svg)

The error is judged between the training points. The theorem says that good weights exist, not
that training finds them: the printed errors need not fall at every step.
"""

import sys

import numpy as np

import pellucid as pc

QUICK = "--quick" in sys.argv

found = pc.approximate("waves", epochs=300 if QUICK else 3000)  # quick: fewer epochs
print(found)
found.plot().savefig("30-widths.svg")

own = pc.approximate(lambda x: np.abs(np.sin(4 * x)), widths=[2, 32], epochs=300)
print(f"\n|sin 4x|: {own.errors}")
