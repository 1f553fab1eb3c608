"""`pellucid lab`: a network alive in the browser."""

from pathlib import Path

import click

from pellucid.base.errors import FileError, explain, nearest

FIRST = "moons"  # what stands on the bench when nothing is asked for


@click.command("lab")
@click.argument("source", metavar="[RUN|DATA]", default=FIRST)
@click.option("--lesson", metavar="NAME|FILE", help="a lesson, with its data, network and view")
@click.option("--port", default=0, metavar="N", help="where to listen  [a free one]")
@click.option("--no-browser", is_flag=True, help="only show the link")
def command(source: str, lesson: str | None, port: int, no_browser: bool) -> None:
    """Open a page where a network is built, trained step by step, and looked into.

    DATA is a set by name (`pellucid data` lists them), a table, or a folder of pictures; RUN is
    a folder that `pellucid train` made. The page can open others. It is for this machine
    alone: the link works once, and for one browser.
    """
    from pellucid.lab.server import serve

    opening = {"data": source, "reading": {}}
    if lesson is not None:
        opening = {"text": _lesson_text(lesson)}
    else:
        _check(source)
    click.echo("The lab is open; Ctrl-C closes it. One browser gets in by this link:")
    serve(opening, port, browser=not no_browser, announce=_show)


def _check(source: str) -> None:
    """Refuse what is no data before a page opens."""
    from pellucid.data.sources import SETS, set_name

    if set_name(source) is None and not Path(source).expanduser().exists():
        what, expected = (
            f"There is no data called {source!r}.",
            f"a file, or one of {', '.join(SETS)}",
        )
        raise FileError(explain(what, got=source, expected=expected, hint=nearest(source, SETS)))


def _lesson_text(source: str) -> str:
    """Return the text of a lesson in a file, or of this name."""
    from pellucid.lab.lesson import Lesson, lesson_named

    path = Path(source).expanduser()
    if not path.is_file():
        return lesson_named(source).to_toml()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = f"{path} cannot be read."
        raise FileError(explain(what, got=str(error), expected="a lesson in TOML")) from error
    Lesson.from_toml(text)
    return text


def _show(link: str) -> None:
    click.echo(f"  {link}")
