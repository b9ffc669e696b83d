"""How a run is likely to end, in words and for scripts."""

from __future__ import annotations

from maker_engine.core.forecasting.outlook import Outlook
from maker_tui.text.figures import NONE, chance


def outlook_fields(outlook: Outlook | None) -> dict[str, object] | None:
    """Return it for a script; None where the votes say nothing."""
    if outlook is None:
        return None
    return {
        "p": outlook.p.p,
        "p_low": outlook.p.low,
        "p_high": outlook.p.high,
        "law": [[p, round(weight, 6)] for p, weight in outlook.law.points if weight >= 1e-4],
        "p_solve": {
            "forecast": None if outlook.forecast is None else [*outlook.forecast],
            "hard_bound": outlook.hard_bound,
        },
        "right": None
        if outlook.right is None or outlook.wrong is None
        else {"share": [*outlook.right], "wrong": [*outlook.wrong]},
        "votes": outlook.votes,
        "cost_usd": outlook.usd,
        "usd": outlook.usd,
        "k_from": outlook.k_from,
        "worse": outlook.worse,
    }


def p_words(outlook: Outlook) -> str:
    """Write p with its interval."""
    return f"{outlook.p.p:.4f} ({outlook.p.low:.4f} to {outlook.p.high:.4f})"


def solve_words(outlook: Outlook) -> str:
    """Write the odds that hold if no step is hard."""
    if outlook.forecast is None:
        return NONE
    low, high = (chance(one) for one in outlook.forecast)
    return f"{low if low == high else f'{low} to {high}'} if no step is hard"


def right_words(outlook: Outlook) -> str:
    """Write how many answers of independent steps are likely to be right, and how many not."""
    if outlook.right is None or outlook.wrong is None:
        return NONE
    low, high = outlook.right
    fewest, most = (round(one) for one in outlook.wrong)
    share = chance(low) if chance(low) == chance(high) else f"{chance(low)} to {chance(high)}"
    many = f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"
    return f"{share} of {outlook.steps:,} by the votes alone, {many} wrong"


def hard_words(outlook: Outlook) -> str:
    """Write how likely it is that no step to come is hard, at least."""
    if outlook.hard_bound is None:
        return "no right answer is known"
    return f"P(none to come) at least {chance(outlook.hard_bound) if outlook.hard_bound >= 1e-3 else '0 %'}"


def odds_rows(outlook: Outlook, name: str) -> list[tuple[str, str]]:
    """Return the odds as named rows; none for a task that does not say how many steps it has.

    Args:
        outlook: How the run is likely to end.
        name: The name of the first row.
    """
    if outlook.forecast is None:
        return []
    return [(name, solve_words(outlook)), ("hard", hard_words(outlook))]


def outlook_lines(outlook: Outlook | None) -> list[tuple[str, str]]:
    """Return what a run's report says of it, named rows."""
    if outlook is None:
        return []
    rows = [("p", f"{p_words(outlook)}, by the votes of {outlook.at:,} steps")]
    if outlook.wrong is not None:
        rows.append(("right", right_words(outlook)))
    elif outlook.forecast != (1.0, 1.0):  # a run that is over, with every step known to be right
        rows += odds_rows(outlook, "odds")
    return [*rows, *([("worse", outlook.worse)] if outlook.worse else [])]
