"""Whether published figures stand in their documents and add up."""
