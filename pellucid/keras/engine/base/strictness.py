"""Whether Keras's exact behaviour is wanted where ours knowingly differs in a number."""

import os

_state: dict[str, bool | None] = {"strict": None}


def strict() -> bool:
    """Tell whether Keras's numbers are wanted even where we would rather refuse."""
    if _state["strict"] is None:
        return os.environ.get("PELLUCID_STRICT_KERAS", "") not in ("", "0")
    return bool(_state["strict"])


def set_strict(value: bool | None = True) -> None:
    """Ask for Keras's exact numbers, or (False) for ours; None leaves it to the environment."""
    _state["strict"] = value
