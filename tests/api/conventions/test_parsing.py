"""Laws of reading: what the parser accepts is what JSON says, and nothing a client sends breaks it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import APIException, ParseError, ValidationError

from backend.api.conventions.parsing import DEEPEST, read_object
from backend.api.v1.check_ins import NewSkip
from backend.api.v1.patients import NewPatient
from backend.api.v1.ratings import NewAmendment, NewRating
from backend.api.v1.treatments import NewTreatment

KINDS = [NewRating, NewAmendment, NewSkip, NewTreatment, NewPatient]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
ANYTHING = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)


def nested(levels):
    return '{"a":' + "[" * (levels - 1) + "]" * (levels - 1) + "}"


@given(st.dictionaries(st.text(), PLAIN | st.lists(PLAIN)))
def test_an_object_is_read_as_it_was_written(content):
    assert read_object(json.dumps(content)) == content
    assert read_object(json.dumps(content, ensure_ascii=False, indent=1)) == content


@given(st.text() | st.lists(st.sampled_from(list('{}[]",:\\ue1a \n')) | st.just("\\ud800")).map("".join))
def test_no_text_breaks_the_parser(text):
    try:
        found = read_object(text)
    except APIException as refusal:
        assert refusal.status_code == 400  # noqa: PT017 - most texts are refused, not all
    else:
        assert isinstance(found, dict)


def test_eight_levels_are_read_and_nine_are_not():
    assert read_object(nested(DEEPEST))
    with pytest.raises(ParseError, match="deeper"):
        read_object(nested(DEEPEST + 1))


def test_brackets_in_a_text_are_no_levels():
    assert read_object(json.dumps({"a": '[[[[[[[[[["{{{\\'})) == {"a": '[[[[[[[[[["{{{\\'}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_no_content_of_a_known_field_breaks_a_serializer(kind, data):
    names = st.sampled_from(sorted(kind().fields)) | st.text(max_size=3)
    given_fields = data.draw(st.dictionaries(names, ANYTHING))
    serializer = kind(data=given_fields)
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as refusal:
        assert refusal.detail  # noqa: PT017 - almost all are refused
    else:
        assert set(serializer.validated_data) == set(given_fields)
