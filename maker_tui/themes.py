"""The app's own colour themes; Textual's are offered beside them."""

from __future__ import annotations

from textual.theme import Theme

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

THEMES = (DARK, LIGHT)
