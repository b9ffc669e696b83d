"""Checks of what is shown: the picture of a state, and an answer in a few words."""

from __future__ import annotations

from collections.abc import Hashable

from rich.text import Text

from maker_engine.core.decomposition import LEAST_COLUMNS, LEAST_ROWS, PICTURE_COLUMNS, PICTURE_ROWS, ROLES, Mistake
from maker_engine.core.responses import Flag
from maker_engine.task_contract.deciding import VARIANTS, response
from maker_engine.task_contract.guarded import Guarded
from maker_engine.task_contract.subject import Subject

SIZES = (
    (PICTURE_COLUMNS, PICTURE_ROWS), (LEAST_COLUMNS, LEAST_ROWS), (36, 6), (40, 12), (60, 9), (80, 24), (200, 60),
)  # fmt: skip
"""Columns and rows a picture is asked to fit."""
DRAWN = 150
"""States whose pictures are examined, at every size."""
DESCRIPTION_CHARACTERS = 24


def pictures_fit(subject: Subject) -> int:
    """Check that pictures stay within their cells at every size, in roles that the themes know."""
    count = 0
    for problem, state, *_ in subject.places(DRAWN):
        for columns, rows in SIZES:
            fits(problem, state, columns, rows)
            count += 1
    return count


def fits(problem: Guarded, state: Hashable, columns: int, rows: int) -> None:
    """Look at one picture.

    Raises:
        ContractError: It is empty, too large, or in unknown roles.
    """
    picture = problem.picture(state, columns, rows)
    size = f"the picture for {columns} × {rows}"
    if not isinstance(picture, Text):
        raise problem.breach(f"{size} is a {type(picture).__name__}, not a rich.text.Text", state)
    lines = picture.split("\n", allow_blank=True)
    widest = max(line.cell_len for line in lines)
    if widest > columns or len(lines) > rows:
        raise problem.breach(f"{size} is {widest} cells wide and {len(lines)} lines high", state)
    if not picture.plain.strip():
        raise problem.breach(f"{size} is empty", state)
    if not all(line.plain.isprintable() for line in lines):
        raise problem.breach(f"{size} holds characters that are not printable", state)
    unknown = {str(span.style) for span in picture.spans} | {str(picture.style)}
    unknown -= {"", *ROLES}
    if unknown:
        raise problem.breach(f"{size} uses {', '.join(sorted(unknown))!r}, which is none of the roles", state)


def answers_are_described_briefly(subject: Subject) -> int:
    """Check that whatever can be parsed is described in a few printable characters."""
    dice = subject.dice("descriptions")
    count = 0
    subject.need_imitation()
    for one in subject.prompts():
        for mistake in (None, *Mistake):
            answer = one.problem.parse(
                one.state, response(one.problem, one.state, one.step, mistake, dice.randrange(VARIANTS))
            )
            if isinstance(answer, Flag):
                continue
            description = one.problem.describe(answer)
            if not (
                isinstance(description, str)
                and 0 < len(description) <= DESCRIPTION_CHARACTERS
                and description.isprintable()
            ):
                raise one.problem.breach(f"describe gives {answer!r:.80} as {description!r}", one.state)
            count += 1
    return count
