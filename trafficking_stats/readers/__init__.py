"""Other people's formats, read into claims."""
