"""Makes up images that a policy cannot know: names like the trusted ones, and registries that are nowhere. Pure.

Each is made of a word that is new for each observation. None is trusted.
"""

import random
import re
from collections.abc import Iterable, Sequence
from string import ascii_lowercase, hexdigits

DOT, BEGINS, HAS = "dot", "begins", "has"
"""What a lookalike has of a trusted name: all but a dot; all, at its beginning; all, somewhere."""
_MOST_NAMED = 8
_HOSTS = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+(?::[0-9]+)?(?:/[a-z0-9._-]+)*")
_HOST = re.compile(f"{_HOSTS.pattern}/?")
_QUOTED = re.compile(r""""[^"\n]*"|'[^'\n]*'|`[^`\n]*`""")
_ENDS = ("com", "dev", "example", "net", "org")


def lookalikes(trusted: Sequence[str], nonce: str) -> tuple[str, ...]:
    """Images whose registries look like trusted ones.

    Args:
        trusted: what the names of trusted images begin with, such as `docker.io/`.
        nonce: a word that is new for each observation.
    """
    chance = random.Random(f"lookalikes {nonce}")
    return tuple(image for prefix in trusted for image in _of(prefix, chance) if not image.startswith(tuple(trusted)))


def few_lookalikes(trusted: Sequence[str], nonce: str) -> tuple[str, ...]:
    """As `lookalikes`, but with a character before, one after, and one for a dot only."""
    chance = random.Random(f"few {nonce}")
    made = [_of(prefix, chance) for prefix in trusted]
    few = [image for images in made for image in (images[0], images[1], *images[7:8])]
    return tuple(image for image in few if not image.startswith(tuple(trusted)))


def unheard(nonce: str) -> tuple[str, ...]:
    """Images of registries that nobody has heard of, and names without a registry."""
    chance = random.Random(f"unheard {nonce}")
    digest = "".join(chance.choices(hexdigits[:16], k=64))
    return (
        f"{_host(chance)}/{_word(chance)}",
        f"registry.{_host(chance)}:5000/{_word(chance)}/{_word(chance)}:1.{chance.randrange(100)}",
        f"{_host(chance)}/{_word(chance)}@sha256:{digest}",
        f"{_word(chance)}/{_word(chance)}:latest",
        _word(chance),
    )


def named_in(texts: Iterable[str], known: Sequence[str], nonce: str) -> tuple[str, ...]:
    """Images of the registries that a policy's text names in quotes, without the known ones.

    Args:
        texts: the policy's rules and parameters.
        known: what the names of images of known registries begin with.
        nonce: a word that is new for each observation.
    """
    word = _word(random.Random(f"named {nonce}"))
    quoted = [text for text in texts if _HOST.fullmatch(text.replace("\\", ""))]
    quoted += [
        host for text in texts for line in _QUOTED.findall(text) for host in _HOSTS.findall(line.replace("\\", ""))
    ]
    images = (f"{host.rstrip('/')}/{word}" for host in dict.fromkeys(quoted))
    return tuple(image for image in images if not image.startswith(tuple(known)))[:_MOST_NAMED]


def welcome(trusted: Sequence[str], nonce: str) -> tuple[str, ...]:
    """Images of the trusted registries that a policy cannot know by name."""
    chance = random.Random(f"welcome {nonce}")
    return tuple(f"{prefix}{_word(chance)}/{_word(chance)}:{chance.randrange(1, 100)}" for prefix in trusted)


def likeness(image: str, trusted: Sequence[str]) -> str:
    """What an image has of a trusted name: `DOT`, `BEGINS`, `HAS`, or nothing."""
    names = [prefix.rstrip("/") for prefix in trusted]
    if any(image.startswith(name) for name in names):
        return BEGINS
    if any(name in image for name in names):
        return HAS
    return DOT if any(_but_a_dot(image, name) for name in names) else ""


def _of(prefix: str, chance: random.Random) -> list[str]:
    name, letter, end = prefix.rstrip("/"), chance.choice(ascii_lowercase), f"/{_word(chance)}"
    dots = [number for number, character in enumerate(name) if character == "."]
    other = [name[:dot] + chance.choice(ascii_lowercase) + name[dot + 1 :] for dot in dots]
    return [
        letter + name + end,
        name + letter + end,
        f"{_word(chance)}-{name}{end}",
        f"{name}-{_host(chance)}{end}",
        f"{_word(chance)}.{name}{end}",
        f"{name}.{_host(chance)}{end}",
        f"{_host(chance)}/{prefix}{_word(chance)}",
        *(host + end for host in other),
        *((name.replace(".", "-") + end, name.replace(".", "") + end) if dots else ()),
    ]


def _but_a_dot(image: str, name: str) -> bool:
    """Whether an image begins with a name of which some dots are another character, or gone."""
    rest = image
    for character in name:
        if rest.startswith(character) or (character == "." and rest):
            rest = rest[1:]
        elif character != ".":
            return image.startswith(name.replace(".", ""))
    return True


def _host(chance: random.Random) -> str:
    return f"{_word(chance)}.{chance.choice(_ENDS)}"


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(ascii_lowercase, k=7))
