"""From a notebook to a self-contained page, for one country or a folder of them."""
