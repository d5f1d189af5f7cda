"""What the commands of patrols print: counts, days and rules, never a row."""

from collections.abc import Mapping
from typing import Any

from flows.command.printing.terminal import print_json, print_line
from transforms.feeds.rules import LINE_RULES
from transforms.patrols import words
from transforms.patrols.log_rules import RULES
from transforms.patrols.ping_file import RULES as PING_RULES
from transforms.patrols.report import Reported


Account = Mapping[str, Any]
_GAPS = 3


def show_taken(taken: Account, as_json: bool) -> int:
    """Print the account of a log that was taken; 3 if rows of it were held back."""
    code = _GAPS if taken["held_back"] else 0
    if as_json:
        print_json({**taken, "exit_code": code})
        return code
    print_line(f"programme {taken['programme']}")
    print_line(f"rows      {taken['rows_in']:,}")
    is_of_pings = "pings" in taken
    (_print_pings if is_of_pings else _print_visits)(taken)
    if taken["left_out"]:
        names = ", ".join(taken["left_out"])
        print_line(f"dropped   columns that the mapping does not name: {names}")
    for repair in taken.get("repairs", ()):
        print_line(f"note      {repair}")
    if is_of_pings:
        print_line("stored    units as keyed hashes; no coordinates, and not the file")
    else:
        stored = _STORED if taken["changed"] else "nothing new: it was taken"
        print_line(f"stored    {stored}")
    return code


def _print_visits(taken: Account) -> None:
    print_line(f"visits    {_visits(taken)}")
    _print_rules("held back", taken, taken["quarantined"], _WORDS)


def _print_pings(taken: Account) -> None:
    print_line(f"pings     {taken['pings']:,}, {taken['new']:,} of them new")
    print_line(f"stays     {taken['stays']:,} on {len(taken['days']):,} days")
    _print_rules("dropped  ", taken, taken["dropped"], PING_RULES)


def _print_rules(
    name: str, taken: Account, rules: Mapping[str, int], words: Mapping[str, str]
) -> None:
    """How many rows do not count, and how many by each rule."""
    if taken["held_back"]:
        share = 100 * taken["held_back"] / taken["rows_in"]
        print_line(f"{name} {taken['held_back']:,}: {share:.1f} % of the rows")
        for rule, rows in sorted(rules.items()):
            print_line(f"          {rows:,} {rule}: {words.get(rule, rule)}")


_WORDS = {**LINE_RULES, **{rule.id: rule.text for rule in RULES}}
_STORED = "the columns that the mapping names, and the file's hash; not the file"


def _visits(taken: Account) -> str:
    if not taken["accepted"]:
        return "0"
    return (
        f"{taken['accepted']:,}, from {taken['first_day']} to {taken['last_day']},"
        f" {taken['minutes']:,.0f} minutes"
    )


def show_report(reported: Reported, account: Account, as_json: bool) -> int:
    """Print a dose report; 3 if days are missing or rows were held back."""
    found, page = reported.dosage, reported.fortnight
    code = _GAPS if found.missing or found.held_back else 0
    if as_json:
        print_json({**account, "exit_code": code})
        return code
    print_line(f"{words.span(found)}")
    print_line(words.headline(found))
    if page.first > found.first:
        print_line(f"The last fortnight: {words.headline(page)}")
    for line in words.to_do(page):
        print_line(line)
    for line in words.unknown(found):
        print_line(f"Not known: {line}")
    if found.is_short:
        share = 100 * (found.recent_share or 0)
        print_line(
            f"SHORT    only {share:.0f} % of the plan in the last 14 days with a log"
        )
    print_line(f"page     {reported.folder / 'dosage.html'}")
    print_line(f"return   {reported.folder / 'return.csv'}")
    return code
