"""Statistics of small counts, also where a count is known only as a range."""
