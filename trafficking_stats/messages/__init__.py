"""Every sentence a reader sees: ids with typed values, written once in a catalogue of each language."""

from trafficking_stats.messages.catalogue import (
    MessageError,
    column_name,
    current,
    language,
    languages,
    page_file,
    say,
    say_or,
    translate_markdown,
    use_language,
)
from trafficking_stats.messages.measures import Measure
from trafficking_stats.messages.readable import readable
from trafficking_stats.messages.values import Bounds, Country, Register, Term, Years, breakdown_words, written
