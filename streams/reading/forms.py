"""Organisations and projects that knowledge lacks, told by form: ministries, agencies, pipelines, plants."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from streams.reading.gazetteer import Hit, overlapping
from streams.reading.known import Known
from streams.reading.lexicon import NO_PROJECT

_CAP = r"[A-Z](?:[\w'-]|\.(?=\w)){0,30}"
_AREA = rf"{_CAP}(?:(?:,\s|\sand\s|,\sand\s|\s&\s|\s){_CAP}){{0,5}}"
_MINISTRY_OF = re.compile(rf"\b(?:[Mm]inistry|[Dd]epartment)\s(?:of|for)\s(?:the\s)?({_AREA})")
_MINISTRY = re.compile(
    rf"\b({_CAP}(?:(?:,\s|\sand\s|\s&\s|\s){_CAP}){{0,4}}?)\s(?:[Mm]inistry|[Dd]epartment)\b(?!\s(?:of|for)\b)"
)
_OWNER = re.compile(r"(?:'s?)?\s\Z")
_AGENCY = re.compile(
    r"(?:agency|service|office|operator|regulator|institute|watchdog|utility|authority|company|supplier|monopoly|"
    r"importer|exporter|giant|firm|group|bank|producer|committee|bureau|"
    r"(?:Agency|Service|Office|Institute|Authority|Committee|Bureau)(?=,?\s\(?[A-Z]{2,6}\b))(?:\sof\s(?:the\s)?[A-Z]\w{2,20})?"
    rf"(?:,?\s|\s\()({_CAP}(?:\s{_CAP}){{0,2}})(?=[\s,.;:')]|\Z)"
)
_CALLED = re.compile(
    r"\b([A-Z][a-z]*[A-Z]\w*),\s(?:the|a|an)\s(?:[\w'-]+\s){1,4}?"
    r"(?:agency|service|office|operator|regulator|institute|authority|company|committee|bureau)\b"
)
_STATE_BODY = re.compile(r"^(?:agency|service|office|regulator|institute|watchdog|authority)")
_KINDS = (
    r"(?:(?:natural\s)?gas\s|oil\s|crude\s|power\s|electricity\s|submarine\s)?(?:pipeline|interconnector|power\scable)|"
    r"(?:LNG|lng|oil|gas|liquefied\snatural\sgas)\s(?:import\s|export\s|regasification\s)?terminal|"
    r"(?:nuclear|thermal|coal-fired|hydroelectric|hydro|solar|wind)?\s?power\s(?:plant|station)|"
    r"(?:nuclear|hydropower)\splant|NPP|refinery|wind\sfarm|gas\sfield|oil\sfield|hydroelectric\sdam"
)
_PROJECT = re.compile(
    rf"\b({_CAP}(?:[\s-](?:of\s)?{_CAP}|\s\d){{0,4}})\s((?i:{_KINDS})|(?:gas\s|energy\s|pipeline\s|gas\spipeline\s)?project)\b"
)
_HINTS = (
    "ipeline",
    "nterconnector",
    "erminal",
    "lant",
    "tation",
    "NPP",
    "efinery",
    "arm",
    "ield",
    "dam",
    "project",
    "cable",
)


_AGENCY_HINTS = (
    "gency", "ervice", "ffice", "perator", "egulator", "nstitut", "atchdog", "tility", "uthority", "ompany", "upplier",
    "onopoly", "porter", "giant", "firm", "group", "bank", "roducer", "ommittee", "ureau",
)  # fmt: skip


class Form(NamedTuple):
    """An actor told by its form, at [start, end) of a folded sentence. `alone`: the name without its kind."""

    start: int
    end: int
    id: str
    name: str
    country: str | None
    alone: str


def slug(name: str) -> str:
    """NFKD to ASCII, lower case, hyphens: the last part of an unknown actor's id."""
    ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")


def ministries(folded: str, hits: Sequence[Hit], known: Mapping[str, Known]) -> Iterable[Form]:
    """Ministries whose state stands beside them: "the Serbian Energy Ministry", "Ministry of Energy of Serbia"."""
    if "inistry" not in folded and "epartment" not in folded:
        return
    for match in _MINISTRY_OF.finditer(folded):
        stop = min((h.start for h in overlapping(hits, *match.span(1)) if _state(h)), default=0)
        end = stop or match.end(1)
        area = re.sub(r"\s(?:of|in|for)?\s?(?:the\s)?\Z", "", folded[match.start(1) : end].rstrip())
        yield from _ministry(folded, hits, known, match.start(), match.start(1) + len(area), area)
    for match in _MINISTRY.finditer(folded):
        inner = [h.end for h in overlapping(hits, *match.span(1)) if _state(h)]
        start = max(inner, default=match.start(1))
        area = folded[start : match.end(1)].removeprefix("'s").lstrip()
        if area:
            yield from _ministry(folded, hits, known, match.end(1) - len(area), match.end(), area)


def _ministry(
    folded: str, hits: Sequence[Hit], known: Mapping[str, Known], start: int, end: int, area: str
) -> Iterable[Form]:
    state = None
    for hit in overlapping(hits, max(0, start - 4), end + 10):
        if hit.end <= start and _OWNER.fullmatch(folded, hit.end, start):
            state, start = _state(hit), start if folded.startswith("'", hit.end) else hit.start
        elif hit.start > end and re.fullmatch(r"\s(?:of|in)\s(?:the\s)?", folded[end : hit.start]) and _state(hit):
            state, end = _state(hit), hit.end
        if state:
            department = "epartment" in folded[start:end]
            if department == (state == "country:US"):  # every other department is a part of something
                yield Form(start, end, _ministry_id(state, area, known), folded[start:end], state, "")
            return


_AREAS = {"foreign-affairs": "foreign", "external-affairs": "foreign", "defense": "defence"}


def _ministry_id(state: str, area: str, known: Mapping[str, Known]) -> str:
    """As knowledge calls them: org:serbian-energy-ministry, org:us-department-of-energy."""
    if state == "country:US":
        return f"org:us-department-of-{slug(area)}"
    actor = known[state]
    return f"org:{slug((*actor.demonyms, actor.name)[0])}-{_AREAS.get(slug(area), slug(area))}-ministry"


def _state(hit: Hit) -> str | None:
    return next((id_ for id_ in hit.ids("name", "acronym", "demonym") if id_.startswith("country:")), None)


def agencies(folded: str, hits: Sequence[Hit]) -> Iterable[Form]:
    """Bodies and firms named after what they are: "Turkish gas operator Botas", "statistics service, Rosstat"."""
    if not any(kind in folded for kind in _AGENCY_HINTS):
        return
    for match in _CALLED.finditer(folded):
        start, end = match.span(1)
        states = [state for hit in overlapping(hits, *match.span()) if (state := _state(hit))]
        if states and not overlapping(hits, start, end):
            yield Form(start, end, f"org:{slug(match.group(1))}", match.group(1), states[0], "")
    for match in _AGENCY.finditer(folded):
        start, end = match.span(1)
        if folded[match.start() - 1 : match.start()].isalnum():
            continue  # asked here: a pattern that begins with a boundary is tried at every character
        words = folded[start:end].split()
        if overlapping(hits, start, end) or (len(words) > 1 and "," in match.group()):
            continue
        within = (state for hit in overlapping(hits, match.start(), start) if (state := _state(hit)))
        state = _owner(folded, hits, match.start()) or next(within, None)
        if state or ("(" not in match.group() and any(c.isupper() for c in words[0][1:])):
            yield Form(start, end, f"org:{slug(folded[start:end])}", folded[start:end], state, "")


def _owner(folded: str, hits: Sequence[Hit], position: int) -> str | None:
    """The state named up to four words before."""
    for hit in reversed(overlapping(hits, max(0, position - 80), position)):
        if hit.end <= position and (state := _state(hit)):
            between = folded[hit.end : position]
            return state if re.fullmatch(r"(?:'s?)?(?:[\s-]\w+){0,4}\s", between) else None
    return None


def projects(folded: str, hits: Sequence[Hit]) -> Iterable[Form]:
    """Pipelines, terminals, interconnectors and plants with a name of their own."""
    if not any(hint in folded for hint in _HINTS):
        return
    for match in _PROJECT.finditer(folded):
        start, end = match.span(1)
        words = folded[start:end].split()
        while words and (words[0].lower() in NO_PROJECT or _is_demonym(hits, start)):
            start += len(words[0]) + 1
            words = words[1:]
        if not words or start >= end or not all(map(_part, overlapping(hits, start, end))):
            continue
        kind = match.group(2)
        name = folded[start:end]
        own = kind.endswith("project")
        yield Form(
            start, end if own else match.end(), f"project:{slug(name if own else f'{name} {kind}')}", name, None, name
        )


def _is_demonym(hits: Sequence[Hit], start: int) -> bool:
    return any(h.start == start and h.ids("demonym") for h in overlapping(hits, start, start + 1))


def _part(hit: Hit) -> bool:
    """Names that may be part of a project's: states that a line joins, towns, families."""
    return bool(hit.ids("seat", "family", "nobody")) or _state(hit) is not None


_JOINED = re.compile(r"[A-Z]\w*-\Z")
_KIND = re.compile(r"(?:agency|service|office|institute|committee|company|operator|bureau|authority),?\s\Z")


def goes_back(folded: str, start: int) -> bool:
    """Whether a name is only the end of another one: "Turan-Caspian Pipeline"."""
    return _JOINED.search(folded[max(0, start - 24) : start]) is not None


def is_agency(folded: str, hit: Hit) -> bool:
    """Whether what it is stands before an acronym: "the Norwegian statistics office SSB"."""
    return hit.text.isupper() and _KIND.search(folded[max(0, hit.start - 12) : hit.start]) is not None
