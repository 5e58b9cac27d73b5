"""How a group that watch holds looks: to people as lines, to programs as one object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from schemas import Evidence
from schemas.model import from_ms
from streams.cli.output import alert_lines, counted, dumped
from streams.engine.holdings import is_present
from streams.watching.groups import LEFT_OUT, Episode, Group
from streams.watching.held import Contents, Held, named
from streams.watching.rules import Rules
from streams.watching.stories import Story

_COLUMNS = ("rule", "group", "stories", "alerts", "waiting", "due", "")


def table_lines(groups: Sequence[Held], rules: Rules) -> Iterator[Text]:
    """Groups in columns, below their names; nothing for none."""
    rows = [_COLUMNS, *(_cells(each, rules) for each in groups)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, cells in enumerate(rows if groups else ()):
        aligned = (
            f"{cell:>{w}}" if 2 <= at <= 4 else f"{cell:<{w}}"
            for at, (cell, w) in enumerate(zip(cells, widths, strict=True))
        )
        yield Text("  ".join(aligned).rstrip(), "default" if number else "bold")


def _cells(each: Held, rules: Rules) -> tuple[str, ...]:
    rule, group, _ = named(each.key)
    goes_on = "" if is_present(each, rules) else "starts empty" if rule in rules.by_name else "no such rule"
    due = "" if each.due_ms is None else _time(each.due_ms)
    return (rule, group, f"{each.stories:,}", f"{each.alerts:,}", f"{each.waiting:,}", due, goes_on)


def row(each: Held, rules: Rules) -> dict[str, Any]:
    """The same for programs; `present`: whether it goes on under these rules."""
    rule, group, _ = named(each.key)
    return {
        "rule": rule,
        "group": group,
        "stories": each.stories,
        "alerts": each.alerts,
        "waiting": each.waiting,
        "due_at": _at(each.due_ms),
        "logic": each.logic,
        "present": is_present(each, rules),
    }


def group_lines(key: bytes, partition: int, held: Contents) -> Iterator[Text]:
    """The group, then its open alerts with their episodes, its stories, and what waits."""
    rule, name, _ = named(key)
    yield Text.assemble((rule, "bold"), "  ", name)
    group = held.group
    if group is not None:
        parts = [f"partition {partition}", f"logic {group.logic}", counted(len(group.stories), "story", "stories")]
        parts += [f"{group.next_number:,} since it began", f"{group.forgotten:,} forgotten in a crowd"]
        yield Text(" · ".join((*parts, f"looked at again {_time(group.timer_ms)}")), "dim")
    for alert in held.alerts:
        yield Text()
        yield from (Text("alert     ", "dim").append_text(line) for line in alert_lines(alert))
    for episode in group.episodes if group else ():
        yield Text()
        yield _episode_line(episode)
    told = _titles(held)
    for story in group.stories.values() if group else ():
        yield Text()
        yield from _story_lines(story, told.get(story.articles[0], ""))
    for match in held.waiting:
        yield Text()
        title = match.title or match.article_id
        yield Text.assemble(("waits     ", "dim"), title, (f"  received {match.received_at:%Y-%m-%d %H:%M:%SZ}", "dim"))


def _episode_line(episode: Episode) -> Text:
    span = f"{_time(episode.from_ms)} to {_time(episode.to_ms)}"
    held = f"{counted(episode.stories, 'story', 'stories')} from {counted(len(episode.sources), 'source')}"
    line = Text.assemble(("episode   ", "dim"), span, f", {held}")
    return line.append(f"  last received {_time(episode.last_ms)} · {episode.id}", "dim")


def _story_lines(story: Story, title: str) -> Iterator[Text]:
    title = " ".join((title or story.articles[0]).split())
    title = title if len(title) <= 100 else title[:99].rstrip() + "…"
    yield Text.assemble((f"{story.number:>8}  ", "dim"), (title, "bold"))
    copies = counted(len(story.articles), "article") + f", first {story.articles[0]}"
    sources = ", ".join(source or "unknown source" for source in story.sources[:5])
    more = f" and {len(story.sources) - 5} more" if len(story.sources) > 5 else ""
    yield Text(f"          {_time(story.event_ms)} · {copies} · {sources}{more}", "dim")
    yield Text(f"          received {_time(story.opened_ms)} to {_time(story.last_ms)} · {_part(story)}", "dim")


def _part(story: Story) -> str:
    if not story.alert:
        return "in no alert yet"
    return "too late for an alert" if story.alert == LEFT_OUT else f"in alert {story.alert}"


def _titles(held: Contents) -> dict[str, str]:
    """By article, as far as they are still held: in stories that no alert has told, and in open alerts."""
    shown = [evidence for alert in held.alerts for evidence in alert.evidence]
    titles = {evidence.article_id: evidence.title or evidence.text for evidence in shown}
    for story in held.group.stories.values() if held.group else ():
        match story.evidence:
            case Evidence(title=title) | {"title": title}:
                titles[story.articles[0]] = title
    return titles


def as_json(key: bytes, held: Contents) -> dict[str, Any]:
    """All of it; times as everywhere in JSON, in UTC."""
    rule, name, _ = named(key)
    group = held.group
    return {
        "rule": rule,
        "group": name,
        "logic": group.logic if group else "",
        "due_at": _at(group.timer_ms) if group else None,
        "next_number": group.next_number if group else 0,
        "forgotten": group.forgotten if group else 0,
        "episodes": [_episode(episode) for episode in group.episodes] if group else [],
        "stories": _stories(group, _titles(held)) if group else [],
        "alerts": [dumped(alert) for alert in held.alerts],
        "waiting": [dumped(match) for match in held.waiting],
    }


def _stories(group: Group, titles: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "number": story.number,
            "title": titles.get(story.articles[0]),
            "articles": story.articles,
            "sources": story.sources,
            "event_at": _at(story.event_ms),
            "opened_at": _at(story.opened_ms),
            "last_at": _at(story.last_ms),
            "alert": None if story.alert in ("", LEFT_OUT) else story.alert,
            "too_late": story.alert == LEFT_OUT,
        }
        for story in group.stories.values()
    ]


def _episode(episode: Episode) -> dict[str, Any]:
    return {
        "alert": episode.id,
        "from": _at(episode.from_ms),
        "to": _at(episode.to_ms),
        "last_at": _at(episode.last_ms),
        "stories": episode.stories,
        "sources": list(episode.sources),
    }


def _at(ms: int | None) -> str | None:
    return None if ms is None else f"{from_ms(ms):%Y-%m-%dT%H:%M:%SZ}"


def _time(ms: int | None) -> str:
    return "never" if ms is None else f"{from_ms(ms):%Y-%m-%d %H:%M:%SZ}"
