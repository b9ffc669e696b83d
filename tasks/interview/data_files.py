"""The data that comes with this task, as text."""

from __future__ import annotations

from importlib.resources import files


def data_file(name: str) -> str:
    """Return the text of a file of the folder `data`, such as "kinds/cli.toml"."""
    return files(__package__).joinpath("data", *name.split("/")).read_text(encoding="utf-8")


def data_names(folder: str) -> list[str]:
    """Return the names of the files of a folder of `data`, sorted, as `data_file` takes them."""
    return sorted(f"{folder}/{entry.name}" for entry in files(__package__).joinpath("data", folder).iterdir())
