"""What the doctor checks of a programme's patrols: its trials and its patrol logs."""

from collections.abc import Iterator
from datetime import datetime

from flows.doctor.finding import Finding
from transforms.errors import HexbeatError
from transforms.homes.home import Home
from transforms.patrols.supplied import log_days
from transforms.programmes.programme import Programme
from transforms.reference.days import LONDON
from transforms.tasking.folder import newest_pack
from transforms.tasking.fortnight import due
from transforms.trials.standing import trial_standings
from transforms.trials.trial import SEED_FILE, TRIALS


OTHERS = 0o077  # rights of those who do not own a folder or file


def check_patrols(home: Home, programme: Programme) -> Iterator[Finding]:
    """Trials whole, seeds private, weeks issued; days that logs and packs lack."""
    for seed in sorted(programme.folder.glob(f"{TRIALS}/*/{SEED_FILE}")):
        if seed.stat().st_mode & OTHERS:
            text = f"{seed} can be read by others: chmod 600 {seed}"
            yield Finding("bad", "trials", text)
    today = datetime.now(LONDON).date()
    try:
        trials = trial_standings(home, programme, today)
    except HexbeatError as error:
        yield Finding("bad", "trials", str(error))
        return
    for one in trials:
        text = f"{one.trial}: {one.state(today)}, {one.in_words}"
        yield Finding("ok", "trials", text)
        if one.unissued:
            how = f"hexbeat trial issue {programme.id} {one.trial}"
            text = f"nobody issued this week: {how} --week {one.unissued}"
            yield Finding("note", "trials", text)
    logs = log_days(home, programme, today)
    if logs and logs.newest:
        lack = f"{logs.missing:,} of {logs.of:,} days without a row"
        text = f"of {programme.id}: to {logs.newest}, {lack}"
        yield Finding("note" if logs.missing else "ok", "logs", text)
    if (newest := newest_pack(home, programme.id)) is None:
        return
    yield Finding("ok", "packs", f"of {programme.id}: to {newest}")
    if programme.id in due(home, today):
        text = f"{programme.id} has none of its newest fortnight: hexbeat tasking"
        yield Finding("note", "packs", f"{text} {programme.id}")
