"""The app's own colour themes; Textual's are offered beside them."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="maker-dark",
    primary="#6cb6c9",
    secondary="#8aa4d6",
    accent="#e5b567",
    success="#8cc88c",
    warning="#e5b567",
    error="#ec7d86",
    foreground="#d6dae1",
    background="#12151b",
    surface="#171b22",
    panel="#222833",
    dark=True,
    variables={
        "border": "#6cb6c9",
        "border-blurred": "#3a4350",
        "block-cursor-background": "#6cb6c9",
        "block-cursor-foreground": "#12151b",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#6cb6c9 35%",
    },
)

LIGHT = Theme(
    name="maker-light",
    primary="#1c6478",
    secondary="#4a5fa5",
    accent="#8a5200",
    success="#2a6f2e",
    warning="#8a5200",
    error="#b3261e",
    foreground="#22262d",
    background="#f7f6f2",
    surface="#fffefa",
    panel="#e8e6df",
    dark=False,
    variables={
        "border": "#1c6478",
        "border-blurred": "#b9b6ac",
        "block-cursor-background": "#1c6478",
        "block-cursor-foreground": "#fffefa",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#1c6478 25%",
    },
)


def _stark(name: str, ink: str, paper: str, colours: Mapping[str, str], *, dark: bool) -> Theme:
    """Make a theme of highest contrast: one ink on one paper, and few, strong colours."""
    return Theme(
        name=name,
        primary=colours["cool"],
        secondary=colours["cool"],
        accent=colours["warm"],
        warning=colours["warm"],
        success=colours["good"],
        error=colours["bad"],
        foreground=ink,
        background=paper,
        surface=paper,
        panel=paper,
        dark=dark,
        variables={
            "border": colours["cool"],
            "border-blurred": ink,
            "block-cursor-background": ink,
            "block-cursor-foreground": paper,
            "block-cursor-text-style": "bold",
            "input-selection-background": f"{colours['cool']} 50%",
        },
    )


_ON_BLACK = {"cool": "#00e5ff", "warm": "#ffd500", "good": "#4dff6a", "bad": "#ff8f8f"}
_ON_WHITE = {"cool": "#003f6b", "warm": "#6b3300", "good": "#004d00", "bad": "#8f0000"}
CONTRAST_DARK = _stark("maker-contrast-dark", "#ffffff", "#000000", _ON_BLACK, dark=True)
CONTRAST_LIGHT = _stark("maker-contrast-light", "#000000", "#ffffff", _ON_WHITE, dark=False)
CONTRAST = frozenset({CONTRAST_DARK.name, CONTRAST_LIGHT.name})
"""Themes in which nothing is faint."""

ANSI = Theme(
    name="maker-ansi",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_blue",
    accent="ansi_yellow",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border": "ansi_cyan",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "bold reverse",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_default",
        "input-selection-foreground": "ansi_default",
        "screen-selection-background": "ansi_default",
        "screen-selection-foreground": "ansi_default",
    },
)
"""The terminal's own sixteen colours on its own ground, light or dark: it looks as everything else there does."""

THEMES = (DARK, LIGHT, CONTRAST_DARK, CONTRAST_LIGHT, ANSI)


def names() -> tuple[str, ...]:
    """Return the names of all themes, the app's own first."""
    return (*(theme.name for theme in THEMES), *sorted(BUILTIN_THEMES))
