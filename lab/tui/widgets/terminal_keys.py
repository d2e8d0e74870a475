"""Turns a key of Textual's into the bytes that a program on a terminal expects.

The sequences are xterm's, as its terminfo entry `xterm-256color` and ctlseqs.txt have them.
"""

from functools import lru_cache

from textual.keys import key_to_character

ESC = "\x1b"
MODIFIERS = frozenset(
    f"{side}_{name}" for side in ("left", "right") for name in "shift control alt super hyper meta".split()
) | {"iso_level3_shift", "iso_level5_shift", "caps_lock", "num_lock"}
"""Keys that terminals with the Kitty protocol report when they are pressed alone."""

_CURSOR = dict(zip("up down right left home end".split(), "ABCDHF", strict=True))
_EDITING = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6}
_FUNCTION = dict(zip("f1 f2 f3 f4".split(), "PQRS", strict=True))
_NUMBERED = {f"f{key}": code for key, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)}
_PLAIN = {"enter": "\r", "tab": "\t", "escape": ESC, "backspace": "\x7f", "space": " "}
_CONTROL = {
    **dict.fromkeys(["at", "@", "space", "2"], "\x00"),
    **dict.fromkeys(["left_square_bracket", "3"], ESC),
    **dict.fromkeys(["backslash", "4"], "\x1c"),
    **dict.fromkeys(["right_square_bracket", "5"], "\x1d"),
    **dict.fromkeys(["circumflex_accent", "6"], "\x1e"),
    **dict.fromkeys(["underscore", "minus", "slash", "7"], "\x1f"),
    **dict.fromkeys(["question_mark", "8"], "\x7f"),
    "backspace": "\x08",
}


@lru_cache(1024)
def encode(key: str, character: str | None = None, application: bool = False) -> str:
    """What a terminal sends for a key; empty for a key that sends nothing.

    Args:
        key: Textual's name of it, as `ctrl+right_square_bracket`.
        character: what it types, when it types something.
        application: whether the program asked for cursor keys in application mode (DECCKM).
    """
    *names, base = key.split("+")
    held = {"alt" if name == "meta" else name for name in names}
    if held - {"shift", "alt", "ctrl"}:
        return ""  # keys with Super or Hyper are the desktop's
    modifier = 1 + ("shift" in held) + 2 * ("alt" in held) + 4 * ("ctrl" in held)
    return _special(base, modifier, application) or _typed(base, character, held)


def _special(base: str, modifier: int, application: bool) -> str:
    number = int(base[1:]) if base[:1] == "f" and base[1:].isdigit() else 0
    if 13 <= number <= 24:  # Textual's names for F1 to F12 with Shift
        base, modifier = f"f{number - 12}", (modifier - 1 | 1) + 1
    if letter := _CURSOR.get(base) or _FUNCTION.get(base):
        if modifier > 1:
            return f"{ESC}[1;{modifier}{letter}"
        return f"{ESC}{'O' if application or base in _FUNCTION else '['}{letter}"
    if code := _EDITING.get(base) or _NUMBERED.get(base):
        return f"{ESC}[{code};{modifier}~" if modifier > 1 else f"{ESC}[{code}~"
    return ""


def _typed(base: str, character: str | None, held: set[str]) -> str:
    if base == "tab" and "shift" in held:
        return f"{ESC}[Z"
    if "ctrl" in held:
        text = _control(base)
    elif base in _PLAIN:
        text = _PLAIN[base]
    else:
        text = character if character and character.isprintable() else key_to_character(base) or ""
        if "shift" in held and "alt" in held:  # without Alt, the character says it
            text = text.upper()
    return f"{ESC}{text}" if text and "alt" in held else text


def _control(base: str) -> str:
    if len(base) == 1 and base.isascii() and base.isalpha():
        return chr(ord(base.upper()) - 64)
    return _CONTROL.get(base) or _PLAIN.get(base, "")
