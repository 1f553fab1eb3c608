"""Documents name only what there is, and nothing in the repository belongs to one machine."""

import hashlib
import importlib.util
import json
import re
from functools import cache
from pathlib import Path

import click
import pytest

import pellucid
from pellucid.cli.main import COMMANDS, pellucid_command

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
FOLDERS = (".ci", "benchmarks", "docs", "pellucid", "tests")
KINDS = {".md", ".py", ".pyi", ".toml", ".txt", ".svg", ".csv", ".json", ".html", ""}
TEXTS = sorted(
    path
    for path in [*ROOT.iterdir(), *(p for folder in FOLDERS for p in (ROOT / folder).rglob("*"))]
    if path.is_file() and path.suffix in KINDS
)
OTHERS_OPTIONS = {"--constraint", "--editable", "--dist"}  # of pip and of pytest
HOMES = re.compile(r"(?<![\w.~$}/-])/(?:home|root|Users|work|tmp|mnt|opt)/[\w.]")
REGISTRIES = re.compile(r"pypi\.(?:org|python)|pythonhosted\.org|--(?:extra-)?index-url")
# Words of the place where this was written, by their SHA-256, so that they don't stand here.
FOREIGN = {
    "fbb8037df8cc9050",
    "8cf10d1b0e07c1d8",
    "b06493481529746e",
    "94a168d2da574b00",
    "d298391b07433318",
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def spans(page: Path) -> list[str]:
    """The inline code of a page, without its blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", prose(page), flags=re.M | re.S))


@cache
def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", prose(page), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@cache
def options() -> set[str]:
    context = click.Context(pellucid_command)
    commands = [pellucid_command.get_command(context, name) for name in COMMANDS]
    return {
        spelling
        for command in [pellucid_command, *commands]
        for parameter in command.get_params(context)
        for spelling in parameter.opts
    }


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        assert place.is_file(), target
        assert not anchor or anchor in anchors(place), target


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_files_and_folders_exist(page: Path):
    """What looks like a path of the repository is one; paths may begin inside pellucid/."""
    for span in spans(page):
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", span) and ("/" in span or span.endswith(".py")):
            begin = span.split("/")[0]
            if begin in {"runs", "~"}:
                continue
            assert (ROOT / span).exists() or (ROOT / "pellucid" / span).exists(), span


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_and_options_exist(page: Path):
    for span in spans(page):
        words = span.split()
        if words[0] == "pellucid" and len(words) > 1 and re.match("[a-z]", words[1]):
            assert words[1] in COMMANDS, span
        if words[0] in ("pellucid", "pip", "python") or words[0].startswith("--"):
            given = {word.split("=")[0] for word in words if re.match(r"--\w", word)}
            assert given <= options() | OTHERS_OPTIONS, span


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_names_exist(page: Path):
    for span in spans(page):
        found = re.match(r"(?:pc|pellucid)((?:\.\w+)+)", span)
        if found and "not yet" not in line_of(page, span).lower():
            dotted = f"pellucid{found[1]}"
            assert exists(dotted), span


def line_of(page: Path, span: str) -> str:
    return next(line for line in prose(page).splitlines() if f"`{span}`" in line)


def exists(dotted: str) -> bool:
    place = pellucid
    for position, part in enumerate(parts := dotted.split(".")[1:], 2):
        if not hasattr(place, part):
            module = ".".join(["pellucid", *parts[: position - 1]])
            try:
                place = importlib.import_module(module)
            except ModuleNotFoundError:
                return False
        else:
            place = getattr(place, part)
    return True


def test_every_decision_is_listed():
    pages = {path.name for path in (ROOT / "docs" / "decisions").glob("0*.md")}
    listed = re.findall(r"\]\((0[^)]+)\)", prose(ROOT / "docs" / "decisions" / "README.md"))
    assert sorted(pages) == listed


def script(path: str):
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says():
    written = prose(ROOT / "docs" / "reference.md")
    assert written == script("docs/reference.py").reference(), "run docs/reference.py"


def test_the_table_of_times_is_what_was_measured():
    with_table = script("benchmarks/tables.py").with_table
    for page in (ROOT / "README.md", ROOT / "docs" / "benchmarks.md"):
        assert prose(page) == with_table(prose(page)), "run benchmarks/tables.py"


def test_the_figures_of_pretraining_are_those_measured():
    measured = script("benchmarks/pretraining.py")
    results = json.loads(measured.RESULTS.read_text(encoding="utf-8"))
    page = prose(ROOT / "docs" / "gallery" / "29_pretraining.md")
    quoted = " ".join(line[2:] for line in page.splitlines() if line.startswith("> "))
    assert quoted == measured.sentence(results)
    assert measured.gain(results) in prose(ROOT / "README.md")


def test_every_picture_is_shown_and_drawn():
    shown = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in re.findall(r"!\[[^]]*\]\(([^)]+)\)", prose(page))
    }
    drawn = {*(ROOT / "docs").rglob("*.svg"), *(ROOT / "docs").rglob("*.png")}
    assert shown == drawn
    for picture in shown:
        scripts = picture.parent.glob("*.py")
        assert any(picture.name in prose(script) for script in scripts), picture.name


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_nothing_belongs_to_one_machine(path: Path):
    text = path.read_text(encoding="utf-8", errors="replace")
    assert not HOMES.search(text), HOMES.search(text)
    assert path == Path(__file__) or not REGISTRIES.search(text), REGISTRIES.search(text)
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower()))
    strangers = {
        word for word in words if hashlib.sha256(word.encode()).hexdigest()[:16] in FOREIGN
    }
    assert not strangers
