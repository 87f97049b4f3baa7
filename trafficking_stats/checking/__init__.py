"""Whether published figures stand in their documents, and percentages fit the figures they are made of."""
