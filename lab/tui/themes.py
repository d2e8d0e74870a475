"""The lab's own themes, beside Textual's: high contrast, on black and on white.

Every text has a contrast of at least 7 to its background (WCAG 2.2, success criterion 1.4.6).
"""

from textual.theme import Theme

_SHARP = {"block-cursor-text-style": "bold", "footer-key-foreground": "#ffff00", "text-muted": "#ffffff"}
_SHARP_LIGHT = {"block-cursor-text-style": "bold", "footer-key-foreground": "#00007f", "text-muted": "#000000"}

THEMES = (
    Theme(
        name="high-contrast",
        primary="#6fc3ff",
        secondary="#8fffff",
        accent="#ffff00",
        warning="#ffd75f",
        error="#ff9f9f",
        success="#7fff7f",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#262626",
        dark=True,
        text_alpha=1.0,
        luminosity_spread=0.05,
        variables=_SHARP,
    ),
    Theme(
        name="high-contrast-light",
        primary="#00007f",
        secondary="#004f4f",
        accent="#6f006f",
        warning="#5f3f00",
        error="#8f0000",
        success="#004f00",
        foreground="#000000",
        background="#ffffff",
        surface="#ffffff",
        panel="#e4e4e4",
        dark=False,
        text_alpha=1.0,
        luminosity_spread=0.05,
        variables=_SHARP_LIGHT,
    ),
)
