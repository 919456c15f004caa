"""Reading a rendered document back, as a court's own viewer would."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2 as pdfium


@contextmanager
def opened(pdf: bytes) -> Iterator[pdfium.PdfDocument]:
    document = pdfium.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def pages(pdf: bytes) -> list[str]:
    """The text of each page without blanks and line ends."""
    with opened(pdf) as document:
        return [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document]


def red_share(pdf: bytes, page: int = 0) -> float:
    """The share of clearly red dots of a page at 36 dpi."""
    with opened(pdf) as document:
        picture = document[page].render(scale=0.5).to_pil().convert("RGB")
    data = picture.tobytes()
    dots = list(zip(data[::3], data[1::3], data[2::3], strict=True))
    return sum(1 for red, green, blue in dots if red > 150 and green < 110 and blue < 110) / len(dots)
