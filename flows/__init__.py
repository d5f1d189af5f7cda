"""Orchestration: Prefect flows and tasks, settings, and the `hexbeat` command.

Nothing is computed here: a task calls one function of `transforms` and reports.
"""

from flows.garbage import collect_less


collect_less()
