"""The actor knowledge holds together: every reference resolves, and no name means two actors at one time."""

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

SEEDS = Path(__file__).parents[2] / "seeds"
LISTS = {"orgs": "org", "projects": "project", "persons": "person"}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ISO_3166 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV
BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES
ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE
IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY
MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU
NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM
SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE
VG VI VN VU WF WS YE YT ZA ZM ZW XK
"""
NOT_SOVEREIGN = """
AI AQ AS AW AX BL BM BQ BV CC CK CW CX EH FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS
NC NF NU PF PM PN PR RE SH SJ SX TC TF TK UM VG VI WF YT
"""
FIELDS = {
    "country": {"name", "aka", "demonyms", "capital", "seats"},
    "org": {"id", "name", "aka", "short", "acronyms", "part_of", "country", "seats"},
    "project": {"id", "name", "aka", "countries"},
    "person": {"id", "name", "aka", "country", "offices"},
}
ONE_HOLDER = {"President", "Prime Minister", "Premier", "Chancellor", "Foreign Minister", "Foreign Secretary"}
ONE_HOLDER |= {"Energy Minister", "Secretary of State", "Secretary General", "Chief Executive Officer"}

Entry = dict[str, Any]


def _load(path: str) -> Any:
    with (SEEDS / path).open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


COUNTRIES: dict[str, Entry] = _load("actors/countries.yaml")
ENTRIES: dict[str, list[Entry]] = {kind: _load(f"actors/{name}.yaml") for name, kind in LISTS.items()}
KNOWN = {f"country:{code}" for code in COUNTRIES} | {e["id"] for entries in ENTRIES.values() for e in entries}


def _fold(name: str) -> str:
    """As the reading compares names: no combining marks, case kept."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _names(entry: Entry) -> set[str]:
    """Every name that is safe anywhere; `short` names are bound to their article and may be shared."""
    fields = ("aka", "acronyms", "demonyms", "capital", "seats")
    return {_fold(n) for n in [entry["name"], *(n for f in fields for n in entry.get(f) or [])]}


def _offices(of: str, role: str) -> Iterator[tuple[dt.date, dt.date, str]]:
    for person in ENTRIES["person"]:
        for office in person.get("offices", []):
            if (office["of"], office["role"]) == (of, role):
                yield office["from"], office.get("to", dt.date.max), person["id"]


def _holders(of: str, role: str, on: dt.date) -> list[str]:
    return [who for start, end, who in _offices(of, role) if start <= on < end]


def _shared(named: list[tuple[str, Entry]]) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = defaultdict(list)
    for key, entry in named:
        for name in _names(entry):
            by_name[name].append(key)
    return {name: keys for name, keys in by_name.items() if len(keys) > 1}


def test_every_country_key_is_an_iso_code_and_no_state_is_missing() -> None:
    codes = set(ISO_3166.split())
    assert set(COUNTRIES) <= codes
    assert codes - set(COUNTRIES) <= set(NOT_SOVEREIGN.split())


@pytest.mark.parametrize("kind", ENTRIES)
def test_ids_are_unique_slugs_of_their_own_type(kind: str) -> None:
    ids = [entry["id"] for entry in ENTRIES[kind]]
    assert len(ids) == len(set(ids))
    assert [i for i in ids if i.partition(":")[0] != kind or not SLUG.fullmatch(i.partition(":")[2])] == []


@pytest.mark.parametrize("kind", FIELDS)
def test_entries_have_only_the_fields_of_their_file(kind: str) -> None:
    entries = list(COUNTRIES.values()) if kind == "country" else ENTRIES[kind]
    assert {field for entry in entries for field in entry} <= FIELDS[kind]
    assert [entry for entry in entries if not entry["name"].strip()] == []


@pytest.mark.parametrize("kind", ["org", "project", "person"])
def test_every_country_that_an_entry_names_is_in_the_file_of_countries(kind: str) -> None:
    codes = {c for e in ENTRIES[kind] for c in [e.get("country"), *e.get("countries", [])] if c is not None}
    assert codes <= set(COUNTRIES)


def test_every_whole_is_known_and_the_chain_of_wholes_ends() -> None:
    whole = {org["id"]: org["part_of"] for org in ENTRIES["org"] if "part_of" in org}
    assert set(whole.values()) <= KNOWN
    for start in whole:
        seen, at = set(), start
        while at in whole:
            assert at not in seen, f"{start} is part of itself"
            seen.add(at)
            at = whole[at]


@pytest.mark.parametrize("kind", ENTRIES)
def test_no_name_belongs_to_two_entries_of_a_type(kind: str) -> None:
    assert _shared([(entry["id"], entry) for entry in ENTRIES[kind]]) == {}


def test_no_name_demonym_or_capital_belongs_to_two_countries() -> None:
    assert _shared(list(COUNTRIES.items())) == {}


def test_no_entry_lists_a_name_that_folding_gives_already() -> None:
    entries = [*COUNTRIES.values(), *(e for entries in ENTRIES.values() for e in entries)]
    assert [e["name"] for e in entries if _fold(e["name"]) in map(_fold, e.get("aka") or [])] == []


def test_offices_are_held_of_known_bodies_and_end_after_they_begin() -> None:
    for person in ENTRIES["person"]:
        for office in person.get("offices", []):
            assert office["of"] in KNOWN, (person["id"], office)
            assert dt.date(1950, 1, 1) < office["from"] < office.get("to", dt.date.max), (person["id"], office)


def test_an_office_with_one_holder_never_has_two_at_a_time() -> None:
    keys = {(o["of"], o["role"]) for p in ENTRIES["person"] for o in p.get("offices", []) if o["role"] in ONE_HOLDER}
    clashes = []
    for of, role in sorted(keys):
        held = sorted(_offices(of, role))
        clashes += [(of, role, a, b) for a, b in pairwise(held) if b[0] < a[1]]
    assert clashes == []


@pytest.mark.parametrize(
    ("of", "role", "on", "who"),
    [
        ("country:RS", "Foreign Minister", "2014-12-05", "person:ivica-dacic"),
        ("country:RS", "Prime Minister", "2014-12-05", "person:aleksandar-vucic"),
        ("country:RS", "President", "2014-12-05", "person:tomislav-nikolic"),
        ("country:RU", "Foreign Ministry spokesman", "2014-12-05", "person:alexander-lukashevich"),
        ("country:UA", "President", "2014-03-01", None),
        ("country:GB", "Prime Minister", "2016-07-13", "person:theresa-may"),
        ("country:US", "President", "2021-01-20", "person:joe-biden"),
    ],
)
def test_the_holder_of_an_office_follows_the_date(of: str, role: str, on: str, who: str | None) -> None:
    assert _holders(of, role, dt.date.fromisoformat(on)) == ([who] if who else [])


def test_every_source_speaks_for_a_known_actor() -> None:
    sources = _load("sources.yaml")
    assert set(sources.values()) <= KNOWN
