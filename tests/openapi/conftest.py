"""A store to serve."""

from tests.tools.conftest import vankho

__all__ = ["vankho"]
