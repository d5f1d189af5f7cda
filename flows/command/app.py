"""The `hexbeat` command; other modules of this folder add its subcommands."""

from importlib.metadata import version

from cyclopts import App


def _version() -> str:
    return version("hexbeat")


app = App(
    name="hexbeat",
    version=_version,
    suppress_keyboard_interrupt=False,
    help="Predict where crime will be reported next month, from police incident feeds.",
)
