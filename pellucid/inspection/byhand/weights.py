"""Layers with weights that meet each input once: Dense, Embedding, PReLU."""

import numpy as np

from pellucid.inspection.byhand.rule import Back, Use, Values, rule, summed_to
from pellucid.layers.activation import PReLU
from pellucid.layers.dense import Dense
from pellucid.layers.embedding import Embedding


@rule(Dense)
def dense(use: Use, dz: Values) -> Back:
    """dJ/dW = x^T dJ/dz, dJ/db = sum of dJ/dz, dJ/dx = dJ/dz W^T."""
    kernel = use.params["kernel"]
    rows, slopes = use.x.reshape(-1, kernel.shape[0]), dz.reshape(-1, kernel.shape[1])
    to_params = {"kernel": rows.T @ slopes, "bias": slopes.sum(0)}
    return Back((dz @ kernel.T,), {name: to_params[name] for name in use.params})


@rule(Embedding)
def embedding(use: Use, dz: Values) -> Back:
    """dJ/dE of a row is the sum of dJ/dz wherever its id stood; ids have no slope."""
    table = np.zeros_like(use.params["embeddings"])
    np.add.at(table, use.x.reshape(-1), dz.reshape(-1, table.shape[1]))
    return Back((np.zeros(use.x.shape),), {"embeddings": table})


@rule(PReLU)
def prelu(use: Use, dz: Values) -> Back:
    """dJ/dx = dJ/dz, times alpha where x < 0; dJ/dalpha = sum of dJ/dz x there."""
    alpha, above = use.params["alpha"], use.x >= 0
    to_alpha = summed_to(dz * np.where(above, 0.0, use.x), (1, *alpha.shape)).reshape(alpha.shape)
    return Back((dz * np.where(above, 1.0, alpha),), {"alpha": to_alpha})
