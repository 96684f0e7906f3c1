"""Scales in other words than English: only from a stated source, and complete."""

import pytest

from backend.instruments import get, known, read
from tests.instruments.test_reading import PANIC

SPANISH = """
[translations.es]
recall = "la última semana"
stem = "En la última semana:"
items = ["uno", "dos", "tres"]
source = "Smith 2020 (an invented version)"

[translations.es.anchors]
0 = "nada"
4 = "mucho"
"""
ENGLISH_ALONE = {"phq8", "phq9", "pcl5"}  # their Spanish wording is not at hand from its publishers


def with_spanish(old="", new=""):
    """A file of a clinic's own with a Spanish table, one line of which is another."""
    assert old in SPANISH
    return PANIC + SPANISH.replace(old, new)


def test_a_translation_changes_the_words_and_nothing_else():
    panic = read(with_spanish())
    spanish = panic.in_language("es")
    assert [item.text for item in spanish.items] == ["uno", "dos", "tres"]
    assert [item.loinc for item in spanish.items] == [item.loinc for item in panic.items]
    assert (spanish.language, spanish.recall) == ("es", "la última semana")
    assert spanish.score([1, 2, 3]) == panic.score([1, 2, 3])
    assert panic.in_language("en") is panic
    assert panic.in_language("fr") is panic


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('items = ["uno", "dos", "tres"]', 'items = ["uno", "dos"]', "translations.es.items is"),
        ('items = ["uno", "dos", "tres"]\n', "", "translations.es.items is missing"),
        ('0 = "nada"\n', "", "translations.es.anchors is"),
        ('source = "Smith 2020 (an invented version)"', 'source = "somebody"', "translations.es.source is 'somebody'"),
        ('source = "Smith 2020 (an invented version)"\n', "", "translations.es.source is missing"),
        ('source = "Smith 2020 (an invented version)"', 'source = "[own] by us"', "expected a label beside it"),
        ('recall = "la última semana"\n', "", "translations.es.recall is missing"),
        ("[translations.es]\n", "[translations.es]\nminimum = 3\n", "translations.es.minimum is unknown"),
    ],
)
def test_a_translation_that_is_not_whole_or_has_no_source_is_refused(old, new, message):
    with pytest.raises(ValueError, match=r".") as refused:
        read(with_spanish(old, new))
    assert message in str(refused.value)


def test_a_stem_is_translated_where_there_is_one_and_nowhere_else():
    stem = 'stem = "En la última semana:"\n'
    with pytest.raises(ValueError, match=r"translations\.es\.stem is None"):
        read(with_spanish(stem))
    without = PANIC.replace(f'stem = "{read(PANIC).stem}"\n', "")
    with pytest.raises(ValueError, match=r"translations\.es\.stem is 'En la última semana:'"):
        read(without + SPANISH)


def test_every_shipped_scale_is_in_spanish_or_known_not_to_be():
    assert {one.slug for one in known() if one.in_language("es") is one} == ENGLISH_ALONE


def test_what_we_translated_ourselves_says_so_where_it_is_asked():
    for one in known():
        spanish = one.in_language("es")
        if spanish.wording.startswith("[own]"):
            assert "Traducción propia, no validada." in spanish.label


def test_the_spanish_gad7_is_the_published_one():
    spanish = get("gad7").in_language("es")
    assert spanish.wording.startswith("García-Campayo 2010")
    assert spanish.label is None
    assert dict(spanish.anchors) == {
        0: "Nunca",
        1: "Menos de la mitad de los días",
        2: "Más de la mitad de los días",
        3: "Casi todos los días",
    }
