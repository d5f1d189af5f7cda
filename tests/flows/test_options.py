"""What the options of a command become: the parameters of its flow."""

from pathlib import Path
from typing import Any

import pytest

from flows.command.cli import app
from flows.command.options import layered
from flows.params import PublishParams, RefreshParams
from transforms.errors import UsageError
from transforms.publications.layers import LayerFiles


def taken(command: str, *words: str) -> dict[str, Any]:
    """What the command's function is called with."""
    _, bound, _ = app.parse_args([command, *words], print_error=False)
    return dict(bound.arguments)


@pytest.mark.parametrize(
    ("command", "model"), [("publish", PublishParams), ("run", RefreshParams)]
)
def test_layers_come_from_the_command_to_the_flows_parameters(
    command: str, model: type[PublishParams]
) -> None:
    words = (
        "--boundary", "b.gpkg", "--basemap", "stack.gpkg",
        "--boundary-layer", "beat=beats.shp:NAME=1", "--boundary-layer", "ward=w.gpkg",
        "--landmarks", "places.gpkg:NAME",
    )  # fmt: skip
    params = model(**layered(taken(command, *words)["layers"]))
    assert params.layers == LayerFiles(
        Path("b.gpkg"),
        Path("stack.gpkg"),
        {"beat": "beats.shp:NAME=1", "ward": "w.gpkg"},
        "places.gpkg:NAME",
    )
    # a deployment hands them over as JSON
    again = model.model_validate_json(params.model_dump_json())
    assert again.layers == params.layers


def test_without_layers_there_are_none() -> None:
    assert taken("publish").get("layers") is None
    assert layered(None) == {}
    assert PublishParams().layers == LayerFiles()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["beats.gpkg"], "write NAME=FILE"),
        (["beat="], "write NAME=FILE"),
        (["=beats.gpkg"], "write NAME=FILE"),
        (["beat=a.gpkg", "beat=b.gpkg"], "that name is taken"),
    ],
)
def test_a_layer_without_a_name_of_its_own_is_refused(
    words: list[str], why: str
) -> None:
    given = [word for text in words for word in ("--boundary-layer", text)]
    with pytest.raises(UsageError, match=f"--boundary-layer '.*': {why}"):
        layered(taken("publish", *given)["layers"])
