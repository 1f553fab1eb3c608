"""What the doctor found, as blocks of a report."""

from collections.abc import Sequence

from pellucid.doctor.finding import Finding
from pellucid.doctor.vocabulary import MEANINGS
from pellucid.models.repairing import Repair
from pellucid.plots.blocks import Block, Code, Note, Section, Sentence, Table, section

KINDS = {"advice": "info", "warning": "warning", "error": "error"}


def finding_blocks(findings: Sequence[Finding]) -> tuple[Section, ...]:
    """Return a section with a note for each finding; nothing, if there is none."""
    if not findings:
        return ()
    return (section("What the doctor found", *(b for found in findings for b in _blocks(found))),)


def repair_blocks(cure: Repair | None) -> tuple[Section, ...]:
    """Return a section with the remedies that were tried; nothing, if none was."""
    if cure is None or not cure.attempts:
        return ()
    headings, rows = cure.table()
    said = Sentence(f"{cure.measure}: {cure.told_before} at first, {cure.told_after} now.")
    return (section("What was repaired", Table(headings, tuple(rows)), said),)


def _blocks(found: Finding) -> list[Block]:
    place = f" (layer {found.layer!r})" if found.layer else ""
    words = f"{_upper(found.meaning)}{place}: {found.evidence}. Try: {found.remedy}."
    if found.explains:
        words += f" It explains: {', '.join(MEANINGS[check] for check in found.explains)}."
    note = Note(words, KINDS[found.severity])  # pyright: ignore[reportArgumentType]
    return [note] if found.change is None else [note, Code(found.change.code)]


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
