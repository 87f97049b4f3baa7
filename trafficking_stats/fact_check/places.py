"""Where a figure of a text is from: the country itself, another country, or one place or organisation in it."""

from __future__ import annotations

from babel import Locale

from trafficking_stats.readers.narrative.lexicon import PEOPLES, PLACES, load
from trafficking_stats.readers.narrative.tokens import tokenize
from trafficking_stats.readers.narrative.words import Words

BEFORE = 300
"""Characters before a sentence in which the country may be named."""


def place_of(text: str, span: tuple[int, int], start: int, country: str, language: str) -> str:
    """Say where the figure at `start` of a sentence was counted, by the country named nearest to it.

    Parameters
    ----------
    text : str
        The document.
    span : tuple of int
        Where the sentence stands.
    start : int
        Where the figure stands.
    country : str
        ISO 3166-1 alpha-3 code of the country the text is about.
    language : str
        ISO 639-1 code.

    Returns
    -------
    str
        "elsewhere" for another country, a continent, the world; "local" for a place or one organisation; else "".

    Examples
    --------
    >>> text = "In Sweden 429 victims were identified, in Denmark 80 and in Copenhagen 12."
    >>> [place_of(text, (0, len(text)), text.index(n), "DNK", "en") for n in ("429", "80", "12")]
    ['elsewhere', '', 'local']
    """
    words, own = Words(tokenize(text, *span), load(language)), _name_of(country, language)
    at = next((i for i, token in enumerate(words.tokens) if token.end > start), 0)
    found: dict[int, str] = {}
    are_origins = False  # "from Nigeria (24), Romania (11) and Uganda (5)": where victims come from
    for i, token in enumerate(words.tokens):
        name = words.value(PLACES, i) if token.text[0].isupper() else ""
        are_origins = are_origins or bool(name and words.before("clause.origins", i))
        if name and not are_origins:
            found[i] = "" if name == own else "elsewhere"
        elif words.phrase("clause.elsewhere", i):
            found[i] = "elsewhere"
        elif words.phrase("clause.local", i) or _is_town(words, i):
            found[i] = "local"
    nearest = min(found, key=lambda i: abs(i - at), default=None)
    return found[nearest] if nearest is not None else ""


def _is_town(words: Words, i: int) -> bool:
    """Whether a name of no table stands after "in"."""
    is_name = words.tokens[i].text[0].isupper() and not words.phrase("periods.months", i)
    return is_name and words.before("clause.inside", i) > 0


def is_national(text: str, span: tuple[int, int], country: str, language: str) -> bool:
    """Whether a sentence, or the one before it, speaks of the authorities or the whole of a country.

    Examples
    --------
    >>> text = "Police freed nine women from a brothel. Danish courts convicted nobody."
    >>> is_national(text, (0, 39), "DNK", "en"), is_national(text, (40, len(text)), "DNK", "en")
    (False, True)
    """
    words, own = Words(tokenize(text, max(0, span[0] - BEFORE), span[1]), load(language)), _name_of(country, language)
    places = range(len(words.low))
    if words.contains("clause.national", 0, len(words.low)) or any(words.value(PLACES, i) == own for i in places):
        return True
    return any(words.value(PEOPLES, i)[:1] == (country,) for i in places)


def _name_of(country: str, language: str) -> str:
    import pycountry

    found = pycountry.countries.get(alpha_3=country)
    return str(Locale(language).territories[found.alpha_2]) if found else ""
