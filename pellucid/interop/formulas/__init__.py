"""What each layer computes at rest, as plain functions of NumPy arrays.

Their text goes, as it stands here, into files that run without Pellucid: so they use NumPy
and each other only, and their annotations are NumPy's own. A batch comes first in every
array, channels come last, and arguments have the letters of the formula.
"""
