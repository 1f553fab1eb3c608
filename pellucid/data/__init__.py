"""Data on the host: sets to begin with, tables, image folders, splits. No JAX."""
