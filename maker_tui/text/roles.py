"""Roles to styles: tasks and panes name what a bit of text is, and the theme in use says how that looks.

No role carries its meaning by colour alone: glyphs and words say it, and those that must be noticed are also bold,
underlined or reversed, so that NO_COLOR and a sixteen-colour terminal lose nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.strip import Strip

from maker_engine.core.task.pictures import ROLES
from maker_engine.printable import printable
from maker_tui.settings.themes import CONTRAST

if TYPE_CHECKING:
    from textual.theme import Theme

Styles = Mapping[str, Style]

SCREEN_ROLES = ("strong", "quiet", "accent", "good", "bad", "warn", "bar", "rest", "cursor", "key", "badge",
                "banner.good", "banner.bad", "banner.warn")  # fmt: skip
"""Roles the panes use beside the tasks' own `ROLES`."""

_HUES_DARK = ("#ec7d86", "#e8a15f", "#e3cf6a", "#8cc88c", "#79aee8", "#c59bea")
_HUES_LIGHT = ("#b3261e", "#9a4f00", "#756000", "#2a6f2e", "#1d5fae", "#7b3fa8")
_HUES_ANSI = ("red", "bright_red", "yellow", "green", "blue", "magenta")


def styles_of(theme: Theme, variables: Mapping[str, str]) -> Styles:
    """Return the style of every role under `theme`.

    Args:
        theme: The theme in use.
        variables: Its resolved colours, as `App.theme_variables` has them.
    """
    styles = _ansi() if theme.ansi else _coloured(theme, variables)
    missing = set(ROLES + SCREEN_ROLES) - set(styles)
    return {**dict.fromkeys(missing, Style.null()), **styles}


def paint(text: Text, styles: Styles) -> Text:
    """Return `text` with its roles replaced by styles; a role no one knows is plain."""
    painted = Text(text.plain, style=_style(text.style, styles), end="", no_wrap=True)
    for span in text.spans:
        painted.stylize(_style(span.style, styles), span.start, span.end)
    return painted


def strip_of(text: Text, styles: Styles) -> Strip:
    """Turn one line of roles into cells. Whatever it holds, no control character leaves here."""
    base = _style(text.style, styles)
    segments: list[Segment] = []
    # Rich renders a text without spans as segments without a style, which the NO_COLOR filter cannot take.
    cuts = sorted({0, len(text.plain), *(span.start for span in text.spans), *(span.end for span in text.spans)})
    for start, end in pairwise(cuts):
        style = base
        for span in text.spans:
            if span.start <= start and end <= span.end:
                style += _style(span.style, styles)
        segments.append(Segment(printable(text.plain[start:end]), style))
    return Strip(segments)


def line(*parts: str | tuple[str, str]) -> Text:
    """Assemble one line from plain strings and (string, role) pairs, made printable."""
    text = Text(end="", no_wrap=True)
    for part in parts:
        if isinstance(part, str):
            text.append(printable(part))
        else:
            text.append(printable(part[0]), part[1])
    return text


def _style(style: str | Style, styles: Styles) -> Style:
    return style if isinstance(style, Style) else styles.get(style, _NULL)


_NULL = Style.null()


def _coloured(theme: Theme, variables: Mapping[str, str]) -> dict[str, Style]:
    ground = Color.parse(variables["background"])
    ink = Color.parse(variables["foreground"])

    def colour(name: str) -> str:
        return Color.parse(variables[name]).hex6

    def mixed(share: float) -> str:
        return ground.blend(ink, share).hex6

    quiet, rail, rest = (mixed(share) for share in ((1.0, 0.85, 0.6) if theme.name in CONTRAST else (0.68, 0.5, 0.28)))
    paper = ground.hex6
    styles = _shapes(colour("primary"), colour("success"), colour("error"), colour("warning"), colour("accent"))
    styles |= {
        "label": Style(color=quiet),
        "quiet": Style(color=quiet),
        "rail": Style(color=rail),
        "rest": Style(color=rest),
        "cursor": Style(color=paper, bgcolor=colour("primary"), bold=True),
        "badge": Style(color=paper, bgcolor=colour("warning"), bold=True),
        "banner.good": Style(color=paper, bgcolor=colour("success"), bold=True),
        "banner.bad": Style(color=paper, bgcolor=colour("error"), bold=True),
        "banner.warn": Style(color=paper, bgcolor=colour("warning"), bold=True),
    }
    hues = _HUES_DARK if theme.dark else _HUES_LIGHT
    return styles | _hues(hues)


def _ansi() -> dict[str, Style]:
    reverse = Style(bold=True, reverse=True)
    styles = _shapes("cyan", "green", "red", "yellow", "yellow")
    styles |= {role: Style(dim=True) for role in ("label", "quiet", "rail", "rest")}
    styles |= dict.fromkeys(("cursor", "badge", "banner.good", "banner.bad", "banner.warn"), reverse)
    return styles | _hues(_HUES_ANSI)


def _hues(colours: Iterable[str]) -> dict[str, Style]:
    """Give each hue as ink and as ground; reversed, so that a ground is seen without colours too."""
    styles = {}
    for number, colour in enumerate(colours, 1):
        styles[f"hue.{number}"] = Style(color=colour)
        styles[f"fill.{number}"] = Style(color=colour, reverse=True)
    return styles


def _shapes(primary: str, good: str, bad: str, warn: str, accent: str) -> dict[str, Style]:
    return {
        "strong": Style(bold=True),
        "given": Style(bold=True),
        "accent": Style(color=primary),
        "key": Style(color=primary, bold=True),
        "bar": Style(color=primary),
        "good": Style(color=good, bold=True),
        "bad": Style(color=bad, bold=True),
        "warn": Style(color=warn, bold=True),
        "moved": Style(color=accent, bold=True),
        "source": Style(color=accent, underline=True),
        "target": Style(color=good, underline=True),
        "conflict": Style(color=bad, bold=True, reverse=True),
    }
