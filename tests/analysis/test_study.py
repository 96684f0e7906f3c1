"""Tables in memory become studies as files do."""

import pandas as pd

from backend.analysis.outcomes.study import number_treatments, study_of


def test_treatments_are_numbered_by_first_appearance_even_where_their_rows_stand_apart():
    patient, treatment = pd.Series(["Z", "A", "A", "Z", "A"]), pd.Series(["1", "1", "2", "1", "1"])
    at, opening = number_treatments(patient.to_numpy(), treatment.to_numpy())
    assert at.tolist() == [0, 1, 2, 0, 1]
    assert opening.tolist() == [0, 1, 2]


def test_a_table_becomes_a_study_of_one_instrument_without_an_order_of_treatments():
    table = pd.DataFrame(
        {"patient": ["B", "B", "A"], "treatment": [1, 1, 1], "hours": [-1.0, 1.0, -1.0], "score": [8, 4, 9]}
    )
    study = study_of(table, "nrs-anxiety")
    assert study.treatments.to_dict("list") == {"patient": ["B", "A"], "treatment": [1, 1]}
    assert study.ratings["at"].tolist() == [0, 0, 1]
    assert set(study.ratings["instrument"]) == {"nrs-anxiety"}
    assert not study.has_starts
    assert study.index_treatments().tolist() == [0, 1]
