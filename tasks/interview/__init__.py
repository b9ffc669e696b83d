"""Requirements by interview: what is wanted, said in lines that are voted on, gated, and traced to a person's words."""

from .task import Interview

__all__ = ["Interview"]
