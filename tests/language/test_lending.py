"""The words of the rooms that know no framework, as Django lends them its translations."""

import math

import pytest
from django.utils import translation

from backend import language
from backend.analysis.cohorts.estimate import Median
from backend.analysis.cohorts.telling.notes import left_out_notes, population_note
from backend.analysis.cohorts.telling.wording import median_words
from backend.analysis.conclude import conclude
from backend.analysis.outcomes.rules import RULE_SETS
from backend.charts import Band
from backend.charts.parts.frame import NARROWEST
from backend.charts.parts.text import measure
from backend.charts.words import human_time, loss_words, number, onset_words, plain
from tests.analysis.test_conclude import facts


@pytest.fixture
def in_spanish():
    with translation.override("es"):
        yield


def test_words_are_those_of_the_reader(in_spanish):
    assert (human_time(72), human_time(336), human_time(0.75)) == ("día 3", "semana 2", "45 min")
    assert human_time(336, in_sentence=True) == "la semana 2"
    assert (human_time(-48), human_time(-24)) == ("2 días antes", "1 día antes")
    assert number(-2.5) == "−2,5"
    assert plain("too_sleepy") == "demasiado sueño"
    assert median_words(Median(2, math.inf, 0, None)) == "no alcanzada hasta 2 h"
    assert population_note("course") == "Población: primer ciclo de cada paciente, si es evaluable."
    assert left_out_notes({"no_baseline": 3}, n=50) == ["Excluidos: 3 (sin valor inicial)."]
    assert all("del valor inicial" in rules.in_words() for rules in RULE_SETS.values())


@pytest.mark.parametrize(("after", "by"), [(1.05, 2.18), (30.5, 57), (168, 336), (1848, 2016)])
def test_what_a_picture_on_a_phone_names_its_spans_by_fits_into_it(in_spanish, after, by):
    for words_of in (onset_words, loss_words):
        for end in (by, math.inf):
            assert measure(words_of(Band(after, end))) <= NARROWEST


def test_without_a_framework_and_in_english_they_are_as_written():
    assert (human_time(336), human_time(336, in_sentence=True), number(-2.5)) == ("week 2", "week 2", "−2.5")
    with translation.override("es"), language.in_english():
        assert (human_time(336), language.current()) == ("week 2", "en")


def test_a_region_is_left_aside():
    with translation.override("es-mx"):
        assert language.current() == "es"


def test_what_is_concluded_is_written_in_english_whoever_reads(in_spanish):
    told = [one.sentence for one in conclude(facts(), per_course=False)]
    assert told
    assert all(sentence.startswith(("At ", "There ")) for sentence in told)
