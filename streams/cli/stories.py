"""`tocsin stories`: which articles tell the same story, without Kafka and without reading them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from schemas import Article
from schemas.model import to_ms
from streams.cli.output import Format, counted, err, format_option, out, write_line
from streams.errors import InputError
from streams.ingest.files import UNDATED, Line, read_lines
from streams.watching.alike import Alike, similarity
from streams.watching.stories import Story, earliest


@dataclass(frozen=True, slots=True)
class Told:
    """An article and the id of its story's first article. `alike`: how much to that; None if it is the first itself."""

    article: Article
    story_id: str
    alike: float | None


def stories(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="JSONL of articles, or one plain text a file; - for stdin.")
    ],
    form: Annotated[Format, format_option(Format, "text, or jsonl: one article a line.")] = Format.TEXT,
) -> None:
    """Find the articles that tell the same story.

    As rules count them: an article joins the earliest story whose first article is at least .7 alike and was published
    at most 7 days apart; else it opens one. Articles count as they stand in the files; those without a date are of one
    day. An id that came before, and a line that is no article, are said and left out; after the latter the exit code
    is 1.

    jsonl: article_id; story_id, the id of the story's first article; first, whether this is it; similarity to it, from
    0 to 1, null where it is first.

    Examples:

        tocsin stories articles.jsonl

        tocsin stories --format jsonl mon.jsonl tue.jsonl > stories.jsonl

        tocsin stories draft.txt published.txt
    """
    bad: list[InputError] = []
    found = told(_articles(read_lines(files), bad))
    if form is Format.JSONL:
        for each in found:
            write_line(_row(each))
    else:
        gathered: dict[str, list[Told]] = {}
        for each in found:
            gathered.setdefault(each.story_id, []).append(each)
        for story in gathered.values():
            for each in story:
                out.print(_line(each))
        count = sum(map(len, gathered.values()))
        err.print(f"{counted(count, 'article')}, {counted(len(gathered), 'story', 'stories')}", style="dim")
    if bad:
        raise typer.Exit(1)


def told(articles: Iterable[Article]) -> Iterator[Told]:
    """Find each article its story, in the order given. Ids are not given twice."""
    from streams.reading.fingerprint import fingerprint

    held = Alike[Story]()
    for number, article in enumerate(articles):
        made, event_ms = fingerprint(article.title, article.text), to_ms(article.published_at)
        story = earliest(held.find(made), event_ms)
        if story is None:
            held.add(made, Story(number, [article.id], event_ms, event_ms, event_ms, made, [article.source]))
            yield Told(article, article.id, None)
        else:
            yield Told(article, story.articles[0], similarity(story.fingerprint, made))


def _articles(lines: Iterable[Line], bad: list[InputError]) -> Iterator[Article]:
    """Those that can be used; what is wrong with lines goes to `bad`."""
    ids: set[str] = set()
    for line in lines:
        try:
            article = line.article()
        except InputError as error:
            bad.append(error)
            err.print(f"left out: {error}", style="yellow", markup=False)
            continue
        if article.id in ids:
            err.print(f"left out: {line.where}: the article {article.id} came before", style="yellow", markup=False)
            continue
        ids.add(article.id)
        yield article


def _row(each: Told) -> bytes:
    first = each.alike is None
    alike = None if each.alike is None else round(each.alike, 3)
    row = {"article_id": each.article.id, "story_id": each.story_id, "first": first, "similarity": alike}
    return json.dumps(row, ensure_ascii=False).encode()


def _line(each: Told) -> Text:
    article = each.article
    day = "undated" if article.published_at == UNDATED else f"{article.published_at:%Y-%m-%d}"
    title = " ".join((article.title or article.text).split())
    title = title if len(title) <= 100 else title[:99].rstrip() + "…"
    mark = ("     ", "") if each.alike is None else (f"{each.alike:4.0%} ", "cyan")
    where = (f"  {article.source or 'unknown source'} · {article.id}", "dim")
    return Text.assemble(mark, (f"{day:<10}  ", "dim"), (title, "bold" if each.alike is None else ""), where)
