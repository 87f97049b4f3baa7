"""A document against the record: five verdicts, none invented."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import trafficking_stats as ts
from trafficking_stats.cli import cli
from trafficking_stats.messages import say
from trafficking_stats.readers.narrative.extraction import year_told

YEARS = {2015: 40, 2016: 52, 2017: 61, 2018: 97, 2019: 110, 2020: 73, 2021: 112}


def record() -> pd.DataFrame:
    """Return an invented record of Austria: a register and a compiler, an early figure since revised, two units."""
    rows = [{"indicator": "victims_identified", "year": y, "value": n, "source": "register"} for y, n in YEARS.items()]
    rows += [{**row, "source": "compiler"} for row in rows]
    rows += [
        {"indicator": "victims_identified", "year": 2022, "value": 131, "source": "register"},
        {"indicator": "victims_identified", "year": 2022, "value": 131, "source": "compiler"},
        {"indicator": "victims_identified", "year": 2022, "value": 118, "source": "early"},
        {"indicator": "victims_identified", "year": 2021, "value": 96, "source": "register", "breakdown": "sex=female"},
        {"indicator": "victims_identified", "year": 2021, "value": 16, "source": "register", "breakdown": "sex=male"},
        {"indicator": "convictions_persons", "year": 2020, "value": 24, "source": "register"},
        {"indicator": "convictions_persons", "year": 2020, "value": 24, "source": "compiler"},
        {"indicator": "convictions_counts", "year": 2020, "value": 57, "source": "register"},
        {"indicator": "convictions_persons", "year": 2021, "value": "<5", "source": "compiler"},
    ]
    frame = pd.DataFrame(rows).fillna({"breakdown": ""}).assign(country="AUT")
    facts = {
        "register": ("register", "2024-05-01", "Office"),
        "compiler": ("compiler", "2024-01-01", "Collector"),
        "early": ("compiler", "2023-02-01", "Collector"),
    }
    frame["tier"], frame["published"], frame["publisher"] = zip(*frame["source"].map(facts), strict=True)
    frame["upstream"] = "Office"
    return ts.claims_from(frame)


@pytest.fixture(scope="module")
def claims() -> pd.DataFrame:
    return record()


def checked(tmp_path: Path, claims: pd.DataFrame, text: str, **options: object):
    path = tmp_path / "article.txt"
    path.write_text(text, encoding="utf-8")
    return ts.factcheck(path, country="AUT", claims=claims, **options)


def verdicts(found) -> list[tuple[str, str, str]]:
    return [(row["text"], row["verdict"], row["code"]) for row in found.table.to_dict("records")]


@pytest.mark.parametrize(
    ("text", "value", "verdict", "code"),
    [
        ("In 2019, authorities identified 110 victims of trafficking.", "110", "agrees", "same"),
        ("In 2022, authorities identified 118 victims of trafficking.", "118", "superseded", "earlier_edition"),
        ("Courts convicted 57 traffickers in 2020.", "57", "other_unit", "unit"),
        ("There were 24 convictions in 2020.", "24", "agrees", "same"),
        ("In 2021, authorities identified 96 victims of trafficking.", "96", "other_unit", "part"),
        ("In 2020, authorities identified 110 victims of trafficking.", "110", "other_unit", "period"),
        # women of the year after: whoever read the sentence may have missed that
        ("In 2020, authorities identified 96 victims of trafficking.", "96", "unknown", "unclear_subject"),
        ("In 2018, authorities identified 79 victims of trafficking.", "79", "contradicts", "digits_swapped"),
        ("In 2018, authorities identified 98 victims of trafficking.", "98", "contradicts", "small_difference"),
        ("In 2019, authorities identified 170 victims of trafficking.", "170", "contradicts", "one_digit"),
        ("In 2020, authorities identified 146 victims of trafficking.", "146", "contradicts", "twice"),
        ("In 2020, authorities identified 301 victims of trafficking.", "301", "contradicts", "outside"),
        ("A total of 301 victims of trafficking were identified in 2020.", "301", "contradicts", "outside"),
        ("In 2019, authorities identified more than 100 victims of trafficking.", "100", "agrees", "same"),
        ("In 2019, authorities identified nearly 120 victims of trafficking.", "120", "agrees", "same"),
        ("In 2012, authorities identified 31 victims of trafficking.", "31", "unknown", "no_figure"),
        ("Courts convicted three traffickers in 2021.", "three", "unknown", "wide"),
    ],
)
def test_each_count_gets_its_verdict(tmp_path, claims, text, value, verdict, code):
    assert (value, verdict, code) in verdicts(checked(tmp_path, claims, text))


@pytest.mark.parametrize(
    ("text", "verdict", "code"),
    [
        ("In 2021, 112 victims were identified, 96 of them women (86 %).", "agrees", "holds"),
        ("In 2021, 112 victims were identified, 96 of them women (68 %).", "contradicts", "share"),
        (
            "In 2021, authorities identified 112 victims, up from 73 in 2020, an increase of 53 percent.",
            "agrees",
            "holds",
        ),
        (
            "In 2021, authorities identified 112 victims, up from 73 in 2020, an increase of 35 percent.",
            "contradicts",
            "share_of_new",
        ),
        ("In 2020, authorities identified 73 victims, the highest number ever.", "contradicts", "highest"),
        ("In 2022, authorities identified 131 victims, the highest number ever.", "agrees", "holds_among"),
    ],
)
def test_each_statement_is_tested_against_the_bounds(tmp_path, claims, text, verdict, code):
    found = checked(tmp_path, claims, text).table
    statements = found[found["kind"] != "count"]
    assert (verdict, code) in set(zip(statements["verdict"], statements["code"], strict=True))


def test_a_figure_whose_year_is_not_said_is_not_accused(tmp_path, claims):
    text = "The figures go back to 2020. Authorities have a hotline. Police identified 150 victims of trafficking."
    assert "contradicts" not in set(checked(tmp_path, claims, text).table["verdict"])


def test_a_smaller_figure_beside_the_whole_is_taken_for_a_part(tmp_path, claims):
    text = "In 2019, authorities identified 110 victims. In 2019, authorities identified 13 victims."
    assert verdicts(checked(tmp_path, claims, text))[1] == ("13", "unknown", "perhaps_part")


def test_a_source_cannot_confirm_itself(tmp_path, claims):
    text = "In 2022, authorities identified 118 victims of trafficking."
    assert checked(tmp_path, claims, text).table["verdict"][0] == "superseded"
    without = checked(tmp_path, claims, text, exclude_sources=["early"])
    assert without.table["verdict"][0] == "contradicts"


def test_the_table_has_its_columns_and_places(tmp_path, claims):
    found = checked(tmp_path, claims, "In 2019, authorities identified 110 victims of trafficking.")
    row = found.table.iloc[0]
    assert found.text[row["char_start"] : row["char_end"]] == "110"
    assert (row["record_lower"], row["record_upper"], row["kind"]) == (110, 110, "count")
    assert set(row["source_ids"].split(";")) == {"register", "compiler"}
    assert not row["is_single_source"]
    assert row["locator"] == "para 1"


def test_the_page_marks_each_figure_and_escapes_the_text(tmp_path, claims):
    found = checked(tmp_path, claims, "<script>alert(1)</script> In 2018, authorities identified 79 victims.")
    assert "<script>" not in found.html
    assert 'class="mark contradicts"' in found.html
    assert "the same digits in another order" in found.html


def test_findings_are_said_in_danish(tmp_path, claims):
    found = checked(tmp_path, claims, "I 2018 identificerede myndighederne 79 ofre for menneskehandel i landet.")
    assert found.language == "da"
    assert "de samme cifre" in found.table["reason"][0]
    assert '<html lang="da">' in found.html


def test_the_page_says_in_its_language_that_the_record_was_left_open(tmp_path, claims):
    found = checked(tmp_path, claims, "I 2018 identificerede myndighederne 79 ofre for menneskehandel i landet.")
    left_open = replace(found, status=("stopped by the time limit",))
    assert "Beregningen stoppede" in left_open.html
    assert "stopped by" not in left_open.html
    assert "Beregningen stoppede" not in found.html


def test_json_has_the_fields_of_a_claim_review(tmp_path, claims):
    found = json.loads(checked(tmp_path, claims, "In 2018, authorities identified 79 victims.").to_json())
    assert found[0]["@type"] == "ClaimReview"
    assert found[0]["reviewRating"]["alternateName"] == "contradicts"
    assert found[0]["finding"]["value"] == 79


def test_a_text_without_figures_has_no_findings(tmp_path, claims):
    found = checked(tmp_path, claims, "The authorities say that they want to identify more victims of trafficking.")
    assert found.table.empty
    assert "0 contradict" in str(found)


def test_a_country_without_claims_is_refused_with_those_there_are(tmp_path, claims):
    path = tmp_path / "a.txt"
    path.write_text("In 2018, authorities identified 79 victims.", encoding="utf-8")
    with pytest.raises(ts.ReaderError, match=r"no claim on 'FRA'.*AUT"):
        ts.factcheck(path, country="FRA", claims=claims)
    assert ts.factcheck(path, country="Austria", claims=claims).country == "AUT"


ARTICLE = """In 2020 the Danish authorities identified 64 victims of human trafficking. In 2021 they identified 80.
In 2019 the authorities identified 64 victims, and in 2018 they identified 79 victims.

Between 2007 and 2020 a total of 968 people were identified as victims of trafficking. Of them, 764 were women (94 %).

Courts convicted 14 persons of trafficking in 2016. In 2014 courts convicted 40 persons. In 2013 authorities identified
67 victims. In 2017, courts convicted eight traffickers.

In 2022, 73 victims were identified. The number rose to 112 in 2023, an increase of 35 percent. In 2021, 38 victims
accepted a prepared return, the highest number ever. Only four victims have ever been granted asylum.
"""


def test_planted_errors_are_found_and_none_is_invented(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    found = ts.factcheck(path, country="DNK")
    accused = set(found.table.loc[found.table["verdict"] == "contradicts", "text"])
    assert accused == {"79", "94 %", "40", "67", "35 percent", "highest", "four"}
    assert (found.table.loc[found.table["verdict"] == "superseded", "text"] == "64").all()
    assert {"80", "968", "764", "14", "eight", "73", "112"} <= set(
        found.table.loc[found.table["verdict"] == "agrees", "text"]
    )


def test_verdicts_counted_above_the_text_agree_in_number(tmp_path, claims):
    text = "In 2018, authorities identified 98 victims of trafficking."
    assert "<strong>1</strong> contradicts the record" in checked(tmp_path, claims, text).html
    more = f"{text} In 2019, authorities identified 170 victims of trafficking."
    assert "<strong>2</strong> contradict the record" in checked(tmp_path, claims, more).html


def test_the_command_writes_the_page_and_prints_json(tmp_path):
    path, page = tmp_path / "a.txt", tmp_path / "a.html"
    path.write_text("In 2018, Danish authorities identified 79 victims of trafficking.", encoding="utf-8")
    run = CliRunner().invoke(cli, ["factcheck", str(path), "--country", "DNK", "-o", str(page)])
    assert run.exit_code == 0, run.output
    assert "contradicts the record" in run.output
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    run = CliRunner().invoke(cli, ["factcheck", str(path), "--country", "DNK", "--json"])
    assert json.loads(run.output)[0]["finding"]["verdict"] == "contradicts"
    run = CliRunner().invoke(cli, ["factcheck", "https://example.org/a.html", "--country", "DNK"])
    assert run.exit_code == 2
    assert "save it first" in run.output


def test_every_code_has_words():
    import ast

    import trafficking_stats.fact_check as package

    codes = set()
    for path in Path(package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Finding", "_finding"):
                codes |= {a.value for a in node.args[1:2] if isinstance(a, ast.Constant)}
    values = {"record": 1, "said": 1, "publisher": "a", "published": "b", "other": "c", "start": "d", "end": "e"}
    values |= {"subject": 1, "base": 1, "stated": 1, "added": 1, "there": 1, "year": 2000, "n": 2}
    assert len(codes) >= 8
    for code in codes:
        assert say(f"factcheck.why.{code}", **values)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("In Sweden, authorities identified 429 victims of trafficking in 2018.", "elsewhere"),
        ("Across the European Union, 7,155 victims were registered in 2018.", "elsewhere"),
        ("Worldwide, 50,000 victims were detected in 2018.", "elsewhere"),
        ("In Aarhus, nine victims of trafficking were identified in 2018.", "local"),
        ("Our shelter identified 12 victims of trafficking in 2018.", "local"),
    ],
)
def test_nobody_is_accused_over_another_country_or_one_place(tmp_path, claims, text, code):
    found = checked(tmp_path, claims, text)
    assert list(found.table["verdict"]) == ["unknown"]
    assert list(found.table["code"]) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "In 2018 authorities identified 97 victims, in 2017 61 and in 2016 52; 210 victims were identified in those "
        "three years.",
        "In 2019, authorities identified 110 victims, nearly the same as the 112 of 2021.",
        "Courts convicted 24 people in 2020. Two police officers were convicted in 2020.",
        "In 2020, 73 victims were identified; in 2019 there were 110 of them and in 2018, 97.",
        "Of the victims of 2021, 96 were women and 16 were men.",
        "In 2017 and 2018, 61 and 97 victims were identified.",
        "Courts convicted 24 people in 2020. The number of victims has gone from 52 in 2016 to 97 in 2018.",
        "Authorities identified 97 victims in 2018 and 61 in 2017. In the previous year 52 victims were identified.",
        "The authorities identified 97 victims in 2018. Tyrol's police found nine victims in 2018.",
        "Nobody was convicted in 2021. Austria's population is 9.1 million. Courts convicted 24 people in 2020.",
        "Courts convicted 24 people in 2020. In 2021 there had been 112; the peak.",
        "The authorities identified 97 victims in 2018. German courts convicted 68 people in 2020.",
        "The police identified 97 victims in 2018. Convictions? In 2020 there were 24, in 2019 12.",
        "Authorities identified 97 victims in 2018, nearly twice as many as in 2016. In 2019 there were 110.",
        "In 2017 there were 61 victims, in 2018 97. Over the same three years 290 victims were identified.",
    ],
)
def test_right_figures_are_never_accused(tmp_path, claims, text):
    found = checked(tmp_path, claims, text)
    assert len(found.table) > 1
    assert "contradicts" not in set(found.table["verdict"])


@pytest.mark.parametrize(
    "text",
    [
        "PRESS RELEASE - Vienna, 14 June 2021\n\nThe authorities identified 73 victims of trafficking.",
        "VIENNA, June 3, 2021 - Last year the authorities identified 73 victims of trafficking.",
        "WIEN, 3. juni 2021. 73 personer blev i fjor identificeret som ofre for menneskehandel i Østrig.",
        "WIEN, 3. juni 2021 - I fjor ble 73 ofre for menneskehandel identifisert.",
        "WIEN, 3 juni 2021 - I fjol identifierades 73 offer för människohandel i Österrike.",
    ],
)
def test_a_text_reports_on_the_year_before_its_own_date(tmp_path, claims, text):
    (row,) = checked(tmp_path, claims, text).table.to_dict("records")
    assert (row["period_end"], row["verdict"]) == ("2020-12-31", "agrees")


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("On 3 May 1985 a law was passed. The authorities identified 73 victims.", None),
        ("VIENNA, 3 May 2077. The authorities identified 73 victims.", None),
        ("VIENNA, 3 May 1990. The authorities identified 73 victims.", 1990),
    ],
)
def test_a_date_of_no_year_that_is_read_is_let_alone(tmp_path, claims, text, year):
    assert year_told(text) == year
    assert checked(tmp_path, claims, text).table["verdict"].tolist() == ["unknown"]


@pytest.mark.parametrize(
    "text",
    [
        # a month that could be the second of two years
        "In December 2011 the police of Austria identified 12 victims.",
        "From October 2009 to November 2010 the police identified 30 victims.",
        # years up to a month
        "In 2021 there were 112 victims, the lowest number from 2018 to August 2024.",
        "In April 2023 police found 67 victims, the lowest number since 2021 and until August 2024.",
    ],
)
def test_months_are_read_beside_years(tmp_path, claims, text):
    assert len(checked(tmp_path, claims, text).table)


def test_a_date_before_the_latest_year_is_not_that_of_the_text(tmp_path, claims):
    text = (
        "On 3 May 2018 a ring was broken up. Since then numbers fell. 73 victims were identified. By 2020 all had left."
    )
    assert checked(tmp_path, claims, text).year == 2020


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Victims identified in Austria: 61 (2017), 97 (2018), 110 (2019).", ["61", "97", "110"]),
        ("In 2018 the authorities identified 97 victims. In 2019, 110. And 73 in 2020.", ["97", "110", "73"]),
        ("We speak of numbers. 97 victims in 2018.", ["97"]),
        ("The number of victims identified by the authorities climbed from 97 in 2018 to 110 in 2019.", ["97", "110"]),
    ],
)
def test_lists_and_fragments_are_read_with_their_years(tmp_path, claims, text, expected):
    found = checked(tmp_path, claims, text).table
    counts = found[found["kind"] == "count"]
    assert list(counts["text"]) == expected
    assert set(counts["verdict"]) == {"agrees"}


@pytest.mark.parametrize(
    ("text", "value", "verdict"),
    [
        ("In 2020 the assistance system helped 247 victims.", "247", "agrees"),
        ("In 2020 the assistance system helped 342 victims.", "342", "unknown"),
        ("In 2020, 394 people were referred to the system.", "394", "agrees"),
        ("The police recorded 41 offences of trafficking in 2020.", "41", "agrees"),
        ("The police opened 41 investigations of trafficking in 2020.", "41", "other_unit"),
        ("The police recorded 14 offences of trafficking in 2020.", "14", "contradicts"),
    ],
)
def test_figures_of_one_desk_and_offences_are_found(tmp_path, text, value, verdict):
    rows = [
        ("victims_assisted", "by=assistance_system", 247),
        ("victims_referred", "to=assistance_system", 394),
        ("offences_reported", "", 41),
    ]
    frame = pd.DataFrame(rows, columns=["indicator", "breakdown", "value"])
    claims = ts.claims_from(frame.assign(country="AUT", year=2020, source="register", published="2024-01-01"))
    assert [row[:2] for row in verdicts(checked(tmp_path, claims, text))] == [(value, verdict)]


def test_right_figures_are_never_accused_in_danish(tmp_path, claims):
    text = "Myndighederne identificerede 97 ofre i 2018. Politiet på Fyn fandt otte ofre i 2018. "
    text += "I 2019 var tallet godt 100."
    found = checked(tmp_path, claims, text, language="da")
    assert len(found.table) == 3
    assert "contradicts" not in set(found.table["verdict"])


@pytest.mark.parametrize(
    "text",
    [
        "Austrian courts convicted 24 people in 2020. Nine were convicted under section 217 in 2020.",
        "In 2020, Austrian courts convicted 24 people; the police of Tyrol identified 12 victims in 2020.",
        "Austrian courts convicted 24 people in 2020. One case from 2020 involved 31 victims.",
        "Austria identified 97 victims in 2018. Since 2015 Austria has identified 900 victims.",
        "Austria identified 131 victims in 2022. During the reporting period, authorities identified 150 victims.",
        "Austria identified 131 victims in 2022. Five years before that it was 61.",
        "The target for 2022 was 1,000 victims identified. Austria identified 131 victims in 2022.",
        "Austria identified 97 victims in 2018. In 2018, 155 more victims were identified by NGOs.",
        "Austrian authorities identified 97 victims in 2018. Of 30 victims in 2018, 12 were children.",
        "Courts convicted 24 people in 2020. In 2018 police broke up a ring; 97 victims were identified that year.",
    ],
)
def test_parts_plans_and_years_not_named_are_never_accused(tmp_path, claims, text):
    assert "contradicts" not in set(checked(tmp_path, claims, text).table["verdict"])


def test_swedish_years_are_no_ages(tmp_path, claims):
    text = "Antalet identifierade offer var 97 år 2018, 110 år 2019 och 87 år 2020."
    found = checked(tmp_path, claims, text, language="sv")
    assert [row[:2] for row in verdicts(found)] == [("97", "agrees"), ("110", "agrees"), ("87", "contradicts")]


def test_a_slip_in_a_table_is_told(tmp_path, claims):
    text = "Austria\n\n| Year | Victims identified |\n| --- | --- |\n| 2018 | 97 |\n| 2019 | 170 |\n"
    path = tmp_path / "article.md"
    path.write_text(text, encoding="utf-8")
    found = ts.factcheck(path, country="AUT", claims=claims)
    assert [row[:2] for row in verdicts(found)] == [("97", "agrees"), ("170", "contradicts")]


MARK = re.compile(r"\{([^{}|]*)\|([acsun]+)\}")
ARTICLES = (Path(__file__).parent / "data" / "factcheck" / "articles.txt").read_text(encoding="utf-8")
VERDICT = {"a": "agrees", "c": "contradicts", "s": "superseded", "u": "unknown", "n": "unknown"}


@pytest.mark.parametrize("article", re.split(r"(?m)^# ", ARTICLES)[1:], ids=lambda text: text.partition("\n")[0])
def test_articles_are_judged_as_their_author_marked_them(tmp_path, article):
    """``{450|a}`` agrees, ``c`` contradicts, ``s`` is superseded; ``n`` speaks of something else and is let alone."""
    head, _, body = article.strip().partition("\n")
    path = tmp_path / "article.txt"
    path.write_text(MARK.sub(r"\1", body), encoding="utf-8")
    found = ts.factcheck(path, country=head.split()[0])
    wanted = {}
    for mark in MARK.finditer(body):
        wanted[len(MARK.sub(r"\1", body[: mark.start()]))] = mark[1], {VERDICT[letter] for letter in mark[2]}
    for start, (text, verdicts) in wanted.items():
        assert found.text.startswith(text, start)
        rows = found.table[(found.table["char_start"] <= start) & (start < found.table["char_end"])]
        assert verdicts & ({*rows["verdict"]} or {"unknown"}), text
    accused = found.table.loc[found.table["verdict"] == "contradicts", "char_start"]
    assert {*accused} == {start for start, (_, verdicts) in wanted.items() if verdicts == {"contradicts"}}


@pytest.mark.parametrize(
    "text",
    [
        "Since 2018, when the law came into force, 41 persons have been convicted in Austria.",
        "Austrian courts have convicted 41 traffickers since the law came into force in 2020.",
        "In 2020, 24 persons were convicted in Austria, and 51 victims of forced labour known to the police.",
        "As regards forced labour, the Austrian authorities identified 51 victims in 2021.",
        "In 2021 the Austrian authorities identified 51 nationals and one foreign citizen as victims.",
        "In 2021, 112 victims were identified in Austria; in 2018, 97 were identified, half the number in 2022.",
        "The number of victims in Austria fell from 110 in 2019 to 73 in 2020 and 61.",
        "In 2015-2017, 153 victims were identified in Austria, compared with 25.",
        "Out of every 100 suspects in Austria in 2020, 12 were convicted.",
        "Austrian police broke up a network with 31 victims in 2021.",
        "With 45 victims in 2021, Vienna was the province with the most victims in Austria.",
        "National statistics of Austria:\n\n- 12 suspects in custody in 2020\n- 13 suspects in 2020",
        "In Austria 110 victims were identified in 2019. The number of victims more than doubled from 31.",
        "In Austria the number of victims stood at 112 in 2021. From 2019 to 2021 about 60 a year were found.",
        "Under Sections 104 (slavery), 217 (procuring) and 218, 24 persons were convicted in Austria in 2020.",
    ],
)
def test_what_may_be_a_part_another_time_or_no_count_is_not_accused(tmp_path, claims, text):
    assert "contradicts" not in set(checked(tmp_path, claims, text).table["verdict"])


def test_offences_are_offences_wherever_the_word_stands(tmp_path):
    rows = [
        {"indicator": "offences_reported", "year": y, "value": n, "source": "a"} for y, n in ((2018, 45), (2019, 36))
    ]
    claims = ts.claims_from(pd.DataFrame(rows).assign(country="AUT"))
    table = "Year | Offences reported\n2018 | 45\n2019 | 63\n"
    texts = table, "The number of offences reported in Austria was 45 in 2018 and 63 in 2019."
    for text in texts:
        assert [row[1] for row in verdicts(checked(tmp_path, claims, text, language="en"))] == ["agrees", "contradicts"]


@pytest.mark.parametrize(
    ("text", "figure", "verdict"),
    [
        # years counted from one that the text names
        ("Police found 40 victims in 2015; three years later they found 97.", "97", "agrees"),
        ("In 2018 the authorities identified 97 victims, and two years earlier 52.", "52", "agrees"),
        # as many years as figures, before or after them
        ("The totals for 2015, 2016 and 2017 were 40, 52 and 61 victims.", "61", "agrees"),
        ("Authorities identified 40, 52 and 61 victims in 2015, 2016 and 2017.", "52", "agrees"),
        # a word that says nothing of the size stands before the figure
        ("In 2021, 112 victims were identified. Men made up just 16.", "16", "agrees"),
        # what a heading, or the paragraph before, says is counted
        ("Victims of trafficking\n\nTheir numbers went like this: 40 in 2015, 52 in 2016.", "52", "agrees"),
        ("In 2021, 112 victims were identified in Austria.\n\nIn 2021 women numbered 96.", "96", "agrees"),
        # shares in words
        ("In 2021, 112 victims were identified in Austria, one in seven of them men.", "one in seven", "agrees"),
        ("In 2021, 112 victims were identified in Austria. About a third were men.", "a third", "contradicts"),
        # "convictions" may be of persons: fewer than those are wrong in any unit, more may be charges
        ("There were 11 convictions in Austria in 2020.", "11", "contradicts"),
        ("There were 42 convictions in Austria in 2020.", "42", "contradicts"),
        # what follows a colon
        ("It peaked at 110 victims in 2019 and has gone up and down since: 73 in 2020, 112 in 2021.", "73", "agrees"),
        ("In the last three years, 2019 to 2021, authorities identified 295 victims.", "295", "agrees"),
        # a word of the sentence before
        ("In 2020 courts in Austria handed down 24 convictions. In 2021 it was 2.", "2", "unknown"),
        # what a change is of, and over how many years
        ("In 2021 the number of identified victims rose by 53 percent in Austria.", "53 percent", "agrees"),
        ("In 2018 the authorities identified 97 victims, a rise of 87 percent in two years.", "87 percent", "agrees"),
    ],
)
def test_writers_say_it_in_many_ways(tmp_path, claims, text, figure, verdict):
    assert (figure, verdict) in [found[:2] for found in verdicts(checked(tmp_path, claims, text))]


@pytest.mark.parametrize(
    "text",
    [
        # in the first year of "since" it was more
        "Authorities in Austria identified 73 victims in 2020, the fewest since 2017.",
        # a part whose word is not read
        "In 2019 authorities identified 110 victims. Of the adults of 2019, 52 had been forced into marriage.",
        # two figures, the one that a change is of is not clear
        "In 2021, 112 victims were found. In 2020 it was 73, and in 2019 110. That is an increase of 53 percent.",
        # brackets repeat what is counted before the comparison
        "In closed investigations, 112 victims were found in 2021, two more than in 2019 (110).",
        # a rank over the figures of its own sentence
        "In 2021 there were 112 victims. From 110 in 2019 they sank to 73 in 2020, the lowest since 2018.",
        # before a year is not in it
        "Before 2020, nobody had been convicted of trafficking in Austria.",
        # more than in a year whose own figure was read last
        "In 2020 authorities found 73 victims. What came after was worse. That is 53 percent more than in 2020.",
        # of all, not of the women told last
        "In 2021 authorities registered 984 possible victims. Women made up more than half of those registered in "
        "2021, 547 in all, and there were 68 children, or roughly seven per cent.",
        # the one is nobody counted
        "Police found 112 victims in 2021. Since one victim may be exploited in several ways, the forms overlap: 60 "
        "were identified for forced labour, 40 for sexual exploitation and 15 for begging.",
        # of another paragraph's figure no more is known than that
        "In 2021, 112 victims were identified in Austria.\n\nIn 2020 men numbered 55.",
    ],
)
def test_nobody_is_accused_of_what_the_text_may_not_mean(tmp_path, claims, text):
    assert "contradicts" not in set(checked(tmp_path, claims, text).table["verdict"])


@pytest.mark.parametrize(
    ("text", "figure", "verdict"),
    [
        # a figure alone in its sentence, with a verb and a year of its own
        ("Austrian judges convicted 45 people of trafficking in 2020.", "45", "contradicts"),
        # a figure of the same thing that agrees vouches for one that has neither noun nor verb
        ("In 2017, 61 victims were identified in Austria. By 2018 there were 140.", "140", "contradicts"),
        ("In 2017, 34 victims were identified in Austria. By 2018 there were 140.", "140", "unknown"),
        # and for the year that is carried from its sentence
        ("In 2021, 112 victims were identified in Austria. The authorities found 37 women.", "37", "contradicts"),
        ("In 2021 a law was passed in Austria. The authorities identified 37 victims.", "37", "unknown"),
        # the text also prints the figure that the record holds
        (
            "In 2018, 97 victims were identified in Austria. The police identified 140 victims in 2018.",
            "140",
            "unknown",
        ),
        # 24 were convicted: the record holds 57 for something else in that year
        ("Austrian prosecutors and judges identified 57 victims in 2020.", "57", "other_unit"),
        # two years out of three
        ("In 2015 and 2017 together 101 victims were identified in Austria.", "101", "unknown"),
        # a span of years that the sentence prints
        ("In Austria 153 victims were identified in 2017, counted from 2015 on.", "153", "agrees"),
        ("Looking back to 2018 in Austria, 280 victims were identified.", "280", "other_unit"),
        # a part that the sentence names
        ("In 2021 the Austrian police identified 112 victims, and 16 of these were men.", "16", "agrees"),
        # other figures of the text bear a change out
        (
            "In 2021, 112 victims were found in Austria, against 61 in 2017, an increase of 84 percent.",
            "84 percent",
            "agrees",
        ),
        # the base of a change is printed behind it, or is not printed at all
        ("Austria identified 112 victims in 2021. The toll is 39 more than the 73 people of 2020.", "39", "agrees"),
        (
            "In 2021, 112 victims were identified in Austria. A rise of 99 percent shocked many.",
            "99 percent",
            "unknown",
        ),
        (
            "In 2019, 110 victims were identified in Austria. In 2020 it fell to 73. "
            "Since the peak it has fallen by 9 percent.",
            "9",
            "unknown",
        ),
        # a rank of a figure that is not the one of its year: the year may be misread
        ("In 2020, authorities in Austria identified 64 victims, the highest number ever.", "highest", "unknown"),
        # victims assisted, where the record knows them as identified ones
        ("In 2018, 97 victims were assisted in Austria.", "97", "agrees"),
    ],
)
def test_an_accusation_needs_evidence(tmp_path, claims, text, figure, verdict):
    found = verdicts(checked(tmp_path, claims, text))
    assert verdict in [one for printed, one, _ in found if printed.startswith(figure)], found
    assert verdict == "contradicts" or "contradicts" not in [
        one for printed, one, _ in found if printed.startswith(figure)
    ]


@pytest.mark.parametrize(
    ("text", "figure", "verdict"),
    [
        # multiples, with a number or a verb, loosely said or not
        ("In 2018, 97 victims were identified in Austria, nearly twice as many as in 2016.", "twice", "agrees"),
        ("In 2021, 112 victims were identified in Austria, three times as many as in 2017.", "three", "contradicts"),
        ("In Austria 52 victims were identified in 2016, in 2021 112, more than twice as many.", "twice", "agrees"),
        ("The number of victims identified in Austria more than doubled from 2016 to 2021.", "doubled", "agrees"),
        (
            "The number of victims identified in Austria doubled from 61 in 2017 to 97 in 2018.",
            "doubled",
            "contradicts",
        ),
        (
            "In 2018, 97 victims were identified in Austria, up from 61; they more than halved by 2020.",
            "halved",
            "unknown",
        ),
        # a rank over years that are told says nothing of the years of the figure
        ("In 2021, 112 victims were identified in Austria, the most of all years from 2015 to 2021.", "112", "agrees"),
        # a share beside its figure, and all but some of a whole
        ("In 2021, 112 victims were identified in Austria; 96, or 86 per cent, were women.", "86 per cent", "agrees"),
        ("In Austria 112 victims were identified in 2021. Most of them, 96 in all, were women.", "96", "agrees"),
        ("In 2021, 112 victims were identified in Austria. All but 16 of these 112 were women.", "16 of", "agrees"),
        # a part that the sentence before names
        ("Most victims in Austria are women. In 2021 the authorities identified 96.", "96", "agrees"),
        # years and figures after a colon
        ("In Austria 52 victims were identified in 2016. It went on: 61 in 2017, 97 in 2018.", "97", "agrees"),
        ("Victims identified in Austria, by year:\n\n* 2018 – 97\n* 2019 – 110", "110", "agrees"),
        # an earlier edition, of victims under another name
        ("In 2022, 118 victims were assisted in Austria.", "118", "superseded"),
        ("In 2018, 140 victims were referred in Austria.", "140", "unknown"),
    ],
)
def test_journalists_say_it_in_other_words(tmp_path, claims, text, figure, verdict):
    found = verdicts(checked(tmp_path, claims, text))
    assert verdict in ([one for printed, one, _ in found if printed.startswith(figure)] or ["unknown"]), found


@pytest.mark.parametrize(
    "text",
    [
        # what "it" is was not read
        "The law offers a way home. In 2021, 38 of them took it, of 112 victims in Austria. It had been 43 in 2018.",
        "In 2021, 112 victims were identified in Austria, 16 of them men. In 2018 it had been 8.",
        "In 2021, 112 victims were identified in Austria, the highest number of all years from 2016 to 2021.",
        "In 2020, 73 victims were identified in Austria, fewer than half as many as in 2022 (131).",
        "Over the years 2017 and 2018 the lists of Austria add up to 158 victims.",
    ],
)
def test_no_figure_is_accused_for_what_another_says(tmp_path, claims, text):
    assert "contradicts" not in set(checked(tmp_path, claims, text).table["verdict"])


@pytest.mark.parametrize(
    ("text", "figure", "verdict"),
    [
        # a rise or fall without a number
        ("In 2019, 110 victims were identified in Austria. The total came down in 2020.", "came down", "agrees"),
        ("In 2019, 110 victims were identified in Austria. The total rose again in 2020.", "rose", "contradicts"),
        ("The number of victims identified in Austria fell from 2020 to 2021.", "fell", "contradicts"),
        ("I 2019 blev 110 ofre identificeret i Østrig. I 2020 faldt antallet af ofre.", "faldt", "agrees"),
        ("I 2019 blev 110 ofre identificeret i Østrig. I 2020 steg antallet af ofre.", "steg", "contradicts"),
        # places, peaks, and ranks over all other years
        ("In 2020, 73 victims were found in Austria, the third highest number since 2015.", "highest", "agrees"),
        ("In 2020, 73 victims were found in Austria, the second-highest number since 2015.", "second", "contradicts"),
        ("In 2022, 131 victims were found in Austria, more than in any other year.", "more than in any", "agrees"),
        (
            "In 2021, 112 victims were found in Austria, more than in any other year. In 2022 it was 131.",
            "more than in any",
            "contradicts",
        ),
        ("The number of victims identified in Austria peaked in 2022.", "peaked", "agrees"),
        ("I 2020 blev 73 ofre fundet i Østrig, det tredjehøjeste antal siden 2015.", "tredjehøjeste", "agrees"),
        ("I 2022 blev 131 ofre fundet i Østrig, flere end i noget andet år.", "flere end i noget", "agrees"),
        # most, and a share behind the count or of the count before
        ("In 2021, 112 victims were found in Austria, most of whom were women.", "most of whom", "agrees"),
        ("In 2021, 112 victims were found in Austria, most of whom were men.", "most of whom", "contradicts"),
        ("In 2021, 112 victims were found in Austria, 16 of them men, or one in seven.", "one in seven", "agrees"),
        ("In 2021, 112 victims were found in Austria, 16 of them men, i.e. over half.", "half", "contradicts"),
        (
            "In 2021, 16 men were found in Austria. They made up a third of all victims in 2021.",
            "a third",
            "contradicts",
        ),
        ("I 2021 blev 112 ofre fundet i Østrig, hvoraf de fleste var kvinder.", "hvoraf de fleste", "agrees"),
        # multiples of a figure, and what a noun says before its number
        ("In 2018, 97 victims were found in Austria, nearly double the figure for 2016.", "double", "agrees"),
        ("In 2020, 73 victims were found in Austria, double the figure for 2019.", "double", "contradicts"),
        ("In 2021, 112 victims were found in Austria. Compared with 2020 the rise was 53 %.", "53 %", "agrees"),
        ("I 2021 blev 112 ofre fundet i Østrig, det dobbelte af 2016.", "det dobbelte", "agrees"),
        # nobody at all
        ("Not a single person was convicted of trafficking in Austria in 2020.", "Not a single", "contradicts"),
    ],
)
def test_statements_need_no_number(tmp_path, claims, text, figure, verdict):
    found = verdicts(checked(tmp_path, claims, text))
    assert verdict in [one for printed, one, _ in found if printed.startswith(figure)], found


@pytest.mark.parametrize(
    "text",
    [
        "In 2019, 110 victims were found in Austria. The police budget rose in 2020.",
        "In 2019, 110 victims were found in Austria. The number of asylum seekers rose in 2020.",
        "In 2019, 110 victims were found in Austria. In 2020 the number of reports rose.",
        "In 2019, 110 victims were found in Austria. The average age of the victims rose in 2020.",
        "In 2019, 110 victims were found in Austria. It is not true that the number rose in 2020.",
        "In 2019, 110 victims were found in Austria. The number of victims that Graz counted rose in 2020.",
        "In 2019, 110 victims were found in Austria. Witnesses declined to testify in 2020, and rose in 2020.",
        "I 2019 blev 110 ofre fundet i Østrig. I 2020 steg antallet af anmeldelser.",
        "I 2019 blev 110 ofre fundet i Østrig. I 2020 steg andelen af kvinder.",
        "In 2020, 73 victims were found in Austria; the pandemic peaked in 2020.",
        "In 2018, 97 victims were found in Austria. The shelter had double the staff of 2017.",
        "In 2021, 16 men were found in Austria, a third of them in Graz.",
        "In 2021, 16 men were found in Austria, most of whom were in Graz.",
        "In 2019, 110 victims were found in Austria, 13 % more than in 2018; the rise among women was 53 %.",
        "In 2018, 97 victims were found in Austria, the highest number in any year of the campaign, 2017 to 2018.",
    ],
)
def test_what_rose_or_fell_has_to_be_read(tmp_path, claims, text):
    assert "contradicts" not in set(checked(tmp_path, claims, text).table["verdict"])


def test_right_sentences_made_of_the_record_are_never_accused():
    """Parts of each year of five countries, in sentences whose figures are those of the record."""
    from trafficking_stats.fact_check.checked import check
    from trafficking_stats.fact_check.record import Record
    from trafficking_stats.readers.narrative.extraction import read_text

    claims = ts.load_claims()
    rec = ts.reconcile(claims[claims["country"].isin(["DNK", "SWE", "NOR", "DEU", "AUT"])])
    known = rec.series[(rec.series["indicator"] == "victims_identified") & rec.series["estimate"].notna()]
    record, verdicts = Record(rec), []
    for (country, year), rows in known.groupby(["country", "year"]):
        figures = dict(zip(rows["breakdown"], rows["estimate"], strict=True))
        total = figures.get("", 0)
        for part, name in (("sex=male", "men"), ("age=child", "children")):
            n = figures.get(part, 0)
            text = f"In {year}, {total} victims were identified, {n} of them {name}. "
            share = round(100 * n / max(total, 1))
            text += f"All but {total - n} of the {total} were {name}; {n}, or {share} per cent, were {name}."
            found = read_text(text, country=country, default_year=year)
            verdicts += [one.finding.verdict for one in check(found, record, text, is_given=False) if 0 < n < total]
    assert verdicts.count("agrees") > 150
    assert "contradicts" not in verdicts


@pytest.mark.parametrize(
    ("text", "value", "verdict"),
    [
        # the year
        (
            "The report looks back. Then came 2019. Authorities identified 110 victims. It was 2022 at last.",
            "110",
            "agrees",
        ),
        ("From 2018 to 2019 the number of victims identified rose from 97 to 110.", "97", "agrees"),
        ("Fra 2018 til 2019 steg antallet af identificerede ofre fra 97 til 110.", "110", "agrees"),
        ("In 2019 110 victims were identified. Two years on it was 112.", "112", "agrees"),
        ("I 2019 blev 110 ofre identificeret. To år efter var det 112.", "112", "agrees"),
        ("In 2018 and 2019, when 97 and 110 victims respectively came to light, nobody counted men.", "110", "agrees"),
        (
            "In 2017, when borders were open, no more than 61 victims were identified, "
            "which means that the figure for 2022 is twice as high.",
            "61",
            "agrees",
        ),
        ("Since counting began in 2015, 283 victims had been identified by the end of 2018.", "283", "contradicts"),
        (
            "Vienna, 3 May 2023. Last year 131 victims were identified.\n\nIn all, 131 victims were found.",
            "131",
            "agrees",
        ),
        # what is counted
        ("110 victims were identified in 2019. In 2018 we had 97, so much for progress.", "97", "agrees"),
        ("The 97 victims of 2018 had seemed shocking.", "97", "agrees"),
        ("110 victims were identified in 2019.\n\nA year earlier it was 97, so the growth is small.", "97", "agrees"),
        (
            "While 24 persons were convicted in 2020, 73 victims were identified. In 2019 there had been 110.",
            "110",
            "agrees",
        ),
        ("In Austria not a single person was convicted in 2020.", "not a single", "contradicts"),
        ("Ikke en eneste person blev dømt i 2020.", "Ikke en eneste", "contradicts"),
        ("Så kom 2018. Da blev 97 ofre identificeret.", "97", "agrees"),
        # parts
        ("In 2021 there were 96 women, or most of the victims.", "96", "agrees"),
        ("In 2021 96 women were identified as victims, and in 2022 the total came to 131.", "131", "agrees"),
        ("112 victims were identified in 2021, of whom only 61 were men.", "61", "contradicts"),
        ("In 2021 112 victims were identified. Most of them (96) were women.", "96", "agrees"),
        # of a longer time, and of another unit
        ("In 2022, authorities identified 55 victims.", "55", "other_unit"),
        ("In 2018 authorities identified 300 victims.", "300", "other_unit"),
        ("The centre registered 140 victims in 2019.", "140", "agrees"),
        ("Authorities identified 140 victims in 2019.", "140", "other_unit"),
        ("In 2014 authorities prosecuted 119 people.", "119", "other_unit"),
        # of one place
        (
            "Austria identified 97 victims in 2018. They told me they had found 12 victims in the harbour in 2018.",
            "12",
            "unknown",
        ),
        ("I 2021 blev 112 ofre identificeret i Østrig. 16 ofre blev i 2021 fundet i Region Tyrol.", "16", "unknown"),
    ],
)
def test_figures_are_read_as_texts_say_them(tmp_path, claims, text, value, verdict):
    rows = [
        ("victims_identified", "", "2022-01-01", "2022-06-30", 55),
        ("victims_registered", "source=eurostat", "2016-01-01", "2018-12-31", 300),
        ("victims_registered", "", "2019-01-01", "2019-12-31", 140),
        ("convictions_persons", "", "2014-01-01", "2014-12-31", 119),
    ]
    names = ["indicator", "breakdown", "period_start", "period_end", "value"]
    frame = pd.DataFrame(rows, columns=names).assign(country="AUT", source="table", published="2024-05-01")
    found = checked(tmp_path, pd.concat([claims, ts.claims_from(frame)], ignore_index=True), text)
    assert (value, verdict) in [row[:2] for row in verdicts(found)]


@pytest.mark.parametrize(
    ("text", "value", "verdict"),
    [
        ("The hotline for victims of trafficking took 316 calls in 2019.", "316", "agrees"),
        ("Hotlinen for ofre for menneskehandel fik 361 opkald i 2019.", "361", "contradicts"),
        ("In 2019 14 defendants walked free and seven were convicted of trafficking.", "14", "agrees"),
        ("I 2019 blev 22 tiltalte frikendt for menneskehandel.", "22", "other_unit"),
        ("Victims identified in 2019 came from 28 different countries.", "28", "agrees"),
        ("Ofrene kom fra 28 lande i 2019, og 22 søgte asyl.", "28", "agrees"),
        ("In 2019 the register counted 603 presumed victims who had been exploited for labour.", "603", "agrees"),
        ("The number of victims fell from 2018, when 97 were identified, to 2020.", "97", "agrees"),
        ("Det er færre end i 2018, hvor 97 personer blev identificeret, og end i 2019.", "97", "agrees"),
        ("The record year was 2019. Back then, 110 victims were identified.", "110", "agrees"),
        (
            "Victims in 2018 were on the road for months before anybody cared. 97 of them were identified.",
            "97",
            "agrees",
        ),
    ],
)
def test_calls_acquittals_asylum_and_victims_of_a_register_are_checked(tmp_path, claims, text, value, verdict):
    rows = [
        ("hotline_calls", "", 316),
        ("acquitted_persons", "", 14),
        ("acquittals_counts", "", 22),
        ("victim_nationalities", "", 28),
        ("asylum_applications", "", 22),
        ("victims_registered", "exploitation=forced_labour;scope=multiple_forms", 603),
    ]
    frame = pd.DataFrame(rows, columns=["indicator", "breakdown", "value"])
    frame = frame.assign(country="AUT", year=2019, source="table", published="2024-05-01")
    found = checked(tmp_path, pd.concat([claims, ts.claims_from(frame)], ignore_index=True), text)
    assert (value, verdict) in [row[:2] for row in verdicts(found)]
