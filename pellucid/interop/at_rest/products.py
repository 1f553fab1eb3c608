"""Dense layers, and tables of vectors."""

from typing import Any

from pellucid.interop.at_rest.lowering import lower, mask_after
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas import masking
from pellucid.interop.formulas import products as formulas
from pellucid.layers.dense import Dense
from pellucid.layers.einsum_dense import EinsumDense
from pellucid.layers.embedding import CategoryEncoding, Embedding


@lower.register(Dense)
def _dense(layer: Dense, site: Site, x: Value, mask: Any) -> Value:
    shape = layer.output_shape(x.shape)
    return site.call(formulas.affine, x, shape=shape, W=site["kernel"], b=site.get("bias"))


@lower.register(EinsumDense)
def _einsum_dense(layer: EinsumDense, site: Site, x: Value, mask: Any) -> Value:
    weights = {"W": site["kernel"], "b": site.get("bias")}
    shape = layer.output_shape(x.shape)
    return site.call(formulas.einsum, x, shape=shape, equation=layer.equation, **weights)


@lower.register(Embedding)
def _embedding(layer: Embedding, site: Site, x: Value, mask: Any) -> Value:
    shape = layer.output_shape(x.shape)
    return site.call(formulas.embed, x, shape=shape, E=site["embeddings"])


@mask_after.register(Embedding)
def _not_padding(layer: Embedding, site: Site, x: Value, mask: Any) -> Value | None:
    return site.call(masking.not_padding, x, shape=x.shape) if layer.mask_zero else None


@lower.register(CategoryEncoding)
def _category(layer: CategoryEncoding, site: Site, x: Value, mask: Any) -> Value:
    settings = {"categories": layer.num_tokens, "mode": layer.output_mode}
    return site.call(formulas.encode, x, shape=layer.output_shape(x.shape), **settings)
