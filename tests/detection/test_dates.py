"""Date expressions: what is found, what it means, and what is no date at all."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.dates import GRANULARITIES, find_anchor, find_expressions
from annotations.detection.dates.intervals import Interval, century, shift, unit_around
from annotations.detection.detector import Detector

WEDNESDAY = date(2021, 12, 1)


def make_pipeline() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("claim_dates")
    return nlp


NLP = make_pipeline()


def read(text: str, published: date | None = WEDNESDAY, dateline: str = "") -> Doc:
    doc = NLP.make_doc(text)
    doc._.published = published
    doc._.dateline = dateline
    return NLP(doc)


def found(text: str, published: date | None = WEDNESDAY, dateline: str = "") -> list[str]:
    """Each expression as ``words=first..last granularity anchor``; a day once; ``?`` unresolved."""
    rows = []
    doc = read(text, published, dateline)
    for span in doc.spans["dates"]:
        if span._.interval is None:
            assert span.label_ == "unresolved"
            rows.append(f"{span.text}=?")
            continue
        first, last, granularity, anchor = span._.interval
        assert span.label_ == granularity
        days = first if first == last else f"{first}..{last}"
        rows.append(f"{span.text}={days} {granularity} {anchor}")
    return rows


ABSOLUTE = [
    ("They met on Jan. 5, 2021, in Riga.", "Jan. 5, 2021=2021-01-05 day"),
    ("They met on January 5th 2021.", "January 5th 2021=2021-01-05 day"),
    ("They met on 5 January 2021.", "5 January 2021=2021-01-05 day"),
    ("They met on the 5th of January, 2021.", "5th of January, 2021=2021-01-05 day"),
    ("They met on Tuesday, Jan. 5, 2021.", "Tuesday, Jan. 5, 2021=2021-01-05 day"),
    ("They met on Monday, Jan. 5, 2021.", "Monday, Jan. 5, 2021=?"),
    ("The talks of Jan. 5-7, 2021, failed.", "Jan. 5-7, 2021=2021-01-05..2021-01-07 day"),
    ("The talks of 5-7 January 2021 failed.", "5-7 January 2021=2021-01-05..2021-01-07 day"),
    ("It was dated 2021-12-01.", "2021-12-01=2021-12-01 day"),
    ("It was dated 13/02/2020.", "13/02/2020=2020-02-13 day"),
    ("It was dated 02/13/2020.", "02/13/2020=2020-02-13 day"),
    ("It was dated 05/05/2020.", "05/05/2020=2020-05-05 day"),
    ("It was dated 01/02/2020.", "01/02/2020=?"),
    ("It was dated 01.02.2020.", "01.02.2020=2020-02-01 day"),
    ("Since then 9/11 was remembered.", "9/11=2001-09-11 day"),
    ("The Sept. 11 attacks killed thousands.", "Sept. 11=2001-09-11 day"),
    ("It rained in September 2021.", "September 2021=2021-09-01..2021-09-30 month"),
    ("It rained in March, 2020.", "March, 2020=2020-03-01..2020-03-31 month"),
    ("A May 2015 report said so.", "May 2015=2015-05-01..2015-05-31 month"),
    ("It rained in 2014.", "2014=2014-01-01..2014-12-31 year"),
    ("Turnout fell from the 2012 election.", "2012=2012-01-01..2012-12-31 year"),
    ("He lost Obama's 2008 campaign.", "2008=2008-01-01..2008-12-31 year"),
    ("It was adopted (2014).", "2014=2014-01-01..2014-12-31 year"),
    ("It ended in mid-2014.", "mid-2014=2014-01-01..2014-12-31 year"),
    ("It ended in late 2014.", "late 2014=2014-01-01..2014-12-31 year"),
    ("It goes as far back as 2009.", "2009=2009-01-01..2009-12-31 year"),
    ("It was the highest since at least 1980.", "1980=1980-01-01..1980-12-31 year"),
    ("He ruled until 1066.", "1066=1066-01-01..1066-12-31 year"),
    ("He ruled in 1996-99.", "1996-99=1996-01-01..1999-12-31 year"),
    ("He ruled 1996\u20131999.", "1996\u20131999=1996-01-01..1999-12-31 year"),
    ("He ruled in 2020-12.", "2020-12=2020-12-01..2020-12-31 month"),
    ("Between 2015 and 2022 it grew.", "Between 2015 and 2022=2015-01-01..2022-12-31 year"),
    ("It grew from 2015 to 2022.", "from 2015 to 2022=2015-01-01..2022-12-31 year"),
    ("In the 1990s it grew.", "1990s=1990-01-01..1999-12-31 decade"),
    ("In the mid-1990s it grew.", "mid-1990s=1990-01-01..1999-12-31 decade"),
    ("In the '90s it grew.", "'90s=1990-01-01..1999-12-31 decade"),
    ("In the \u201920s it grew.", "\u201920s=?"),
    ("In the sixties it grew.", "sixties=1960-01-01..1969-12-31 decade"),
    ("In the 1800s it grew.", "1800s=1800-01-01..1899-12-31 century"),
    ("In the 2000s it grew.", "2000s=2000-01-01..2009-12-31 decade"),
    ("A 19th century house.", "19th century=1801-01-01..1900-12-31 century"),
    ("A nineteenth-century house.", "nineteenth-century=1801-01-01..1900-12-31 century"),
    ("A 5th century BC temple.", "5th century BC=?"),
    ("In the third quarter of 2020.", "third quarter of 2020=2020-07-01..2020-09-30 quarter"),
    ("In Q4 2020.", "Q4 2020=2020-10-01..2020-12-31 quarter"),
    ("In the first half of 2020.", "first half of 2020=2020-01-01..2020-06-30 quarter"),
    ("In the summer of 2014.", "summer of 2014=2014-06-01..2014-08-31 season"),
    ("In the winter of 2014.", "winter of 2014=?"),
    ("In the winter of 2014-15.", "winter of 2014-15=2014-12-01..2015-02-28 season"),
    ("In fiscal 2015 it grew.", "fiscal 2015=?"),
    ("On Feb. 29, 2020, it rained.", "Feb. 29, 2020=2020-02-29 day"),
    ("On Feb. 29, 2021, it rained.", "Feb. 29, 2021=?"),
    ("On 31 June 2014 it rained.", "31 June 2014=?"),
]


@pytest.mark.parametrize("published", [WEDNESDAY, None])
@pytest.mark.parametrize(("text", "wanted"), ABSOLUTE)
def test_the_words_alone_say_when(text: str, wanted: str, published: date | None) -> None:
    assert found(text, published) == [wanted if wanted.endswith("?") else f"{wanted} text"]


RELATIVE = [
    ("It rained yesterday.", "yesterday=2021-11-30 day"),
    ("It rained yesterday morning.", "yesterday morning=2021-11-30 day"),
    ("It rained earlier today.", "earlier today=2021-12-01 day"),
    ("They meet tonight.", "tonight=2021-12-01 day"),
    ("They meet tomorrow.", "tomorrow=2021-12-02 day"),
    ("It rained the day before yesterday.", "day before yesterday=2021-11-29 day"),
    ("It rained last night.", "last night=2021-11-30 day"),
    ("It rained this morning.", "this morning=2021-12-01 day"),
    ("They met on Monday.", "Monday=2021-11-29 day"),
    ("Biden said Wednesday he was well.", "Wednesday=2021-12-01 day"),
    ("On Thursday, the council adopted it.", "Thursday=2021-11-25 day"),
    ("Police arrested him late Tuesday.", "late Tuesday=2021-11-30 day"),
    ("They will meet on Monday.", "Monday=2021-12-06 day"),
    ("They will meet Wednesday.", "Wednesday=2021-12-01 day"),
    ("It is to be held on Monday.", "Monday=2021-12-06 day"),
    ("A vote is scheduled for Monday.", "Monday=2021-12-06 day"),
    ("On Monday, the council will meet.", "Monday=2021-12-06 day"),
    ("They would meet on Monday.", "Monday=?"),
    ("She said he arrives on Monday.", "Monday=?"),
    ("They agreed to a truce until Monday.", "Monday=?"),
    ("They have talked since Monday.", "since Monday=2021-11-29..2021-12-01 day"),
    ("Biden said so in a Monday interview.", "Monday=2021-11-29 day"),
    ("They met last Friday.", "last Friday=2021-11-26 day"),
    ("They met last Wednesday.", "last Wednesday=2021-11-24 day"),
    ("They meet next Monday.", "next Monday=2021-12-06 day"),
    ("They meet next Wednesday.", "next Wednesday=2021-12-08 day"),
    ("They meet this Friday.", "this Friday=2021-12-03 day"),
    ("They met this past Friday.", "this past Friday=2021-11-26 day"),
    ("They met on Monday last week.", "Monday last week=2021-11-22 day"),
    ("They met over the weekend.", "weekend=2021-11-27..2021-11-28 day"),
    ("They met last weekend.", "last weekend=2021-11-27..2021-11-28 day"),
    ("They will meet this weekend.", "this weekend=2021-12-04..2021-12-05 day"),
    ("They meet next week.", "next week=2021-12-06..2021-12-12 week"),
    ("They met earlier this week.", "earlier this week=2021-11-29..2021-12-05 week"),
    ("It rained last month.", "last month=2021-11-01..2021-11-30 month"),
    ("It rained last quarter.", "last quarter=2021-07-01..2021-09-30 quarter"),
    ("It rained this year.", "this year=2021-01-01..2021-12-31 year"),
    ("It rained late last year.", "late last year=2020-01-01..2020-12-31 year"),
    ("It rained last decade.", "last decade=2010-01-01..2019-12-31 decade"),
    ("It is the largest this century.", "this century=2001-01-01..2100-12-31 century"),
    ("It rained last summer.", "last summer=2021-06-01..2021-08-31 season"),
    ("It rained last winter.", "last winter=2020-12-01..2021-02-28 season"),
    ("They meet next spring.", "next spring=2022-03-01..2022-05-31 season"),
    ("It rained this fall.", "this fall=2021-09-01..2021-11-30 season"),
    ("It rained two days ago.", "two days ago=2021-11-29 day"),
    ("It rained 2 weeks ago.", "2 weeks ago=2021-11-15..2021-11-21 week"),
    ("It rained three years ago.", "three years ago=2018-01-01..2018-12-31 year"),
    ("It rained a decade ago.", "a decade ago=2011-01-01..2011-12-31 year"),
    ("It rained half a century ago.", "half a century ago=1971-01-01..1971-12-31 year"),
    ("It rained a century ago.", "a century ago=1920-01-01..1929-12-31 decade"),
    ("They meet two weeks from now.", "two weeks from now=2021-12-13..2021-12-19 week"),
    ("They meet in two weeks' time.", "in two weeks' time=2021-12-13..2021-12-19 week"),
    ("Over the past two years it fell.", "past two years=2019-12-01..2021-12-01 year"),
    ("In the last 48 hours it fell.", "last 48 hours=2021-11-29..2021-12-01 day"),
    ("Over the next five years it falls.", "next five years=2021-12-01..2026-12-01 year"),
    ("It fell over the past year.", "past year=2020-12-01..2021-12-01 year"),
    ("It has grown since 2014.", "since 2014=2014-01-01..2021-12-01 year"),
    ("It has grown since last week.", "since last week=2021-11-22..2021-12-01 week"),
    ("It fell in March.", "March=2021-03-01..2021-03-31 month"),
    ("It fell in December.", "December=2021-12-01..2021-12-31 month"),
    ("It will fall in March.", "March=2022-03-01..2022-03-31 month"),
    ("It may fall in March.", "March=?"),
    ("It fell last December.", "last December=2020-12-01..2020-12-31 month"),
    ("It falls next December.", "next December=2022-12-01..2022-12-31 month"),
    ("It fell in March last year.", "March last year=2020-03-01..2020-03-31 month"),
    ("They spoke of the November vote.", "November=?"),
    ("They met on Dec. 31.", "Dec. 31=2020-12-31 day"),
    ("They met on Dec. 1.", "Dec. 1=2021-12-01 day"),
    ("They will meet on Jan. 5.", "Jan. 5=2022-01-05 day"),
    ("The date is Monday, Nov. 22.", "Monday, Nov. 22=2021-11-22 day"),
    ("The date is Sunday, Nov. 22.", "Sunday, Nov. 22=2020-11-22 day"),
    (
        "In the third quarter of last year.",
        "third quarter of last year=2020-07-01..2020-09-30 quarter",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), RELATIVE)
def test_reckoned_from_the_day_of_publication(text: str, wanted: str) -> None:
    assert found(text) == [wanted if wanted.endswith("?") else f"{wanted} published"]


@pytest.mark.parametrize(("text", "wanted"), RELATIVE)
def test_without_an_anchor_nothing_relative_is_resolved(text: str, wanted: str) -> None:
    rows = found(text, None)
    if "since 2014" in text:
        assert rows == ["2014=2014-01-01..2014-12-31 year text"]
    else:
        assert len(rows) == 1
        assert rows[0].endswith("=?")


@pytest.mark.parametrize(
    "text",
    [
        "It rained that day.",
        "It rained the same year.",
        "It rained two years earlier.",
        "It rained a year later.",
        "It rained the next day.",
        "It rained the following week.",
        "It rained the previous month.",
        "It rained more than two years ago.",
        "It rained several years ago.",
        "It rained decades ago.",
        "It rained two and a half years ago.",
        "It rained later in the week.",
        "It rained over the past few months.",
        "It rained last fiscal year.",
        "It rained 5000 B.C. and 999 centuries ago.",
    ],
)
def test_found_but_not_guessed(text: str) -> None:
    (row,) = found(text)
    assert row.endswith("=?")


@pytest.mark.parametrize(
    "text",
    [
        "They may leave. May they? It may 5 times.",
        "March for Life draws thousands. They march. March on!",
        "Theresa May said it. Pressure on May grew, and confidence in May fell.",
        "An august body. August Wilson wrote it. April Ryan asked. Mrs. May left.",
        "He told the Sunday Times and the Mail on Sunday.",
        "They watch Monday Night Football and Saturday Night Live.",
        "On Black Friday shops open. Every Monday it rains. It closes on Mondays.",
        "It began on a Monday. It was a Monday in autumn.",
        "It is open Monday to Friday. It is open Monday-Friday.",
        "A second vote, a minute later, in the third round.",
        "It killed 2000 people, or about 1900, in 1500 words.",
        "He earned $2014 and ran 2020 meters at 1930 GMT.",
        "It has 2,014 members and 1999.5 points on page 1984.",
        "He scored in the fourth quarter and in the second half.",
        "Call 555-2014-1234 or see version 1.2014 and #2016.",
        "He reads USA Today and watches the Today show and This Week.",
        "In his 20s and in the 70s outside. 20th Century Fox.",
        "Should this fall through, it will last four days.",
        "It was his last year in office and the last day of school.",
        "It is 24/7, 50/50 and 2/3.",
        "Jan said so. Sat on the Sun.",
        "\u0665 \u0661\u0669\u0669\u0660 \u00b2\u2070\u00b9\u2074 Mayé 2014é ſept 5",
    ],
)
def test_no_dates(text: str) -> None:
    assert found(text) == []


def test_a_count_after_a_month_does_not_join_it() -> None:
    assert found("In May 10 people died.") == ["May=2021-05-01..2021-05-31 month published"]
    assert found("On May 5, 2000 people died.") == ["May 5=2021-05-05 day published"]


def test_a_month_of_another_year_stays_open() -> None:
    assert found("It fell in January of that year.") == ["January=?", "that year=?"]


def test_a_year_at_the_end_of_a_list_is_for_all_of_it() -> None:
    assert found("In January and March 2015 it rained.") == [
        "January=2015-01-01..2015-01-31 month text",
        "March 2015=2015-03-01..2015-03-31 month text",
    ]
    assert found("In 2008, 2012 and 2016 it rained.") == [
        f"{year}={year}-01-01..{year}-12-31 year text" for year in (2008, 2012, 2016)
    ]


@pytest.mark.parametrize(
    ("anchor", "text", "wanted"),
    [
        (date(2020, 3, 31), "It fell last month.", "2020-02-01..2020-02-29 month"),
        (date(2021, 3, 31), "It fell over the past month.", "2021-02-28..2021-03-31 month"),
        (date(2022, 1, 1), "It fell yesterday.", "2021-12-31 day"),
        (date(2022, 1, 1), "It fell last week.", "2021-12-20..2021-12-26 week"),
        (date(2022, 1, 2), "It fell this week.", "2021-12-27..2022-01-02 week"),
        (date(2022, 1, 1), "It fell last quarter.", "2021-10-01..2021-12-31 quarter"),
        (date(2024, 2, 29), "It fell a year ago.", "2023-01-01..2023-12-31 year"),
        (date(2024, 2, 29), "It fell over the past year.", "2023-02-28..2024-02-29 year"),
        (date(2020, 3, 1), "It fell yesterday.", "2020-02-29 day"),
        (date(2020, 3, 1), "They met on Feb. 29.", "2020-02-29 day"),
        (date(2021, 3, 1), "They met on Feb. 29.", "2020-02-29 day"),
        (date(2023, 3, 1), "They met on Feb. 29.", "?"),
        (date(2023, 3, 14), "It doubled last winter.", "2022-12-01..2023-02-28 season"),
        (date(2022, 1, 15), "It falls this winter.", "2021-12-01..2022-02-28 season"),
        (date(2022, 6, 15), "It fell this winter.", "?"),
        (date(2000, 12, 31), "It is last this century.", "1901-01-01..2000-12-31 century"),
        (date(2021, 12, 4), "They met this weekend.", "2021-12-04..2021-12-05 day"),
        (date(2021, 11, 29), "They met this weekend.", "2021-11-27..2021-11-28 day"),
        (date(2021, 12, 2), "They met this weekend.", "?"),
        (date.min, "It fell yesterday.", "?"),
        (date.min, "It fell last year.", "?"),
        (date.max, "They meet tomorrow.", "?"),
        (date.max, "They meet next century.", "?"),
    ],
)
def test_ends_of_months_years_and_the_calendar(anchor: date, text: str, wanted: str) -> None:
    (row,) = found(text, anchor)
    assert row.partition("=")[2].removesuffix(" published") == wanted


@pytest.mark.parametrize(
    ("text", "dateline", "published", "wanted"),
    [
        (
            "It rained yesterday.",
            "WASHINGTON, Jan. 5 (Reuters)",
            date(2021, 1, 6),
            date(2021, 1, 5),
        ),
        ("It rained yesterday.", "WASHINGTON, Dec. 31", date(2021, 1, 2), date(2020, 12, 31)),
        ("It rained yesterday.", "RIGA, Latvia, 30 November 2021", None, date(2021, 11, 30)),
        ("It rained yesterday.", "RIGA, Nov. 30", None, None),
        ("It rained yesterday.", "RIGA, Tuesday", date(2021, 12, 1), date(2021, 11, 30)),
        ("It rained yesterday.", "RIGA", date(2021, 12, 1), date(2021, 12, 1)),
        (" date 2021-12-01 It rained yesterday.", "", None, date(2021, 12, 1)),
        (" date 2021-12-01 It rained.", "RIGA, Nov. 29, 2021", None, date(2021, 11, 29)),
        ("date 2021-13-01 It rained.", "", None, None),
        ("WASHINGTON, Jan. 5 (Reuters) — It rained.", "", date(2021, 1, 6), date(2021, 1, 5)),
        ("WASHINGTON, Jan. 5 (Reuters) — It rained.", "", None, None),
        ("Talks fail\n\nRIGA, Jan. 5 (UPI) — It rained.", "", date(2021, 1, 6), date(2021, 1, 5)),
        ("PARIS, France, 5 January 2021 - It rained.", "", None, date(2021, 1, 5)),
        ("PARIS (AP) — It rained.", "", date(2021, 1, 6), date(2021, 1, 6)),
        ("It rained.", "", None, None),
    ],
)
def test_the_dateline_goes_before_the_day_of_publication(
    text: str, dateline: str, published: date | None, wanted: date | None
) -> None:
    anchor = find_anchor(text, dateline=dateline, published=published)
    assert (anchor.day if anchor else None) == wanted


def test_the_anchor_is_named() -> None:
    text = "They met yesterday and in 2014."
    assert found(text, WEDNESDAY, "RIGA, Nov. 30") == [
        "yesterday=2021-11-29 day dateline",
        "2014=2014-01-01..2014-12-31 year text",
    ]
    opening = "WASHINGTON, Jan. 5 (Reuters) — The House voted on Monday."
    assert found(opening, date(2021, 1, 6)) == [
        "Jan. 5=2021-01-05 day dateline",
        "Monday=2021-01-04 day dateline",
    ]


def test_a_quotation_has_the_same_anchor() -> None:
    assert found('"I met him yesterday," she said on Tuesday.') == [
        "yesterday=2021-11-30 day published",
        "Tuesday=2021-11-30 day published",
    ]


def test_the_parse_finds_the_verb() -> None:
    words = ["The", "council", "that", "met", "adopts", "on", "Monday", "the", "budget"]
    tags = ["DT", "NN", "WDT", "VBD", "VBZ", "IN", "NNP", "DT", "NN"]
    heads = [1, 4, 3, 1, 4, 6, 4, 8, 4]
    doc = Doc(NLP.vocab, words=words, tags=tags, heads=heads, deps=["dep"] * 9)
    doc._.published = WEDNESDAY
    NLP.get_pipe("claim_dates")(doc)
    (span,) = doc.spans["dates"]
    assert span.text == "Monday"
    assert span._.interval is None
    tags[4] = "VBD"
    doc = Doc(NLP.vocab, words=words, tags=tags, heads=heads, deps=["dep"] * 9)
    doc._.published = WEDNESDAY
    NLP.get_pipe("claim_dates")(doc)
    (span,) = doc.spans["dates"]
    assert span._.interval == ("2021-11-29", "2021-11-29", "day", "published")


def test_a_date_that_is_a_word_of_a_name_is_none() -> None:
    doc = NLP.make_doc("The Wednesday Group met on Monday.")
    doc._.published = WEDNESDAY
    doc.ents = [Span(doc, 0, 3, label="ORG")]
    NLP(doc)
    assert [span.text for span in doc.spans["dates"]] == ["Monday"]


def test_in_the_product_s_own_example(detector: Detector, nato: str) -> None:
    doc = detector.nlp(nato)
    rows = {span.text: span._.interval for span in doc.spans["dates"]}
    assert rows["yesterday"] == ("2021-11-30", "2021-11-30", "day", "dateline")
    assert rows["earlier today"] == ("2021-12-01", "2021-12-01", "day", "dateline")
    assert rows["September 2021"] == ("2021-09-01", "2021-09-30", "month", "text")


def test_settings_and_saving() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("claim_dates", config={"spans_key": "times"})
    again = spacy.blank("en").from_config(nlp.config)
    doc = again("It was in 2014.")
    assert [span.text for span in doc.spans["times"]] == ["2014"]
    with pytest.raises(ValueError, match="no_such_list"):
        spacy.blank("en").add_pipe("claim_dates", config={"not_past": "no_such_list"})


WORDS = """Jan. January 5 31 2014 1990s '90s 2021-12-01 01/02/2020 9/11 May March Monday Friday last
next this since two days weeks century decade ago the early mid- - – , . ( of in quarter third
summer winter weekend yesterday today and to 1996-99 half a an night Q3 more than will said
date \n \xa0 é 🎉 \u0301 \x00"""
PIECES = st.sampled_from(WORDS.split(" "))
DAYS = st.one_of(st.none(), st.dates())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(PIECES, max_size=25).map(" ".join), DAYS, st.lists(PIECES, max_size=4).map(" ".join)
)
def test_intervals_are_whole_and_ordered(text: str, published: date | None, dateline: str) -> None:
    stop = 0
    for item in find_expressions(text):
        assert stop <= item.start < item.end <= len(text)
        assert text[item.start : item.end] == text[item.start : item.end].strip()
        stop = item.end
    doc = read(text, published, dateline)
    for span in doc.spans["dates"]:
        assert text[span.start_char : span.end_char] == span.text
        if span._.interval is None:
            continue
        first, last = map(date.fromisoformat, span._.interval[:2])
        granularity, anchor = span._.interval[2:]
        assert first <= last
        assert granularity in GRANULARITIES
        assert anchor in {"dateline", "published", "text"}
        if published is None and not dateline and "date" not in text:
            assert anchor == "text"


@given(st.dates(), st.sampled_from([unit for unit in GRANULARITIES if unit != "season"]))
def test_a_unit_holds_its_day(day: date, unit: str) -> None:
    try:
        whole = unit_around(day, unit)
    except (ValueError, OverflowError):
        assert day.year < 10 or day.year > 9900
        return
    assert whole.first <= day <= whole.last
    assert unit_around(whole.first, unit) == unit_around(whole.last, unit) == whole
    if whole.last.year < 9900:
        assert unit_around(whole.last + timedelta(days=1), unit).first > whole.last
    if unit == "week":
        assert (whole.first.weekday(), whole.last.weekday()) == (0, 6)


@given(st.dates(min_value=date(100, 1, 1), max_value=date(9000, 1, 1)), st.integers(-500, 500))
def test_months_shift_by_the_calendar(day: date, count: int) -> None:
    moved = shift(day, "month", count)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == count
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


def test_an_interval_out_of_order_is_an_error() -> None:
    with pytest.raises(ValueError, match="is after"):
        Interval(date(2021, 1, 2), date(2021, 1, 1), "day")
    with pytest.raises(ValueError, match="granularity"):
        Interval(date(2021, 1, 1), date(2021, 1, 1), "moment")
    assert century(21) == Interval(date(2001, 1, 1), date(2100, 12, 31), "century")


@pytest.mark.parametrize(
    "unit",
    [
        "Monday ",
        "May ",
        "on May ",
        "2014-",
        "2014 ",
        "Jan. 5, ",
        "since ",
        "early ",
        "the last ",
        "two days ",
        "last\n",
        "5 ",
        "1/2/",
        "January, ",
        "\u0301",
        "(",
        " ",
        "will on Monday ",
        "WASHINGTON, ",
    ],
)
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    words = text.split(" ")
    doc = Doc(NLP.vocab, words=[word or " " for word in words], spaces=[True] * len(words))
    doc._.published = WEDNESDAY
    began = time.perf_counter()
    NLP.get_pipe("claim_dates")(doc)
    assert time.perf_counter() - began < 20
