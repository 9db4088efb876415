"""docs/api.md names every address and every limit of a text that the code has."""

from pathlib import Path

import pytest
from falcon.inspect import inspect_routes

from api.app import create_app
from api.services import fields
from tests.api.conftest import Node

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_address_is_documented_with_its_methods(node: Node):
    cells = (line.split("|") for line in TEXT.splitlines() if line.startswith("| `/"))
    rows = {cell[1].strip(): cell[2] for cell in cells}

    for route in inspect_routes(create_app(node.services)):
        methods = {method.method for method in route.methods if not method.internal}
        address = route.path.replace(":int}", "}")
        told = set(rows[f"`{address}`"].split())
        assert told | ({"HEAD"} if "GET" in told else set()) == methods


@pytest.mark.parametrize(
    "limit",
    [
        fields.MAX_SUBJECT,
        fields.MAX_SYMBOL,
        fields.MAX_NOTATION,
        fields.MAX_ISSUER,
        fields.MAX_KIND,
        fields.MAX_FILE_NAME,
        fields.MAX_COMPONENTS,
    ],
)
def test_the_limits_of_texts_are_documented(limit: int):
    paragraph = next(part for part in TEXT.split("\n\n") if "never cut" in part)

    assert f" {limit}" in paragraph
