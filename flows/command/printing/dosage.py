"""What the commands of patrols print: counts, days and rules, never a row."""

from flows.command.printing.terminal import print_json, print_line
from transforms.feeds.rules import LINE_RULES
from transforms.patrols import words
from transforms.patrols.log_rules import RULES
from transforms.patrols.ping_file import RULES as PING_RULES
from transforms.patrols.report import Reported
from transforms.patrols.take import Taken
from transforms.patrols.take_pings import TakenPings


_GAPS = 3


def show_taken(taken: Taken, as_json: bool) -> int:
    """Print what was taken of a file; 3 if rows of it were held back."""
    code = _GAPS if taken.held_back else 0
    if as_json:
        print_json(
            {
                **vars(taken),
                "first_day": taken.first_day and str(taken.first_day),
                "last_day": taken.last_day and str(taken.last_day),
                "held_back": taken.held_back,
                "exit_code": code,
            }
        )
        return code
    print_line(f"programme {taken.programme}")
    print_line(f"rows      {taken.rows_in:,}")
    print_line(f"visits    {_visits(taken)}")
    if taken.held_back:
        share = 100 * taken.held_back / taken.rows_in
        print_line(f"held back {taken.held_back:,}: {share:.1f} % of the rows")
        for rule, rows in sorted(taken.quarantined.items()):
            print_line(f"          {rows:,} {rule}: {_WORDS.get(rule, rule)}")
    if taken.left_out:
        names = ", ".join(taken.left_out)
        print_line(f"dropped   columns that the mapping does not name: {names}")
    for repair in taken.repairs:
        print_line(f"note      {repair}")
    print_line(f"stored    {_STORED if taken.changed else 'nothing new: it was taken'}")
    return code


def show_taken_pings(taken: TakenPings, as_json: bool) -> int:
    """Print what was taken of a file of pings; 3 if some were dropped."""
    dropped = taken.dropped.total()
    code = _GAPS if dropped else 0
    if as_json:
        days = [str(day) for day in taken.days]
        print_json({**vars(taken), "days": days, "exit_code": code})
        return code
    print_line(f"programme {taken.programme}")
    print_line(f"rows      {taken.rows_in:,}")
    print_line(f"pings     {taken.pings:,}, {taken.new:,} of them new")
    print_line(f"stays     {taken.stays:,} on {len(taken.days):,} days")
    if dropped:
        share = 100 * dropped / taken.rows_in
        print_line(f"dropped   {dropped:,}: {share:.1f} % of the rows")
        for rule, rows in sorted(taken.dropped.items()):
            print_line(f"          {rows:,} {rule}: {PING_RULES.get(rule, rule)}")
    if taken.left_out:
        names = ", ".join(taken.left_out)
        print_line(f"dropped   columns that the mapping does not name: {names}")
    print_line("stored    units as keyed hashes; no coordinates, and not the file")
    return code


_WORDS = {**LINE_RULES, **{rule.id: rule.text for rule in RULES}}
_STORED = "the columns that the mapping names, and the file's hash; not the file"


def _visits(taken: Taken) -> str:
    if not taken.accepted:
        return "0"
    return (
        f"{taken.accepted:,}, from {taken.first_day} to {taken.last_day},"
        f" {taken.minutes:,.0f} minutes"
    )


def show_report(reported: Reported, as_json: bool) -> int:
    """Print a dose report; 3 if days are missing or rows were held back."""
    found, page = reported.dosage, reported.fortnight
    code = _GAPS if found.missing or found.held_back else 0
    if as_json:
        print_json(
            {
                "programme": found.programme.id,
                "first": str(found.first),
                "last": str(found.last),
                "supplied_days": len(found.supplied),
                "missing_days": [str(day) for day in found.missing],
                "held_back": len(found.held_back),
                "recent_share": found.recent_share,
                "short": found.is_short,
                "headline": words.headline(found),
                "folder": str(reported.folder),
                "created": reported.created,
                "exit_code": code,
            }
        )
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
        print_line(f"SHORT    only {share:.0f} % of the plan in the last 14 days")
    print_line(f"page     {reported.folder / 'dosage.html'}")
    print_line(f"return   {reported.folder / 'return.csv'}")
    return code
