"""API tests: the requests of a document, sent for real, and every failure judged by vote."""

from .task import ApiTests

__all__ = ["ApiTests"]
