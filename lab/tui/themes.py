"""The lab's own themes, beside Textual's: dark, light, and with high contrast on black and on white.

In the latter two every text has a contrast of at least 7 to its background (WCAG 2.2, success criterion 1.4.6).
"""

from textual.theme import Theme

_SHARP = {"block-cursor-text-style": "bold", "footer-key-foreground": "#ffff00", "text-muted": "#ffffff"}
_SHARP_LIGHT = {"block-cursor-text-style": "bold", "footer-key-foreground": "#00007f", "text-muted": "#000000"}

THEMES = (
    Theme(
        name="lab-dark",
        primary="#79b8ff",
        secondary="#7fd1c7",
        accent="#ffb454",
        warning="#e8c468",
        error="#ff8b84",
        success="#7fd47f",
        foreground="#dde3ec",
        background="#10141b",
        surface="#171c25",
        panel="#252d3a",
        dark=True,
        variables={"footer-key-foreground": "#ffb454", "block-cursor-text-style": "bold"},
    ),
    Theme(
        name="lab-light",
        primary="#0a4f9e",
        secondary="#0b6a63",
        accent="#8f4300",
        warning="#6d4a00",
        error="#a3111f",
        success="#0f6027",
        foreground="#1d2229",
        background="#fafaf7",
        surface="#ffffff",
        panel="#e3e7ec",
        dark=False,
        variables={"footer-key-foreground": "#8f4300", "block-cursor-text-style": "bold"},
    ),
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
