"""The accounting rules that a few claims bring with them, written out; and rules that contradict each other."""

from __future__ import annotations

import pytest
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats.entries import Rule
from trafficking_stats.errors import RuleError
from trafficking_stats.frames import as_claims
from trafficking_stats.reconciliation.cells import System, build_system
from trafficking_stats.reconciliation.solve import cell_names, rule_text
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

VOCABULARY = load_vocabulary()
QUARTERS = (("01", "03-31"), ("04", "06-30"), ("07", "09-30"), ("10", "12-31"))
COUNTS = "decisions_counts", "convictions_counts", "acquittals_counts", "charges_dropped_counts"


def system_of(*claims: dict[str, object], vocabulary: Vocabulary = VOCABULARY) -> System:
    return build_system(as_claims(table(claims), vocabulary), vocabulary)


def rules_of(*claims: dict[str, object], vocabulary: Vocabulary = VOCABULARY) -> set[str]:
    """Every rule as a line, without the country and with short names."""
    system = system_of(*claims, vocabulary=vocabulary)
    names = cell_names(system)
    lines = {rule_text(system, rule, names) for rule in range(len(system.rules.table))}
    return {line.replace("AAA ", "").replace("victims_identified", "victims") for line in lines}


def with_dimension(name: str, **changes: object) -> Vocabulary:
    dimension = VOCABULARY.dimensions[name].model_copy(update=changes)
    return VOCABULARY.model_copy(update={"dimensions": {**VOCABULARY.dimensions, name: dimension}})


def with_rules(*rules: Rule) -> Vocabulary:
    return VOCABULARY.model_copy(update={"rules": (*VOCABULARY.rules, *rules)})


def test_a_total_by_itself_has_no_rule() -> None:
    assert rules_of(claim(5)) == set()


def test_categories_that_exclude_each_other_are_one_sum_below_the_whole() -> None:
    assert rules_of(claim(5, breakdown="sex=female"), claim(3, breakdown="sex=male")) == {
        "exclusive sex: victims 2010 >= victims sex=female 2010 + victims sex=male 2010"
    }


def test_categories_that_overlap_are_each_at_most_the_whole() -> None:
    # a child is under 25, so the two are never added up; whoever is a child is no adult
    claims = [claim(5, breakdown=f"age={age}") for age in ("child", "adult", "under_25")]
    assert rules_of(*claims) == {
        "exclusive age: victims 2010 >= victims age=adult 2010 + victims age=child 2010",
        "overlapping age age=under_25: victims 2010 >= victims age=under_25 2010",
        "within age age=child: victims age=under_25 2010 >= victims age=child 2010",
    }


def test_forms_of_exploitation_exclude_each_other_for_victims_and_overlap_for_offenders() -> None:
    forms = [f"exploitation={form}" for form in ("sexual", "forced_labour")]
    assert rules_of(*[claim(5, breakdown=form) for form in forms]) == {
        "exclusive exploitation: victims 2010 >= "
        "victims exploitation=forced_labour 2010 + victims exploitation=sexual 2010"
    }
    for indicator in ("convictions_persons", "prosecutions_suspects", "suspects_formal_contact"):
        assert rules_of(*[claim(5, breakdown=form, indicator=indicator) for form in forms]) == {
            f"overlapping exploitation {form}: {indicator} 2010 >= {indicator} {form} 2010" for form in forms
        }


def test_a_union_of_forms_that_overlap_is_at_least_each_of_them() -> None:
    lines = rules_of(claim(5, breakdown="exploitation=forced_labour_or_criminal", indicator="convictions_persons"))
    union = "convictions_persons exploitation=forced_labour_or_criminal 2010"
    assert {line for line in lines if line.startswith(("within", "union"))} == {
        f"within exploitation exploitation={form}: {union} >= convictions_persons exploitation={form} 2010"
        for form in ("criminal_activity", "forced_labour")
    }


def test_a_union_is_exactly_its_parts() -> None:
    assert rules_of(claim(5, breakdown="exploitation=forced_labour_or_criminal")) == {
        "exclusive exploitation: victims 2010 >= "
        "victims exploitation=criminal_activity 2010 + victims exploitation=forced_labour 2010",
        "overlapping exploitation exploitation=forced_labour_or_criminal: "
        "victims 2010 >= victims exploitation=forced_labour_or_criminal 2010",
        "union exploitation: victims exploitation=forced_labour_or_criminal 2010 = "
        "victims exploitation=criminal_activity 2010 + victims exploitation=forced_labour 2010",
    }


def test_a_cell_of_two_keys_has_a_whole_in_each_direction() -> None:
    assert rules_of(claim(2, breakdown="age=child;sex=female")) == {
        "exclusive age: victims 2010 >= victims age=child 2010",
        "exclusive sex: victims 2010 >= victims sex=female 2010",
        "exclusive age: victims sex=female 2010 >= victims age=child;sex=female 2010",
        "exclusive sex: victims age=child 2010 >= victims age=child;sex=female 2010",
    }


def test_an_exhaustive_dimension_is_an_equation_also_where_nobody_names_a_category() -> None:
    vocabulary = with_dimension("place", exhaustive=True)
    assert rules_of(claim(2, breakdown="place=abroad"), vocabulary=vocabulary) == {
        "exhaustive place: victims 2010 = victims place=abroad 2010 + victims place=domestic 2010"
    }


@pytest.mark.parametrize("breakdown", ["by=ngo", "court=first_instance", "row=1"])
def test_what_stands_apart_has_no_rule(breakdown: str) -> None:
    assert rules_of(claim(9, breakdown=breakdown), claim(5)) == set()


def test_years_add_up_to_their_period() -> None:
    assert rules_of(claim(9, ("2010-01-01", "2012-12-31"))) == {
        "years: victims 2010-2012 = victims 2010 + victims 2011 + victims 2012"
    }


def test_a_part_of_a_year_is_at_most_its_year() -> None:
    assert rules_of(claim(9, ("2010-01-01", "2010-09-30"))) == {
        "part_of_year: victims 2010 >= victims 2010-01-01 to 2010-09-30"
    }


def test_quarters_that_tile_a_year_add_up_to_it_and_a_half_to_its_quarters() -> None:
    quarters = [f"2010-{first}-01 to 2010-{last}" for first, last in QUARTERS]
    claims = [claim(3, (f"2010-{first}-01", f"2010-{last}")) for first, last in QUARTERS]
    year = " + ".join(f"victims {quarter}" for quarter in quarters)
    half = " + ".join(f"victims {quarter}" for quarter in quarters[:2])
    assert rules_of(*claims) == {f"part_of_year: victims 2010 = {year}"}
    assert rules_of(*claims, claim(6, ("2010-01-01", "2010-06-30"))) == {
        f"part_of_year: victims 2010 = {year}",
        f"part_of_year: victims 2010-01-01 to 2010-06-30 = {half}",
    }


def test_what_lacks_a_quarter_is_no_equation() -> None:
    claims = [claim(3, (f"2010-{first}-01", f"2010-{last}")) for first, last in QUARTERS[1:]]
    parts = " + ".join(f"victims 2010-{first}-01 to 2010-{last}" for first, last in QUARTERS[1:])
    assert rules_of(*claims) == {f"part_of_year: victims 2010 >= {parts}"}


def test_a_span_is_the_years_it_covers_and_a_part_of_the_first() -> None:
    assert rules_of(claim(9, ("2007-08-01", "2009-12-31"))) == {
        "part_of_year: victims 2007 >= victims 2007-08-01 to 2007-12-31",
        "years: victims 2007-08-01 to 2009-12-31 = victims 2007-08-01 to 2007-12-31 + victims 2008 + victims 2009",
    }


def test_since_records_began_is_at_least_all_years_that_are_claimed() -> None:
    assert rules_of(claim(99, ("", "2011-12-31")), claim(1, 2009), claim(2, 2011), claim(3, 2013)) == {
        "since_records: victims up to 2011-12-31 >= victims 2009 + victims 2011"
    }


def test_since_records_began_grows_by_the_years_between() -> None:
    assert rules_of(claim(99, ("", "2011-12-31")), claim(70, ("", "2009-12-31")), claim(3, 2010)) == {
        "since_records: victims up to 2011-12-31 >= victims up to 2009-12-31 + victims 2010"
    }


def test_a_fiscal_year_shares_a_part_with_each_of_two_calendar_years() -> None:
    assert rules_of(claim(9, ("2010-04-01", "2011-03-31")), claim(1, 2010), claim(2, 2011)) == {
        "part_of_year: victims 2010 >= victims 2010-04-01 to 2010-12-31",
        "part_of_year: victims 2011 >= victims 2011-01-01 to 2011-03-31",
        "years: victims 2010-04-01 to 2011-03-31 = victims 2010-04-01 to 2010-12-31 + victims 2011-01-01 to 2011-03-31",
    }


def test_women_of_a_fiscal_year_are_among_the_victims_of_each_of_its_parts() -> None:
    lines = rules_of(claim(4, ("2010-04-01", "2011-03-31"), "sex=female"), claim(1, 2010), claim(2, 2011))
    for part in ("2010-04-01 to 2010-12-31", "2011-01-01 to 2011-03-31", "2010-04-01 to 2011-03-31"):
        assert f"exclusive sex: victims {part} >= victims sex=female {part}" in lines


@pytest.mark.parametrize("indicator", ["sentence_max_months", "funding_dkk"])
def test_what_does_not_add_up_has_no_rule_for_a_part_of_a_year(indicator: str) -> None:
    claims = [claim(9, ("2010-01-01", "2010-06-30"), indicator=indicator), claim(8, 2010, indicator=indicator)]
    assert rules_of(*claims) == set()


def test_parts_of_a_longer_period_are_compared_year_by_year() -> None:
    # the women of three years are women of each year, who are among the victims of that year
    lines = rules_of(claim(9, ("2010-01-01", "2011-12-31"), "sex=female"))
    assert "years: victims sex=female 2010-2011 = victims sex=female 2010 + victims sex=female 2011" in lines
    assert {line for line in lines if line.startswith("exclusive")} == {
        "exclusive sex: victims 2010 >= victims sex=female 2010",
        "exclusive sex: victims 2011 >= victims sex=female 2011",
    }


def test_indicators_that_add_up_bring_all_their_parts() -> None:
    lines = rules_of(claim(9, indicator="decisions_counts"))
    parts = " + ".join(
        f"{name} 2010"
        for name in ("acquittals_counts", "charges_dropped_counts", "charges_unfounded_counts", "convictions_counts")
    )
    assert f"indicator decisions-in-counts: decisions_counts 2010 = {parts}" in lines


def test_an_indicator_inside_another_is_at_most_that() -> None:
    assert rules_of(claim(4, indicator="charged_persons"), claim(3, indicator="charges_counts")) == {
        "indicator persons-charged-have-counts charged_persons: charges_counts 2010 >= charged_persons 2010"
    }


def test_a_rule_of_one_country_holds_there_alone() -> None:
    def lines(country: str) -> set[str]:
        return rules_of(claim(9, indicator="victims_identified", country=country))

    assert lines("AAA") == set()
    assert lines("FIN") == {
        "indicator finnish-victims-are-clients: FIN victims 2010 = FIN victims_assisted by=assistance_system 2010"
    }


def test_rules_do_not_depend_on_the_order_of_claims() -> None:
    claims = [claim(9, ("2010-01-01", "2012-12-31"), "sex=female"), claim(3), claim(4, indicator="decisions_counts")]
    there, back = system_of(*claims), system_of(*claims[::-1])
    assert there.rules.table.equals(back.rules.table)
    assert there.rules.entries.equals(back.rules.entries)


# --- rules that contradict each other ---------------------------------------------------------------------------


def both_ways() -> Vocabulary:
    """Victims are those assisted and those contacted; those assisted are the victims and those contacted: nobody is."""
    rule = {"label": "x", "kind": "sum", "origin": "made up"}
    return with_rules(
        Rule(name="one-way", whole="victims_identified", parts=("victims_assisted", "victims_contacted"), **rule),
        Rule(name="back", whole="victims_assisted", parts=("victims_identified", "victims_contacted"), **rule),
    )


def test_rules_that_contradict_each_other_are_named_before_any_claim_is_touched() -> None:
    # the claims contradict each other too, and a rule beside takes no part
    claims = [claim(5), claim(7, source="b"), claim(3, indicator="victims_contacted"), claim(2, breakdown="sex=male")]
    with pytest.raises(RuleError) as caught:
        ts.reconcile(table(claims), vocabulary=both_ways())
    text = str(caught.value)
    assert "one-way: AAA victims_identified 2010 = AAA victims_assisted 2010 + AAA victims_contacted 2010" in text
    assert "back: AAA victims_assisted 2010 = AAA victims_contacted 2010 + AAA victims_identified 2010" in text
    assert "sex" not in text
    assert "no count but 0" in text


@pytest.mark.parametrize("spared", [0, 1])
def test_either_of_them_alone_holds(spared: int) -> None:
    *others, one_way, back = both_ways().rules
    vocabulary = VOCABULARY.model_copy(update={"rules": (*others, [one_way, back][spared])})
    some = claim(0, indicator="victims_assisted", qualifier="at_least")
    rec = ts.reconcile(table([claim(5), claim(3, indicator="victims_contacted"), some]), vocabulary=vocabulary)
    other = rec.series.query("indicator == 'victims_assisted' and breakdown == ''")
    assert other["estimate"].tolist() == [[2], [8]][spared]
    assert rec.claims["accepted"].all()
