"""Roles become styles: every role in every theme, none by colour alone, nothing unsafe in a cell."""

from __future__ import annotations

import itertools

import pytest
from rich.color import ColorType
from rich.text import Text
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from maker_engine.core.decomposition import ROLES
from maker_tui.settings.themes import ANSI, CONTRAST, THEMES
from maker_tui.text.roles import SCREEN_ROLES, line, paint, strip_of, styles_of

ALL = {theme.name: theme for theme in (*THEMES, *BUILTIN_THEMES.values())}


def styles(name: str):
    """The styles of a theme, with its colours as the app resolves them."""
    theme = ALL[name]
    return styles_of(theme, {**theme.to_color_system().generate(), **theme.variables})


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_role_has_a_style_in_every_theme(name):
    """Rule: no theme leaves a role out, Textual's own themes included."""
    assert set(ROLES + SCREEN_ROLES) <= set(styles(name))


@pytest.mark.parametrize("name", [theme.name for theme in THEMES if not theme.ansi])
def test_our_themes_are_legible(name):
    """Rule: text in any role has a contrast of at least 4.5 to the ground; lines and empty bars may be fainter."""
    for role, style in styles(name).items():
        if role not in ("rest", "rail") and style.color is not None:
            assert contrast_of(style, name) >= 4.5, role


@pytest.mark.parametrize("name", sorted(CONTRAST))
def test_nothing_is_faint_where_contrast_is_asked_for(name):
    """Rule: in a theme of high contrast every role has WCAG's enhanced one of 7, lines and empty bars one of 4.5."""
    for role, style in styles(name).items():
        if style.color is not None and not role.startswith(("hue.", "fill.")):
            assert contrast_of(style, name) >= (4.5 if role in ("rest", "rail") else 7), role


def test_the_terminal_s_own_colours_are_all_that_the_ansi_theme_uses():
    """Rule: no role, and no colour of the stylesheet, is anything but one of the sixteen or the terminal's default."""
    used = [colour for style in styles(ANSI.name).values() for colour in (style.color, style.bgcolor) if colour]
    assert all(colour.type in (ColorType.DEFAULT, ColorType.STANDARD) for colour in used)
    theme = (ANSI.primary, ANSI.background, ANSI.foreground, ANSI.surface, ANSI.panel, ANSI.boost, ANSI.error)
    assert all(str(colour).startswith("ansi_") for colour in theme)


def contrast_of(style, name: str) -> float:
    """Contrast of a role's ink to what it stands on."""
    ground = Color.parse(ALL[name].background) if style.bgcolor is None else Color.from_rich_color(style.bgcolor)
    return contrast(Color.from_rich_color(style.color), ground)


def contrast(one: Color, other: Color) -> float:
    """WCAG's contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Color) -> float:
    """WCAG's relative luminance."""
    parts = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("name", ["maker-dark", "maker-ansi", "maker-contrast-dark"])
def test_what_must_stand_out_does_so_without_colour(name):
    """Rule: moved, conflict, target, good, bad and the cursor differ from plain text by more than their colour."""
    for role in ("moved", "conflict", "source", "target", "good", "bad", "warn", "cursor", "badge"):
        style = styles(name)[role]
        assert any((style.bold, style.underline, style.reverse)), role


def test_a_picture_is_painted_and_an_unknown_role_is_plain():
    """Rule: roles are replaced by styles, text stays."""
    text = Text.assemble("a", ("b", "moved"), ("c", "no such role"), ("d", "hue.6"))
    painted = paint(text, styles("maker-dark"))
    assert painted.plain == "abcd"
    assert {span.style for span in painted.spans} >= {styles("maker-dark")["moved"], styles("maker-dark")["hue.6"]}


def test_a_strip_always_has_styles_and_never_a_control_character():
    """Rule: the NO_COLOR filter needs a style on every segment; the terminal gets text only."""
    for text in (Text("plain"), Text(""), line(("\x1b[31m", "bad"), "\x07"), Text("a\x1b]0;x\x07b", style="good")):
        strip = strip_of(text, styles("maker-dark"))
        assert all(segment.style is not None for segment in strip)
        assert not any(character < " " for segment in strip for character in segment.text)


def test_nested_roles_add_up():
    """Rule: where spans overlap, both styles apply."""
    text = Text("abcdef")
    text.stylize("strong", 0, 4)
    text.stylize("target", 2, 6)
    cells = list(
        itertools.chain.from_iterable(
            [segment.style] * len(segment.text) for segment in strip_of(text, styles("maker-dark"))
        )
    )
    assert cells[3].bold
    assert cells[3].underline
    assert not cells[5].bold
