"""How often a layer's settings were changed in this process: plans made before are stale."""

_count = [0]


def revision() -> int:
    """Return the number of changes so far."""
    return _count[0]


def revise() -> None:
    """Note a change."""
    _count[0] += 1
