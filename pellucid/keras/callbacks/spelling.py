"""Names of an epoch's values that changed between the years of Keras, and count as one."""

from collections.abc import Collection

from pellucid.keras.engine.base.hints import hint

TWINS = (("acc", "accuracy"), ("lr", "learning_rate"))


def found_as(name: str, known: Collection[str]) -> str | None:
    """Return the name under which `known` has what is called `name`, if it has it.

    Another spelling than the one asked for is hinted at.

    Example:
        >>> found_as("loss", ["loss", "accuracy"])
        'loss'
    """
    if name in known:
        return name
    twin = _twin(name)
    if twin is None or twin not in known:
        return None
    hint(f"spelling {name}", f"{name!r} is called {twin!r} in this fit; both count as one")
    return twin


def _twin(name: str) -> str | None:
    for pair in TWINS:
        for one, other in (pair, pair[::-1]):
            head = name.removesuffix(one)
            if head != name and (not head or head.endswith("_")):
                return head + other
    return None
