"""A QR code as SVG that may stand in a page: nothing in it needs a style or another address."""

import qrcode
from django.utils.html import format_html

MARGIN = 4  # modules of white around the code, as the standard asks


def svg(text: str, *, label: str) -> str:
    """Return the code of a text; `label` is what a screen reader says in its place."""
    code = qrcode.QRCode(border=0)
    code.add_data(text)
    squares = [f"M{x},{y}h1v1h-1z" for y, row in enumerate(code.get_matrix()) for x, dark in enumerate(row) if dark]
    return format_html(
        '<svg class="qr-code" viewBox="{0} {0} {1} {1}" width="240" height="240" role="img" aria-label="{3}">'
        '<path fill="#fff" d="M{0},{0}h{1}v{1}h-{1}z"/><path fill="#000" d="{2}"/></svg>',
        -MARGIN,
        code.modules_count + 2 * MARGIN,
        "".join(squares),
        label,
    )
