"""What the doctor says: one fault, its evidence, and what to do about it."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pellucid.base.errors import ConfigError, PellucidError, explain
from pellucid.doctor.vocabulary import MEANINGS, PAGES

INDEX = "docs/doctor/README.md"
QUOTED = re.compile(r"'([^']+)'")
SEVERITIES = ("advice", "warning", "error")  # from what one may do to what cannot work


@dataclass(frozen=True)
class Change:
    """A remedy as a value: what to change, and how that is written.

    `kind` says who applies it: "model" changes layers or their settings, "compile" the
    settings of `compile`, "fit" those of `fit`, "data" the data.
    """

    kind: str
    code: str  # a line one can copy
    settings: dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """One fault in a training program, with what was measured.

    `check` is what was found, by its id in the vocabulary. `explains` are the ids of what
    was found besides and follows from it: `consequences`. `not_from` are ids of what might
    explain it, and by what was measured does not.
    """

    check: str
    severity: str
    evidence: str  # a sentence with the numbers
    remedy: str  # a sentence: what to do
    layer: str | None = None
    step: int | None = None
    rows: tuple[int, ...] = ()
    value: float | None = None
    threshold: float | None = None
    change: Change | None = None
    others: tuple[Change, ...] = ()  # to try where that one does not help
    consequences: tuple["Finding", ...] = ()
    not_from: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.check not in MEANINGS or self.severity not in SEVERITIES:
            what = "A finding needs an id of the vocabulary and a severity."
            expected = f"an id of doctor/vocabulary.py; {', '.join(SEVERITIES)}"
            raise ConfigError(explain(what, got=(self.check, self.severity), expected=expected))

    @property
    def explains(self) -> tuple[str, ...]:
        """The ids of what follows from it."""
        return tuple(dict.fromkeys(found.check for found in self.consequences))

    @property
    def meaning(self) -> str:
        """What the id stands for, in a few words."""
        return MEANINGS[self.check]

    @property
    def page(self) -> str:
        """Where more is said about it, in the documentation."""
        return f"docs/doctor/{self.check}.md" if self.check in PAGES else f"{INDEX}#{self.check}"

    @property
    def is_serious(self) -> bool:
        """Whether it is more than advice."""
        return self.severity != "advice"

    def called(self, names: Mapping[str, str]) -> "Finding":
        """Return the same finding, its words with other names for layers.

        What a change is made of keeps the names of the network.
        """

        def words(text: str) -> str:
            return QUOTED.sub(lambda found: repr(names.get(found[1], found[1])), text)

        def changed(change: Change) -> Change:
            return replace(change, code=words(change.code))

        return replace(
            self,
            layer=None if self.layer is None else names.get(self.layer, self.layer),
            evidence=words(self.evidence),
            remedy=words(self.remedy),
            change=self.change and changed(self.change),
            others=tuple(map(changed, self.others)),
            consequences=tuple(found.called(names) for found in self.consequences),
        )

    def with_consequences(self, found: Iterable["Finding"]) -> "Finding":
        """Return the same finding, with what follows from it."""
        return replace(self, consequences=(*self.consequences, *found))

    def apply(self, model: Any) -> Any:
        """Return a new model with the remedy made, compiled; the one given stays as it is.

        Raises:
            ConfigError: there is no change to make, or none of the model: then `change.code`
                says what to do, and `change.settings` what to give to `fit`.
        """
        if self.change is None:
            what = f"There is no single change that cures this: {self.meaning}."
            raise ConfigError(explain(what, got=self.check, expected="a change", hint=self.remedy))
        return model.repaired(self.change)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, for a file."""
        change = None if self.change is None else vars(self.change)
        return {
            "check": self.check,
            "severity": self.severity,
            "evidence": self.evidence,
            "remedy": self.remedy,
            "layer": self.layer,
            "step": self.step,
            "rows": [int(row) for row in self.rows],
            "value": _plain(self.value),
            "threshold": _plain(self.threshold),
            "change": change,
            "others": [vars(other) for other in self.others],
            "consequences": [found.to_json() for found in self.consequences],
        }

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "Finding":
        """Return the finding that `to_json` wrote."""
        change = values["change"]
        parts = {name: value for name, value in values.items() if name in _PLAIN}
        return Finding(
            **parts,
            rows=tuple(values["rows"]),
            change=None if change is None else Change(**change),
            others=tuple(Change(**other) for other in values.get("others", ())),
            consequences=tuple(Finding.from_json(one) for one in values["consequences"]),
        )

    def __str__(self) -> str:
        place = f" in layer {self.layer!r}" if self.layer else ""
        lines = [f"{self.severity}: {self.meaning}{place} [{self.check}]"]
        lines += [f"  {self.evidence}", f"  try: {self.remedy}"]
        if self.change is not None:
            lines.append(f"       {self.change.code}")
        if self.explains:
            follows = ", ".join(MEANINGS[check] for check in self.explains)
            lines.append(f"  it explains: {follows}")
        return "\n".join(lines)


_PLAIN = frozenset(
    ("check", "severity", "evidence", "remedy", "layer", "step", "value", "threshold")
)


def _plain(value: float | None) -> float | None:
    """Return a number as JSON can hold it: what is not finite is left out."""
    return None if value is None or not math.isfinite(value) else float(value)


def raise_if_serious(
    findings: Sequence[Finding], make: Callable[[str], PellucidError] = ConfigError
) -> None:
    """Raise an error that carries the findings, if one of them says that it cannot work.

    Raises:
        ConfigError: with `findings`, the first of severity "error" in its words.
    """
    errors = [found for found in findings if found.severity == "error"]
    if errors:
        first = errors[0]
        error = make(explain(first.meaning, got=first.evidence, expected="", hint=first.remedy))
        error.findings = tuple(findings)
        raise error
