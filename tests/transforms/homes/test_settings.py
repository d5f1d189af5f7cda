"""`hexbeat.toml` is read strictly: a mistake is one line with file, key and value."""

from pathlib import Path
from typing import get_args

import pytest

from transforms.errors import UsageError
from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.homes.home import open_home
from transforms.homes.settings import SETTINGS, RetentionSettings, Settings
from transforms.reference.harm import ShippedWeights, shipped_weights
from transforms.reference.toml_files import read_toml


def read(text: str) -> Settings:
    return read_toml(text, "hexbeat.toml", SETTINGS)


def test_a_silent_home_has_the_shipped_choices() -> None:
    assert read("") == Settings()
    assert read("[public]").public == DisclosureSettings(10, 5, 8, 1)
    assert read("[retention]").retention == RetentionSettings(None, None, 7)


def test_a_home_states_only_what_it_wants_otherwise() -> None:
    settings = read("[public]\nminimum_count = 20.0\n[retention]\nruns_kept = 24")
    assert settings.public == DisclosureSettings(20)
    assert isinstance(settings.public.minimum_count, int)
    assert settings.retention == RetentionSettings(24)


def test_what_is_at_a_limit_is_accepted() -> None:
    for values in ((6, 3, 7, 2), (5, 1, 8, 1), (1000, 5, 8, 1)):
        keys = ("minimum_count", "rounding", "finest_resolution", "lag_months")
        lines = [f"{key} = {value}" for key, value in zip(keys, values, strict=True)]
        settings = read("\n".join(["[public]", *lines]))
        assert settings.public == DisclosureSettings(*values)
    limits = "runs_kept = 1\nsuperseded_raw_days = 0\nunused_days = 30"
    assert read(f"[retention]\n{limits}").retention == RetentionSettings(1, 0, 30)


def test_shipped_weights_can_be_chosen() -> None:
    for name in get_args(ShippedWeights):
        assert read(f'[harm]\nweights = "{name}"').scoring(Path()).harm == (
            shipped_weights(name)
        )


R9, R10 = "89194ad3003ffff", "8a194ad30007fff"
RULE = '[[exclusion]]\nid = "depot"\nwhy = "a desk"\n'
BY_LABEL = RULE + 'label = "Depot"\n'
BY_CELL = RULE + f'cell = "{R9}"\n'
MONTHS = """
[[coverage]]
force = "kent"
months = ["2024-05", "2024-06"]
as = "set_aside"
reason = "sent twice"
"""
FEED = '[feed]\nmapping = "m"\n'
DAYS = f"""{FEED}
[[feed.days]]
from = 2026-10-26
to = "2026-10-27"
as = "set_aside"
reason = "their export failed"
"""
FIRST = "[[exclusion]] number 1"
LOGIN = "Server=h;Uid=u;Pwd=s3cret"
HUGE = "1" + "0" * 400

NO_PATROL = (
    '[[patrol.days]]\nfrom = 2026-12-25\nto = 2026-12-26\nreason = "Christmas"\n'
)
MISTAKES = [
    # what is not known, with what was probably meant or what there is
    ('[exclude]\nlabel = "Prison"', "exclude is unknown", "'exclusion'"),
    ("[hotspot]\nmax_cells = 5", "hotspot is unknown", "'hotspots'"),
    ('"a\\nb" = 1', "a b is unknown", "transparency, retention, feed"),
    ("[home]\nforces = 1", "[home] forces is unknown", "registry"),
    ("[hotspots]\nmax_cell = 5", "[hotspots] max_cell is unknown", "'max_cells'"),
    ("[public]\nminimum = 5", "[public] minimum is unknown", "'minimum_count'"),
    ("[retention]\nruns = 3", "[retention] runs is unknown", "'runs_kept'"),
    ('[harm]\nweight = "ons"', "[harm] weight is unknown", "'weights'"),
    ('[exclusions]\nwit = ["x"]', "[exclusions] wit is unknown", "'without'"),
    ('[transparency]\nnme = "x"', "[transparency] nme is unknown", "'name'"),
    (f'{FEED}sauce = "x"', "[feed] sauce is unknown", "'source'"),
    (f'{FEED}layers.area = "x"', "[feed.layers] area is unknown", "'areas'"),
    (f"{FEED}layers.boundary = 3", "[feed.layers] boundary must be a text", "number"),
    (f"{FEED}layers.areas.beat = 3", "[feed.layers.areas] beat must be", "number"),
    (f"{FEED}groups.a = 3", "[feed.groups] a must be a list", "number"),
    (f"{FEED}groups.a = []", "[feed.groups] a: it is empty", "write"),
    (f'{FEED}groups.a = ["burglry"]', "[feed.groups] a: 'burglry'", "'burglary'?"),
    (f'{FEED}groups.drugs = ["robbery"]', "[feed.groups] drugs: 'drugs'", "shipped"),
    (DAYS + 'of = "incidents"', "[[feed.days]] number 1 of must be 'crimes'", "got"),
    (BY_LABEL + 'whi = "x"', f"{FIRST} whi is unknown", "'why'"),
    (BY_LABEL + BY_CELL + "x = 1", "[[exclusion]] number 2 x is unknown", "label"),
    (MONTHS + 'because = ""', "[[coverage]] number 1 because is unknown", "reason"),
    (DAYS + 'because = ""', "[[feed.days]] number 1 because is unknown", "from, to"),
    ('[map]\ntile = "x"', "[map] tile is unknown", "'tiles'"),
    ('[map]\ntiles = "https://a.b/{z}/{x}/{y}.png"', "[map]", "need an attribution"),
    ('[map]\nattribution = "OSM"', "[map]", "of which there are none"),
    *(
        (f'[map]\nattribution = "OSM"\ntiles = "{address}"', "[map]", "no address")
        for address in (
            "http://a.b/{z}/{x}/{y}.png",
            "https://a.b/{z}/{x}.png",
            "https://a.b; script-src */{z}/{x}/{y}",
            "https://*/{z}/{x}/{y}",
            "https:///{z}/{x}/{y}",
        )
    ),
    # what is missing
    ("[[exclusion]]", f"{FIRST} id is missing", ""),
    (BY_LABEL.replace("why =", "# why ="), f"{FIRST} why is missing", ""),
    ("[feed]", "[feed] mapping is missing", ""),
    (MONTHS.replace("as =", "# as ="), "[[coverage]] number 1 as is missing", ""),
    # tables and lists
    ("hotspots = 5", "hotspots must be a table", "[hotspots] (got a number)"),
    ("[[hotspots]]\nmax_cells = 5", "hotspots must be a table", "[hotspots]"),
    ("public = 5", "public must be a table", "[public] (got a number)"),
    ("[[public]]", "public must be a table", "[public]"),
    ('harm = "ons"', "harm must be a table", "[harm] (got a text)"),
    ('home = "demo"', "home must be a table", "[home] (got a text)"),
    ("feed = 3", "feed must be a table", "[feed] (got a number)"),
    (
        "transparency = 3",
        "transparency must be a table",
        "[transparency] (got a number)",
    ),
    ('exclusions = ["x"]', "exclusions must be a table", "[exclusions]"),
    ("[[exclusions]]", "exclusions must be a table", "[exclusions]"),
    ("[exclusion]", "exclusion must be a list", "[[exclusion]]"),
    ('exclusion = "x"', "exclusion must be a list", "[[exclusion]] (got a text)"),
    ('exclusion = ["x"]', f"{FIRST} must be a table", "got a text"),
    ('coverage = "kent"', "coverage must be a list", "[[coverage]] (got a text)"),
    (f"{FEED}days = 3", "[feed] days must be a list", "got a number"),
    (f"{FEED}[feed.days]", "[feed] days must be a list", "a table"),
    (
        '[exclusions]\nwithout = "x"',
        "[exclusions] without must be a list",
        "got a text",
    ),
    (
        "[exclusions]\nwithout = 3",
        "[exclusions] without must be a list",
        "got a number",
    ),
    ("[exclusions]\nwithout = {x = 1}", "[exclusions] without must be a list", ""),
    (
        MONTHS.replace('["2024-05", "2024-06"]', '"2024-05"'),
        "[[coverage]] number 1 months must be a list",
        "got a text",
    ),
    # numbers
    *(
        (f"[hotspots]\nmax_cells = {value}", "[hotspots] max_cells must be", got)
        for value, got in {
            "0": "above 0 (got 0)",
            "-3": "above 0 (got -3)",
            "2.5": "a whole number (got 2.5)",
            "true": "a whole number (got true)",
            '"5"': "a whole number (got a text)",
            "[5]": "a whole number (got a list)",
            "nan": "a whole number (got nan)",
            "inf": "a whole number (got inf)",
        }.items()
    ),
    ("[hotspots]\nmax_area_m2 = inf", "[hotspots] max_area_m2 must be", "inf"),
    (f"[hotspots]\nmax_area_m2 = {HUGE}", "[hotspots] max_area_m2 must be", "000"),
    ("[hotspots]\nshare_percent = nan", "[hotspots] share_percent must be", "nan"),
    ("[hotspots]\nshare_percent = 0.0", "[hotspots] share_percent must be", "0.0"),
    ("[hotspots]\nshare_percent = 5.1", "[hotspots] share_percent must be", "most 5 "),
    (
        "[hotspots]\nshare_percent = true",
        "[hotspots] share_percent must be",
        "got true",
    ),
    (
        '[hotspots]\nshare_percent = "2"',
        "[hotspots] share_percent must be",
        "got a text",
    ),
    *(
        (f"[public]\n{key} = {value}", f"[public] {key} must be", f"{limit} (got ")
        for key, value, limit in [
            ("minimum_count", 4, "at least 5"),
            ("minimum_count", 1001, "at most 1000"),
            ("minimum_count", 10.5, "a whole number"),
            ("minimum_count", "nan", "a whole number"),
            ("minimum_count", "inf", "a whole number"),
            ("minimum_count", "true", "a whole number"),
            ("minimum_count", '"9"', "a whole number"),
            ("rounding", 0, "at least 1"),
            ("finest_resolution", 9, "at most 8"),
            ("finest_resolution", 6, "at least 7"),
            ("lag_months", 0, "at least 1"),
        ]
    ),
    ("[public]\nrounding = 3", "[public]", "10 is not a multiple of rounding = 3"),
    ("[retention]\nruns_kept = 0", "[retention] runs_kept must be", "at least 1"),
    ("[retention]\nruns_kept = true", "[retention] runs_kept must be", "got true"),
    ("[retention]\nsuperseded_raw_days = -1", "[retention] superseded_raw_days", "-1"),
    ("[retention]\nunused_days = 31", "[retention] unused_days must be", "at most 30"),
    ('[retention]\nunused_days = "7"', "[retention] unused_days must be", "got a text"),
    # no value that may be a secret, and others as TOML writes them
    (f'feed = "{LOGIN}"', "feed must be a table", "[feed] (got a text)"),
    (f'exclusion = ["{LOGIN}"]', f"{FIRST} must be a table", "got a text"),
    (f'[public]\nrounding = "{LOGIN}"', "[public] rounding must be", "got a text"),
    (f'[harm]\nscale = "{LOGIN}"', "[harm] scale must be", "got 'Server=h;"),
    (f'[harm]\nscale = "{"x" * 50}"', "[harm] scale must be", f"got '{'x' * 40}')"),
    ("[public]\nrounding = 1979-05-27", "[public] rounding must be", "got 1979-05-27"),
    ("[harm]\nscale = 1979-05-27", "[harm] scale must be", "got 1979-05-27"),
    ("transparency = 1979-05-27", "transparency must be", "got a date or time"),
    ("[harm]\nscale = false", "[harm] scale must be", "got false"),
    # words
    ('[home]\nregistry = "x"', "[home] registry must be 'forces' or 'demo'", "'x'"),
    ("[home]\nregistry = []", "[home] registry must be 'forces' or 'demo'", "a list"),
    ('[harm]\nscale = "sqrt"', "[harm] scale must be 'raw' or 'square_root'", "'sqrt'"),
    ('[harm]\nscale = ["raw"]', "[harm] scale must be 'raw'", "a list"),
    ("[harm]\nscale = 2", "[harm] scale must be 'raw'", "2"),
    ('[harm]\nweights = "CCHI"', "[harm] weights must be 'cchi' or 'ons'", "'CCHI'"),
    ('[harm]\nweights = ["cchi"]', "[harm] weights must be", "a list"),
    ("[harm]\nweights = {burglary = 2}", "[harm] weights must be", "a table"),
    ('[harm]\nweights = ""', "[harm] weights must be", "''"),
    ("[harm]\nfile = true", "[harm] file must be a text", "got a boolean"),
    ('[harm]\nfile = ["w.toml"]', "[harm] file must be a text", "a list"),
    (
        '[harm]\nfile = " "',
        "[harm] file must be a text that says something",
        "got a text",
    ),
    ('[harm]\nfile = "a"\nweights = "ons"', "[harm]", "weights or file, not both"),
    ("[transparency]\nname = 3", "[transparency] name must be a text", "got a number"),
    ('[exclusions]\nwithout = ["hospitl"]', "[exclusions] without", "'hospital'"),
    ("[exclusions]\nwithout = [['x']]", "[exclusions] without must be", "a list"),
    ("[feed]\nmapping = 3", "[feed] mapping must be a text", "got a number"),
    (f"{FEED}key = 3", "[feed] key must be a text", "got a number"),
    (f"{FEED}source = 3", "[feed] source must be a text", "got a number"),
    # exclusions
    (RULE, FIRST, "write either label or cell"),
    (BY_LABEL + f'cell = "{R9}"', FIRST, "write either label or cell"),
    (RULE + 'label = ""', f"{FIRST} label must be a text", "got a text"),
    (RULE + "label = ['A']", f"{FIRST} label must be a text", "a list"),
    (BY_LABEL + "force = 3", f"{FIRST} force must be a text", "got a number"),
    *(
        (RULE + f"label = '{label}'", f"{FIRST} label", why)
        for label, why in {
            "(Depot": "missing )",
            "*Depot": "no argument",
            "Depot(?! Road)": "(?!",
            "(?<!x)Depot": "(?<",
            "(?<name>Depot)": "(?<",
            r"(D)\1": "invalid escape sequence",
        }.items()
    ),
    (RULE + 'label = "(\\n"', f"{FIRST} label", "not a regular expression"),
    (RULE + "label = '\\QA.E.'", f"{FIRST} label", "not a regular expression"),
    *(
        (RULE + f'cell = "{cell}"', f"{FIRST} cell: {cell!r} is not an H3 cell", "10")
        for cell in [
            R9.upper(),
            R9[:-1],
            "88194ad301fffff",
            R10.replace("8a", "89"),
            "89194ad3000ffff",
            "the station",
        ]
    ),
    (BY_LABEL + BY_CELL, "exclusion", "two have the id 'depot'"),
    *(
        (f'{BY_LABEL}force = "{force}"', "", said)
        for force, said in {
            "kentt": "did you mean 'kent'",
            "Kent": "did you mean 'kent'",
            "avonmere": "'avonmere' is a made-up force",
            "police-scotland": "police-scotland",
        }.items()
    ),
    # months and days
    (MONTHS.replace("kent", "kentt"), "", "did you mean 'kent'"),
    (
        MONTHS.replace("set_aside", "fine"),
        "[[coverage]] number 1 as must be 'supplied' or 'set_aside'",
        "'fine'",
    ),
    (MONTHS.replace("-05", "-13"), "[[coverage]] number 1 months", "'2024-13'"),
    (
        MONTHS.replace("sent twice", " "),
        "[[coverage]] number 1 reason must be",
        "got a text",
    ),
    (DAYS.replace("set_aside", "fine"), "[[feed.days]] number 1 as must be", "'fine'"),
    (
        DAYS.replace("their export failed", ""),
        "[[feed.days]] number 1 reason",
        "got a text",
    ),
    (
        DAYS.replace("2026-10-26", '"26/10/2026"'),
        "[[feed.days]] number 1 from",
        "26/10/2026 is not a day",
    ),
    (
        DAYS.replace("2026-10-27", "2026-10-25"),
        "[[feed.days]] number 1",
        "ends on 2026-10-25, before it begins",
    ),
    ("[patrol]\nplanned = 5", "[patrol] planned is unknown", "'planned_minutes'"),
    ("[patrol]\nplanned_minutes = 0.0", "[patrol] planned_minutes must be above", "0"),
    ("[patrol]\nping_days = 0", "[patrol] ping_days must be at least 1", "0"),
    ('[[patrol.logs]]\nfolder = "logs"', "[[patrol.logs]] number 1 mapping is", ""),
    (f'{NO_PATROL}as = "closed"', "[[patrol.days]] number 1 as must be", "no-patrol"),
    (NO_PATROL, "[[patrol.days]] number 1 as is missing", ""),
    (
        NO_PATROL.replace("25\n", "27\n") + 'as = "no-patrol"',
        "[[patrol.days]] number 1",
        "before it begins",
    ),
    # TOML
    ("[home\nregistry =", "not valid TOML", "line 1"),
    ("x = " + "[" * 100_000, "not valid TOML", ""),
    ("x = " + "1" * 5_000, "not valid TOML", ""),
]


@pytest.mark.parametrize(("text", "place", "fact"), MISTAKES)
def test_a_mistake_is_one_line_with_file_key_and_value(
    text: str, place: str, fact: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    said = str(caught.value)
    assert said.startswith(f"hexbeat.toml: {place}")
    assert fact in said
    assert "\n" not in said
    assert "s3cret" not in said
    assert caught.value.exit_code == 2


def test_an_unknown_key_is_named_before_what_else_is_wrong() -> None:
    with pytest.raises(UsageError, match=r"\[hotspots\] max_cell is unknown"):
        read('harm = "ons"\n[hotspots]\nmax_cell = 0\nshare_percent = 9')


def test_a_home_names_its_file(tmp_path: Path) -> None:
    for data in (b"[hotspots]\nmax_cells = 0", b"\xff\xfe\x00"):
        (tmp_path / "hexbeat.toml").write_bytes(data)
        with pytest.raises(UsageError) as caught:
            open_home(tmp_path)
        assert str(caught.value).startswith(f"{tmp_path / 'hexbeat.toml'}: ")
