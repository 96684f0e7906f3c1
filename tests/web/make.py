"""A browser that is signed in, and what it sends back from a page of questions."""

import re
from uuid import uuid4

from django.conf import settings
from django.test import Client

PHONE, TABLET, DESK = (360, 740), (820, 1180), (1280, 800)


def sign_in(context, person, address):
    """Let a real browser be signed in as somebody, at the server of that address."""
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])


def answer(instrument="nrs-anxiety", then="save", key=None, **fields):
    """A filled-in form; `item_1=4` chooses an answer."""
    return {"client_uuid": str(key or uuid4()), "instrument": instrument, "then": then} | fields


def fields_of(response):
    """The hidden fields of the form on a page, as a browser would send them."""
    page = response.content.decode()
    return {
        name: found.group(1) if (found := re.search(r'value="([^"]*)"', tag)) else ""
        for tag in re.findall(r'<input type="hidden"[^>]*>', page)
        for name in re.findall(r'name="([^"]+)"', tag)
    }
