"""Rows by a codebook: label, extract, one small vote for each field of each row."""

from .task import Records

__all__ = ["Records"]
