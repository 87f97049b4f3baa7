"""Fuzz the reader of narratives with atheris (not a dependency of the package; install it in an environment apart).

    python benchmarks/fuzz_extract.py -max_total_time=300 [CORPUS_FOLDER]

Bytes become text in one of two ways: as they are, or as indices into words that the tables know, so that the rules
are reached and not only the tokeniser. Anything but a list of proposals or a ReaderError is a finding.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["trafficking_stats.readers.narrative"]):
    from trafficking_stats.errors import ReaderError
    from trafficking_stats.readers.narrative import extract, to_html, to_json_lines
    from trafficking_stats.readers.narrative.lexicon import load


MARKS = ("2014", "2013", "1,814", "1.814", "12", "(", ")", ",", ".", ";", "%", "$", "\n\n", "-")


def _vocabulary() -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for code in ("en", "da"):
        lexicon = load(code)
        listed = {*lexicon.index.short, *(word for pair in lexicon.index.longer for word in pair)}
        known = listed | set(lexicon.numbers)
        for section in ("verbs", "actions", "nouns"):
            known |= {word for group in lexicon.tables[section].values() for word in group}
        words[code] = [*sorted(known), *MARKS]
    return words


WORDS = _vocabulary()


def one_input(data: bytes) -> None:
    """Read one fuzzed text."""
    provider = atheris.FuzzedDataProvider(data)
    code = "en" if provider.ConsumeBool() else "da"
    year = provider.ConsumeIntInRange(1980, 2110)
    if provider.ConsumeBool():
        count = provider.ConsumeIntInRange(0, 80)
        words = WORDS[code]
        text = " ".join(words[provider.ConsumeIntInRange(0, len(words) - 1)] for _ in range(count))
    elif provider.ConsumeBool():
        text = provider.ConsumeUnicodeNoSurrogates(provider.remaining_bytes())
    else:
        try:
            text = provider.ConsumeBytes(provider.remaining_bytes()).decode("utf-8", "replace")
        except ReaderError:
            return
    try:
        found = extract(text, country="DNK", default_year=year, language=code if provider.ConsumeBool() else None)
    except ReaderError:
        return
    for p in found:
        if text[p.char_start : p.char_end] != p.text or not p.text or p.value < 0:
            raise AssertionError(f"place and text of a proposal disagree: {p}")
    to_json_lines(found)
    to_html(text, found)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
