"""Placeholder; being written."""
from pellucid.base.config import Config
from pellucid.base.registry import Registry

class Regularizer(Config):
    """x."""

REGULARIZERS: Registry[type[Regularizer]] = Registry("regularizer")
