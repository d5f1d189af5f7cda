"""The `hexbeat` command, which the modules beside this one give its subcommands."""

from cyclopts import App


app = App(
    name="hexbeat",
    suppress_keyboard_interrupt=False,
    help="From police incident feeds to honest, rolling hot spots on H3 cells.",
)
