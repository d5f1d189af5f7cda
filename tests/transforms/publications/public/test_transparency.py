"""transparency.md: what a run knows is in it, and the rest is a marked blank."""

from dataclasses import replace

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.publications.public.transparency import (
    BLANK,
    OPERATOR_FIELDS,
    TransparencyFacts,
    transparency,
)


FACTS = TransparencyFacts(
    run_id="2025-12-0123456789ab",
    as_of="2025-12",
    version="0.1.0",
    method="Point exposure (version 3)",
    method_in_words="A decayed count of what came before.",
    attribution="Contains data under some licence",
    feeds=["police.uk street crime"],
    months=[("Kent Police", "2023-01", "2025-12", 36)],
    exclusions=[("prison", 1, "nobody patrols it | <b>inside</b>")],
    periods=["2025-Q1", "2025-Q2"],
    accuracy="| group | hit rate |\n|---|---|\n| all-crime | 0.21 |\n",
)


def test_what_the_run_knows_is_in_it() -> None:
    text = transparency(FACTS)
    for said in (
        "Run `2025-12-0123456789ab`",
        "| Method | Point exposure (version 3) |",
        "- police.uk street crime\n",
        "| Kent Police | 2023-01 | 2025-12 | 36 |\n",
        "| group | hit rate |\n|---|---|\n| all-crime | 0.21 |\n",
        "2025-Q1, 2025-Q2",
        "one below 10 are never published",
        "rounded to the nearest\n  5",
    ):
        assert said in text
    assert "{" not in text
    assert "}" not in text


def test_both_tiers_and_their_parts_are_there() -> None:
    heads = [line for line in transparency(FACTS).split("\n") if line.startswith("## ")]
    assert heads == ["## Tier 1: overview", "## Tier 2: in detail"]
    parts = [line for line in transparency(FACTS).split("\n") if line[:5] == "### 1"]
    assert parts == ["### 1. Owner and responsibility"]


def test_every_blank_asks_for_what_it_lacks_until_it_is_answered() -> None:
    empty = transparency(FACTS)
    for key, asked in OPERATOR_FIELDS.items():
        assert f"{BLANK} {asked}" in empty
        filled = transparency(FACTS, {key: f"answer to\n{key}"})
        assert f"answer to {key}" in filled
        assert f"{BLANK} {asked}" not in filled
    assert BLANK not in transparency(FACTS, dict.fromkeys(OPERATOR_FIELDS, "x"))
    assert transparency(FACTS, {"contact": " \n"}) == empty


def test_settings_are_told_as_they_are() -> None:
    strict = replace(FACTS, settings=DisclosureSettings(20, 10, 7, 6))
    text = transparency(strict)
    assert "one below 20 are" in text
    assert "nearest\n  10." in text
    assert "at least 6 months" in text
    assert "resolution 8" not in text


def test_no_text_of_others_is_markup() -> None:
    text = transparency(FACTS, {"use": "<script>x</script>\n# Title\n| a |"})
    assert "<" not in text.replace("&lt;", "")
    assert "nobody patrols it \\| &lt;b>inside" in text
    assert "\n# Title" not in text


def test_nothing_known_is_said_to_be_nothing() -> None:
    bare = replace(FACTS, feeds=[], months=[], exclusions=[], periods=[])
    text = transparency(bare)
    assert "- none\n" in text
    assert "| none | | | 0 |" in text
    assert "| none | 0 | |\n" in text
    assert "none yet" in text
