"""What `hexbeat demo` prints of its trial."""

from pathlib import Path

from flows.command.printing.terminal import print_line


def show_trial(folder: Path, as_json: bool) -> None:
    """Run the made-up trial, and print what was planted and what was found."""
    from flows import progress
    from flows.command.console import ConsoleProgress
    from flows.made_up_trial import run_trial, told

    with ConsoleProgress(as_json) as console:
        progress.listen(console)
        made = run_trial(folder)
    if not as_json:
        for head, words in told(made):
            print_line(f"{head:8} {words}")
