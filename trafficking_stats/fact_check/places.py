"""Where a figure was counted: in the country of the record, in another one, or in one town or organisation only."""

from trafficking_stats.readers.narrative.lexicon import PEOPLES, PLACES
from trafficking_stats.readers.narrative.words import Words


def place_of(words: Words, start: int, country: str) -> str:
    """Say where a figure was counted, by the country named nearest to it.

    Parameters
    ----------
    words : Words
        The sentence.
    start : int
        Where the figure stands in the text.
    country : str
        ISO 3166-1 alpha-3 code of the country the text is about.

    Returns
    -------
    str
        "elsewhere" for another country, a continent, the world; "local" for a place or one organisation; else "".

    Examples
    --------
    >>> from trafficking_stats.readers.narrative.lexicon import load
    >>> from trafficking_stats.readers.narrative.tokens import tokenize
    >>> text = "In Sweden 429 victims were identified, in Denmark 80 and in Copenhagen 12. German courts convicted 68."
    >>> sentences = [(Words(tokenize(text, *span), load("en"))) for span in ((0, 74), (75, len(text)))]
    >>> [place_of(sentences[n == "68"], text.index(n), "DNK") for n in ("429", "80", "12", "68")]
    ['elsewhere', '', 'local', 'elsewhere']
    """
    at = next((i for i, token in enumerate(words.tokens) if token.end > start), 0)
    found: dict[int, str] = {}
    are_origins = False  # "from Nigeria (24), Romania (11) and Uganda (5)": where victims come from
    for i, token in enumerate(words.tokens):
        stem = words.lexicon.index.short.get(token.lower.removesuffix("'s"), {})  # "Germany's police"
        place = (words.value(PLACES, i) or stem.get(PLACES, (0, ""))[1]) if token.text[0].isupper() else ""
        are_origins = are_origins or bool(place and words.before("clause.origins", i))
        if place and not are_origins:
            found[i] = "" if place[0] == country else "elsewhere"
        elif _is_foreign_body(words, i, country):
            found[i if i > at else at] = "elsewhere"  # "Brazilian police, with whom Portugal works, freed 64 people"
        elif words.phrase("clause.elsewhere", i):
            found[i] = "elsewhere"
        elif words.phrase("clause.local", i) or _is_town(words, i):
            found[i] = "local"
    nearest = min(found, key=lambda i: abs(i - at), default=None)
    return found[nearest] if nearest is not None else ""


def is_national(words: Words, country: str) -> bool:
    """Whether a sentence, or the one before it, speaks of the authorities or the whole of a country.

    Examples
    --------
    >>> from trafficking_stats.readers.narrative.lexicon import load
    >>> from trafficking_stats.readers.narrative.tokens import tokenize
    >>> texts = "Police freed nine women from a brothel.", "Danish courts convicted nobody."
    >>> [is_national(Words(tokenize(text), load("en")), "DNK") for text in texts]
    [False, True]
    """
    named = (words.value(group, i)[:1] for group in (PEOPLES, PLACES) for i in words.starts(group))
    return bool(words.starts("clause.national")) or (country,) in named


def _is_foreign_body(words: Words, i: int, country: str) -> bool:
    """Whether courts, police or the like of another country are named: "German courts", but not "German women"."""
    people, _ = words.value(PEOPLES, i) or (country, "")
    return people != country and any(words.phrase("clause.bodies", j) for j in (i + 1, i + 2))


def _is_town(words: Words, i: int) -> bool:
    """Whether a name of no table stands after "in", has a possessive, or stands before the police or a court."""
    is_name = words.tokens[i].text[0].isupper() and not words.is_known(i)
    owns = words.low[i].endswith("'s") or words.phrase("clause.bodies", i + 1) > 0
    return is_name and (owns or words.before("clause.inside", i) > 0)
