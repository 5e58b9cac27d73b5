from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import Article, Report, encode
from streams.errors import KnowledgeError
from streams.reading import Reader
from tests.growth import grows_in_line

Read = Callable[..., Report]
SEEDS = Path(__file__).parents[2] / "seeds"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PIECES = [
    "sanctions", "impose", "gas", "pipeline", "not", "if", "will", "said", "that", "Serbia", "Moscow", "Putin", "its",
    "'s", "accession", "refused to", "European Union", "the country", '"', "“", "”", "'", "«", ",", ".", ";", "\n",
    "[X]", "of", "by", "on", "\u0130", "\U0001f600", "\u0301", "1.5 billion", "May 5", "welcomed", "reacted with joy",
]  # fmt: skip


def article(text: str, title: str = "", **fields: object) -> Article:
    values = {"id": "a", "title": title, "text": text, "published_at": "2015-03-04T00:00:00Z"}
    return Article.model_validate(values | fields)


def check_spans(report: Report, source: Article) -> None:
    fields = {"title": source.title, "text": source.text}
    spans = [s.evidence for s in report.signals] + [s.evidence for s in report.stances]
    spans += [m for actor in report.actors for m in actor.mentions] + [*report.figures, *report.dates]
    for span in spans:
        assert fields[span.in_][span.start : span.end] == span.text
    for quote in report.quotes:
        assert 0 <= quote.start < quote.end <= len(fields[quote.in_])
    ids = {actor.id for actor in report.actors}
    for signal in report.signals:
        assert {*signal.initiator, *signal.target} <= ids | {a.represents for a in report.actors}


def test_a_report_carries_the_article_and_what_read_it(reader: Reader) -> None:
    source = article("Norway imposed sanctions on Belarus.", "News", source="wire", url="https://example.org/1")
    report = reader.read(source, NOW)
    assert (report.article_id, report.title, report.source, report.url) == (
        "a",
        "News",
        "wire",
        "https://example.org/1",
    )
    assert (report.published_at, report.received_at, report.version) == (source.published_at, NOW, reader.version)
    assert report.lang == "en"


def test_reading_is_deterministic_whatever_was_read_before(reader: Reader) -> None:
    source = article('"We shall never join the sanctions on Russia," Serbian President Tomislav Nikolic said.')
    first = encode(reader.read(source, NOW))
    reader.read(article("Poland condemned Belarus. He said that gas was dear."), NOW)
    assert encode(reader.read(source, NOW)) == first
    assert encode(Reader.load(SEEDS).read(source, NOW)) == first


def test_another_language_is_counted_as_not_read(reader: Reader) -> None:
    text = "Le gouvernement de la Serbie ne veut pas imposer de sanctions contre la Russie, a dit le ministre."
    report = reader.read(article(text, lang="fr"), NOW)
    assert (report.signals, report.quotes, report.stances, report.lang) == ((), (), (), "fr")
    assert all(actor.known for actor in report.actors)


def test_what_stands_in_title_and_text_alike_is_told_once(read: Read) -> None:
    report = read("Norway imposed sanctions on Belarus.\nIt rained.", title="Norway imposed sanctions on Belarus")
    assert [signal.evidence.in_ for signal in report.signals] == ["text"]


def test_without_a_date_dates_stay_unresolved(reader: Reader) -> None:
    source = article("Norway will impose sanctions on Belarus on May 5.")
    assert [period.from_ is None for period in reader.read(source, NOW, dated=False).dates] == [True]
    assert [period.from_ is None for period in reader.read(source, NOW).dates] == [False]


def test_a_headline_alone_is_read(read: Read) -> None:
    assert [s.action for s in read("", title="Norway imposes sanctions on Belarus").signals] == ["impose"]


def test_the_version_changes_with_a_topic_file(tmp_path: Path, reader: Reader) -> None:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    assert Reader.load(tmp_path / "seeds").version == reader.version
    path = tmp_path / "seeds" / "topics" / "energy.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# a comment\n", encoding="utf-8")
    assert Reader.load(tmp_path / "seeds").version != reader.version


def test_a_mistake_in_a_topic_file_is_told_at_start(tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    path = tmp_path / "seeds" / "topics" / "energy.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("sign: 1", "sign: 3", 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"energy\.yaml:\d+:\d+: sign is 3; expected -1, 0 or 1"):
        Reader.load(tmp_path / "seeds")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join), st.text("ab S.", max_size=9))
def test_any_text_is_read_and_its_spans_hold(reader: Reader, text: str, title: str) -> None:
    if not (text + title).strip():
        return
    source = article(text, title, lang="en")
    check_spans(reader.read(source, NOW), source)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=300))
def test_any_characters_are_read(reader: Reader, text: str) -> None:
    if text.strip():
        source = article(text, lang="en")
        check_spans(reader.read(source, NOW), source)


@pytest.mark.parametrize(
    "piece",
    [
        "impose sanctions on Russia ",
        "not ",
        '"',
        "'a ",
        "said that ",
        "if gas ",
        "Serbia's ",
        ", he said, ",
        "the ",
        '\n"',
        "«",
        ".",
        "sanctions ",
        "if if if ",
        "accession of ",
        "gas pipeline ",
        "issues, sanctions, gas, ",
        "„x” ",
        '"a" ',
        "» « ",
        "“a\n“",
        "the decision to that ",
        "welcomed trade ",
    ],
)
def test_time_grows_in_proportion_to_the_text(reader: Reader, piece: str) -> None:
    def work(size: int) -> Callable[[], object]:
        source = article(piece * (size // len(piece)), "x", lang="en")
        return lambda: reader.read(source, NOW)

    assert grows_in_line(work, 10_000)


def test_a_report_of_the_densest_article_stays_small_enough_to_travel(reader: Reader) -> None:
    sentence = "Norway imposed sanctions on Iran, Russia and Serbia, Vladimir Putin told Jane Roe for $5 on May 3. "
    now = datetime(2024, 5, 1, tzinfo=UTC)
    dense = Article(id="x", text=sentence * 1_200, published_at=now)
    endless = Article(id="y", text="sanctions imposed by Norway on Iran and " * 3_000, published_at=now)
    for article in (dense, endless):
        report = reader.read(article, now)
        assert len(encode(report)) < 1 << 20
        assert all(len(signal.evidence.text) <= 1_000 for signal in report.signals)
        for signal in report.signals:
            assert article.text[signal.evidence.start : signal.evidence.end] == signal.evidence.text
    assert len(reader.read(dense, now).signals) == 300
