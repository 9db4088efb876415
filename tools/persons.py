"""Who acts at the command line: whoever shows a token is its holder, everyone else the operator."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.services.tokens import caller_of
from repository.holdings import Holdings
from repository.model.access import OPERATOR, Caller
from repository.model.ids import system_clock
from tools.tokens import read_token

TokenFile = Annotated[
    Path | None,
    typer.Option(
        help="Tệp mã truy cập của người thực hiện. / File with the token of who does this."
    ),
]


def acting(holdings: Holdings, token_file: Path | None) -> Caller:
    """Who acts; raise `TokenFileUnfit` or `UnknownCaller`."""
    if token_file is None:
        return OPERATOR
    bearer = read_token(token_file, sys.stdin)
    with holdings.reading() as reading:
        return caller_of(reading, bearer, system_clock())
