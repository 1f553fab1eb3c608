"""Backpropagation written out in NumPy, in float64: a rule for each kind of layer."""
