"""Where a figure of a text is from: the country itself, another country, or one place or organisation in it."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale

from trafficking_stats.readers.narrative.facets import peoples, territories
from trafficking_stats.readers.narrative.lexicon import Lexicon, load
from trafficking_stats.readers.narrative.tokens import Token, tokenize

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
    lexicon, own = load(language), _name_of(country, language)
    tokens = tokenize(text, *span)
    low = [token.lower for token in tokens]
    at = next((i for i, token in enumerate(tokens) if token.end > start), 0)
    found: dict[int, str] = {}
    are_origins = False  # "from Nigeria (24), Romania (11) and Uganda (5)": where victims come from
    for i, token in enumerate(tokens):
        name = territories(language).at(low, i) if token.text[0].isupper() else None
        are_origins = are_origins or (name is not None and i > 0 and low[i - 1] in lexicon["clause.origins"])
        if name is not None and not are_origins:
            found[i] = "" if name[1] == own else "elsewhere"
        elif lexicon["clause.elsewhere"].at(low, i):
            found[i] = "elsewhere"
        elif lexicon["clause.local"].at(low, i) or _is_town(tokens, i, lexicon):
            found[i] = "local"
    nearest = min(found, key=lambda i: abs(i - at), default=None)
    return found[nearest] if nearest is not None else ""


def _is_town(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether a name of no table stands after "in"."""
    is_name = tokens[i].text[0].isupper() and tokens[i].lower not in lexicon["periods.months"]
    return is_name and i > 0 and tokens[i - 1].lower in lexicon["clause.inside"]


def is_national(text: str, span: tuple[int, int], country: str, language: str) -> bool:
    """Whether a sentence, or the one before it, speaks of the authorities or the whole of a country.

    Examples
    --------
    >>> text = "Police freed nine women from a brothel. Danish courts convicted nobody."
    >>> is_national(text, (0, 39), "DNK", "en"), is_national(text, (40, len(text)), "DNK", "en")
    (False, True)
    """
    lexicon = load(language)
    low = [token.lower for token in tokenize(text, max(0, span[0] - BEFORE), span[1])]
    people = (peoples(language).at(low, i) for i in range(len(low)))
    names = (territories(language).at(low, i) for i in range(len(low)))
    said = any(found and found[1][0] == country for found in people)
    named = any(found and found[1] == _name_of(country, language) for found in names)
    return said or named or lexicon["clause.national"].found(low, 0, len(low)) is not None


def _name_of(country: str, language: str) -> str:
    import pycountry

    found = pycountry.countries.get(alpha_3=country)
    return str(Locale(language).territories[found.alpha_2]) if found else ""
