"""The command table. A command's module is loaded when it is called, so help is quick."""

import importlib
from collections.abc import Sequence

import click

import pellucid
from pellucid.base.errors import nearest
from pellucid.cli.exits import answered

COMMANDS = {
    "train": ("training", "learn from data, and judge on rows held out"),
    "launch": ("launching", "several processes train one network"),
    "evaluate": ("evaluating", "judge a run on other rows, or again on its own"),
    "predict": ("predicting", "write what a run predicts for new rows"),
    "compare": ("comparing", "networks side by side: error, time, parameters"),
    "inspect": ("inspecting", "z, a, delta and gradients of one row, with the numbers put in"),
    "diagnose": ("diagnosing", "what keeps a network from learning, and what to do"),
    "bench": ("benching", "how fast a network trains on this machine"),
    "report": ("reporting", "show a run's report again"),
    "card": ("describing", "a model card: trained on what, how judged, its limits"),
    "export": ("exporting", "a run's network as ONNX, plain NumPy, StableHLO or .keras"),
    "run": ("running_scripts", "an unchanged Keras script, faster"),
    "lab": ("lab", "a page in the browser where a network is built, trained and looked into"),
    "data": ("datasets", "list the data sets that come along, or look into a file"),
}
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Table(click.Group):
    """A group whose commands are known by name and line, and loaded when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            hint = nearest(cmd_name, COMMANDS) or f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"There is no command {cmd_name!r}: {hint}", ctx)
        module, _ = COMMANDS[cmd_name]
        return importlib.import_module(f"pellucid.cli.{module}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Table, context_settings=SETTINGS, invoke_without_command=True)
@click.version_option(pellucid.__version__, prog_name="pellucid")
@click.pass_context
def pellucid_command(context: click.Context) -> None:
    r"""Neural networks you can see into.

    \b
    pellucid train mnist                       10,000 real digits, rows held out, a report
    pellucid train table.csv --target COLUMN   a table of your own
    pellucid predict runs/table-1 new.csv      raw rows in, predictions out
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    answered(lambda: pellucid_command.main(arguments, prog_name="pellucid", standalone_mode=False))
