"""What is wrong with a file is said in one line that names the place and what was expected; nothing is written."""

import gzip

import pytest

HOURS = "patient,treatment,hours,score\n"
INSTANTS = "patient,treatment,treated_at,rated_at,score\n"
AT = "2026-03-01T10:00:00Z"
GOOD = "A,1,0,8\nA,1,1,3\n"

# name: (content, line, column, words of the message); line and column None where there is no such place
RATINGS = {
    "empty": ("", 1, None, "expected a header line"),
    "only blank lines": ("\n\r\n  \n", 1, None, "expected a header line"),
    "only a header": (HOURS, 1, None, "expected at least one row"),
    "only a header, no newline": (HOURS.strip(), 1, None, "expected at least one row"),
    "no patient": ("treatment,hours,score\n1,0,8\n", 1, "patient", "expected it"),
    "no treatment": ("patient,hours,score\nA,0,8\n", 1, "treatment", "expected it"),
    "no score": ("patient,treatment,hours\nA,1,0\n", 1, "score", "expected it"),
    "no time": ("patient,treatment,score\nA,1,8\n", 1, "hours", "or treated_at and rated_at"),
    "half a form of time": (f"patient,treatment,rated_at,score\nA,1,{AT},8\n", 1, "treated_at", "expected it"),
    "the other half": (f"patient,treatment,treated_at,score\nA,1,{AT},8\n", 1, "rated_at", "expected it"),
    "both forms of time": (f"hours,{INSTANTS}0,A,1,{AT},{AT},8\n", 1, "hours", "expected one form of time"),
    "one form and a half": (f"hours,rated_at,patient,treatment,score\n0,{AT},A,1,8\n", 1, "hours", "rated_at"),
    "capitals in the header": (
        HOURS.title() + GOOD,
        1,
        "patient",
        "'Patient', 'Treatment', 'Hours', 'Score'; expected it",
    ),
    "spaces in the header": (HOURS.replace(",", ", ") + GOOD, 1, "treatment", "expected it"),
    "tabs": ((HOURS + GOOD).replace(",", "\t"), 1, "patient", "expected it"),
    "a column twice": (HOURS.replace("\n", ",score\n") + "A,1,0,8,8\n", 1, "score", "expected distinct names"),
    "a column without a name": (HOURS.replace("\n", ",\n") + "A,1,0,8,8\n", 1, "5", "without a name"),
    "text in a number": (HOURS + GOOD + "A,1,2,low\n", 4, "score", "'low'; expected a number"),
    "NaN": (HOURS + GOOD + "A,1,2,NaN\n", 4, "score", "'NaN'; expected a number"),
    "NA": (HOURS + GOOD + "A,1,NA,3\n", 4, "hours", "'NA'; expected a number"),
    "an empty score": (HOURS + "A,1,0,\n" + GOOD, 2, "score", "''; expected a number"),
    "empty hours": (HOURS + "A,1,,8\n", 2, "hours", "''; expected a number"),
    "true": (HOURS + "A,1,0,True\n", 2, "score", "'True'; expected a number"),
    "hexadecimal": (HOURS + "A,1,0x1,8\n", 2, "hours", "'0x1'; expected a number"),
    "underscores": (HOURS + "A,1,1_0,8\n", 2, "hours", "'1_0'; expected a number"),
    "decimal comma": (HOURS + 'A,1,"0,5",8\n', 2, "hours", "'0,5'; expected a number"),
    "negative score": (HOURS + GOOD + "A,1,2,-1\n", 4, "score", "'-1'; expected a number from 0 to 1000000000"),
    "infinite score": (HOURS + "A,1,0,inf\n", 2, "score", "'inf'; expected a number from 0"),
    "infinite hours": (HOURS + "A,1,-inf,8\n", 2, "hours", "'-inf'; expected a time within 20 years"),
    "hours past all numbers": (HOURS + "A,1,1e400,8\n", 2, "hours", "'1e400'; expected a time within 20 years"),
    "hours past all sense": (HOURS + "A,1,1e300,8\n", 2, "hours", "'1e300'; expected a time within 20 years"),
    "hours past a life": (HOURS + "A,1,175321,8\n", 2, "hours", "'175321'; expected a time within 20 years"),
    "a space after a name": (HOURS + GOOD + "A ,1,2,3\n", 4, "patient", "'A '; expected a name without spaces"),
    "semicolons": ("patient;treatment;hours;score\nA;1;0;8\n", 1, "patient", "with commas between columns"),
    "score above the scale": (HOURS + GOOD + "A,1,2,11\n", 4, "score", "a whole number from 0 to 10 for nrs-anxiety"),
    "score between points": (HOURS + GOOD + "A,1,2,4.5\n", 4, "score", "a whole number from 0 to 10 for nrs-anxiety"),
    "score below another scale": (
        HOURS.replace("\n", ",instrument\n") + "A,1,0,8,nrs-anxiety\nA,1,1,0,pgic\n",
        3,
        "score",
        "a whole number from 1 to 7 for pgic",
    ),
    "empty patient": (HOURS + GOOD + ",1,2,3\n", 4, "patient", "''; expected a name"),
    "blank treatment": (HOURS + GOOD + "A, ,2,3\n", 4, "treatment", "' '; expected a name"),
    "empty instrument": (HOURS.replace("\n", ",instrument\n") + "A,1,0,8,\n", 2, "instrument", "''; expected a name"),
    "unknown instrument": (
        HOURS.replace("\n", ",instrument\n") + "A,1,0,8,nrs-anxiety\nA,1,0,8,hamd\n",
        3,
        "instrument",
        "'hamd'; expected one of nrs-anxiety, now4, gad7, phq8, phq9, pcl5, social, pgic, unreal, sleepy, or --",
    ),
    "no instrument with outcomes": (
        HOURS.replace("\n", ",instrument\n") + "A,1,0,8,sleepy\n",
        2,
        "instrument",
        "'sleepy'; expected some ratings of nrs-anxiety",
    ),
    "naive time": (INSTANTS + f"A,1,{AT},2026-03-01T11:00:00,8\n", 2, "rated_at", "an ISO-8601 instant with offset"),
    "1970": (INSTANTS + f"A,1,{AT},1970-01-01T00:00:00Z,8\n", 2, "rated_at", "in or after the year 2000"),
    "the last second of 1999": (INSTANTS + f"A,1,{AT},1999-12-31T23:59:59Z,8\n", 2, "rated_at", "the year 2000"),
    "treated in 1970": (INSTANTS + f"A,1,1970-01-01T00:00:00Z,{AT},8\n", 2, "treated_at", "the year 2000"),
    "an impossible date": (INSTANTS + f"A,1,{AT},2026-02-30T11:00:00Z,8\n", 2, "rated_at", "'2026-02-30T11:00:00Z'"),
    "an impossible offset": (INSTANTS + f"A,1,{AT},2026-02-20T11:00:00+25:00,8\n", 2, "rated_at", "an ISO-8601"),
    "a date alone": (INSTANTS + f"A,1,{AT},2026-02-20,8\n", 2, "rated_at", "an ISO-8601 instant"),
    "an empty instant": (INSTANTS + f"A,1,{AT},,8\n", 2, "rated_at", "''; expected an ISO-8601 instant"),
    "two starts of one treatment": (
        INSTANTS + f"A,1,{AT},{AT},8\nA,1,2026-03-01T10:00:01Z,{AT},8\n",
        3,
        "treated_at",
        "the same start in all rows of a treatment",
    ),
    "two treatments at one start": (
        INSTANTS + f"A,1,{AT},{AT},8\nA,2,2026-03-01T11:00:00+01:00,{AT},8\n",
        3,
        "treated_at",
        "two treatments of one patient start at once",
    ),
    "unknown reason": (
        HOURS.replace("\n", ",redose_reason\n") + "A,1,0,8,because\n",
        2,
        "redose_reason",
        "'because'; expected planned, symptoms_returned or nothing",
    ),
    "two reasons for one treatment": (
        INSTANTS.replace("\n", ",redose_reason\n") + f"A,1,{AT},{AT},8,planned\nA,1,{AT},{AT},8,\n",
        3,
        "redose_reason",
        "the same in all rows of a treatment",
    ),
    "a short row": (HOURS + GOOD + "A,1,2\n", 4, None, "3 fields; expected 4"),
    "a long row": (HOURS + GOOD + "A,1,2,3,4\n", 4, None, "5 fields; expected 4"),
    "all rows long": (HOURS + "A,1,0,8,\nA,1,1,3,\n", 2, None, "5 fields; expected 4"),
    "a short row and a long one": (HOURS + "A,1,0\nA,1,1,3,4\n", 2, None, "3 fields; expected 4"),
    "a long row and a short one": (HOURS + "A,1,0,8,9\nA,1,1\n", 2, None, "5 fields; expected 4"),
    "ragged where nobody looks": (
        HOURS.replace("\n", ",note\n") + "A,1,0,8\nA,1,1,3,so,so\n",
        2,
        None,
        "4 fields; expected 5",
    ),
    "a blank line and a long row": (HOURS + "\nA,1,0,8,9,9,9\nA,1,1,3\n", 3, None, "7 fields; expected 4"),
    "a line of spaces": (HOURS + "A,1,0,8\n   \nA,1,1,3\n", 3, None, "1 field; expected 4"),
    "an unclosed quote": (HOURS + GOOD + '"A,1,2,3\nA,1,3,3\n', 4, None, "expected CSV with closed quotes"),
    "text after a quote": (HOURS + GOOD + '"A"x,1,2,3\n', 4, None, "expected CSV with closed quotes"),
    "after a name of two lines": (HOURS + '"A\nB",1,0,8\n"A\nB",1,1,x\n', 4, "score", "'x'"),
    "after blank lines": ("\n\n" + HOURS + "\nA,1,0,8\n\nA,1,1,x\n", 7, "score", "'x'"),
    "after CRLF": ((HOURS + GOOD).replace("\n", "\r\n") + "A,1,2,x\r\n", 4, "score", "'x'"),
    "after CR": ((HOURS + GOOD).replace("\n", "\r") + "A,1,2,x\r", 4, "score", "'x'"),
    "after a BOM": ("\N{ZERO WIDTH NO-BREAK SPACE}" + HOURS + "A,1,2,x\n", 2, "score", "'x'"),
    "NUL": (HOURS + GOOD + "A,1,2,3\0\n", 4, None, "byte 0x00; expected CSV in UTF-8"),
    "binary": (bytes(range(256)), 1, None, "expected CSV in UTF-8"),
    "UTF-16": ((HOURS + GOOD).encode("utf-16"), 1, None, "expected CSV in UTF-8"),
    "Latin-1": ((HOURS + GOOD + "Zoë,1,0,8\n").encode("latin-1"), 4, None, "byte 0xeb; expected CSV in UTF-8"),
    "a workbook": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00[Content_Types].xml", 1, None, "expected CSV in UTF-8"),
    "compressed": (gzip.compress((HOURS + GOOD).encode(), mtime=0), 1, None, "expected CSV in UTF-8"),
    "JSON": ('[{"patient": "A"}]\n', 1, "patient", "expected it"),
    "a web page": ("<!doctype html>\n<html></html>\n", 1, "patient", "expected it"),
}

INTERVALS = {
    "empty": ("", 1, None, "expected a header line"),
    "no right": ("left,rigth\n0,1\n", 1, "right", "expected it"),
    "text": ("left,right\n0,1\n0,open\n", 3, "right", "'open'; expected a number"),
    "NaN": ("left,right\nnan,1\n", 2, "left", "'nan'; expected a number"),
    "empty right": ("left,right\n0,\n", 2, "right", "''; expected a number"),
    "negative left": ("left,right\n-1,1\n", 2, "left", "'-1'; expected a finite number of 0 or more"),
    "infinite left": ("left,right\ninf,inf\n", 2, "left", "'inf'; expected a finite number of 0 or more"),
    "right before left": ("left,right\n0,1\n3,2\n", 3, "right", "'2'; expected a number not below left, or inf"),
    "right below everything": ("left,right\n0,-inf\n", 2, "right", "'-inf'; expected a number not below left, or inf"),
    "negative weight": ("left,right,weight\n0,1,-1\n", 2, "weight", "'-1'; expected a finite number of 0 or more"),
    "infinite weight": ("left,right,weight\n0,1,inf\n", 2, "weight", "'inf'; expected a finite number of 0 or more"),
    "empty weight": ("left,right,weight\n0,1,\n", 2, "weight", "''; expected a number"),
    "no weight at all": ("left,right,weight\n0,1,0\n0,2,0\n", 2, "weight", "some weight above 0"),
    "weights worlds apart": ("left,right,weight\n0,2,5\n0,1,1e-20\n1,3,2\n", 3, "weight", "of all weights together"),
    "weights past all numbers": ("left,right,weight\n0,1,1e308\n0,1,1e308\n", 2, "weight", "of all weights together"),
    "empty group": ("left,right,group\n0,1,a\n0,1,\n", 3, "group", "''; expected a name"),
    "ragged": ("left,right,weight\n0,1\n0,1,1,1\n", 2, None, "2 fields; expected 3"),
}


def assert_refused(ran, place, words):
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(place)
    assert words in ran.err
    assert ran.err.count("\n") == 1
    assert ran.err.endswith("\n")


def place_of(path, line, column):
    return ", ".join([str(path), *([f"line {line}"] if line else []), *([f"column {column}"] if column else [])]) + ": "


@pytest.mark.parametrize(("content", "line", "column", "words"), RATINGS.values(), ids=RATINGS)
def test_a_file_of_ratings_that_is_wrong(outcomes, tmp_path, content, line, column, words):
    ran = outcomes(content)
    assert_refused(ran, place_of(tmp_path / "ratings.csv", line, column), words)
    assert not ran.folder.exists()


@pytest.mark.parametrize(("content", "line", "column", "words"), INTERVALS.values(), ids=INTERVALS)
def test_a_file_of_intervals_that_is_wrong(npmle, tmp_path, content, line, column, words):
    assert_refused(npmle(content), place_of(tmp_path / "intervals.csv", line, column), words)


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("arm", ", line 4, column arm: 'y'; expected the same in all rows of a treatment"),
        (
            "site",
            ", line 1, column site: not in the header, 'patient', 'treatment', 'hours', 'score', 'arm'; expected it",
        ),
        ("hours", ", line 1, column hours: not for --by; expected a column that groups treatments"),
        ("score", ", line 1, column score: not for --by"),
        ("patient", ", line 1, column patient: not for --by"),
    ],
)
def test_a_column_that_cannot_group(outcomes, by, words):
    ran = outcomes(HOURS.replace("\n", ",arm\n") + "A,1,0,8,x\nA,1,1,3,x\nA,1,2,3,y\n", "--by", by)
    assert_refused(ran, "", words)
    assert not ran.folder.exists()


def test_courses_need_instants(outcomes):
    assert_refused(outcomes(HOURS + GOOD, "--unit", "course"), "", ", line 1, column treated_at: ")


def test_what_cannot_be_read_is_no_csv_file(command, tmp_path):
    for path in (tmp_path, tmp_path / "missing.csv", tmp_path / "two\nlines.csv"):
        shown = str(path).replace("\n", " ")
        ran = command("outcomes", path, "--out", tmp_path / "out")
        assert_refused(ran, f"{shown}: cannot be read: ", "expected a CSV file")
        assert_refused(command("npmle", path), f"{shown}: cannot be read: ", "expected a CSV file")
    assert list(tmp_path.iterdir()) == []


def test_a_message_repeats_no_control_characters_and_no_endless_text(outcomes):
    err = outcomes(f"patient,treatment,hours,\x1b[31mscore{'e' * 5000}\n" + GOOD).err
    assert "\x1b" not in err
    assert len(err) < 500
    assert len(outcomes(HOURS + f"A,1,0,{'8' * 5000}x\n").err) < 500
