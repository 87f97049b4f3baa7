"""The picture that a link to a page shows elsewhere: country, title and answer."""

import io
import textwrap

PAPER = "#0b3c5d"


def draw_card(country: str, title: str, sentence: str) -> bytes:
    """Draw the picture in the size that social networks ask for, 1,200 by 630 dots; the same bytes in every run."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=PAPER)
    fitted = [(size, textwrap.fill(sentence, 1400 // size)) for size in (24, 18, 14)]
    # the largest of which all lines have room
    size, told = next((one for one in fitted if one[0] * (1 + one[1].count("\n")) < 200), fitted[-1])
    lines = [
        (0.91, 30, "bold", country),
        (0.79, 20, "normal", title),
        (0.66, size, "normal", told),
    ]
    for height, size, weight, text in lines:
        figure.text(0.06, height, text, size=size, weight=weight, color="white", va="top", linespacing=1.4)
    image = io.BytesIO()
    figure.savefig(image, format="png", metadata={"Software": None})
    return image.getvalue()
