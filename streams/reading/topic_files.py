"""Topic files: `seeds/topics/*.yaml` read, checked and compiled. A mistake is told with file, line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

from schemas import ActorType, Modality
from schemas.report import Sign
from streams.errors import KnowledgeError
from streams.reading.document import tokenise
from streams.reading.morphology import noun_forms, verb_forms
from streams.reading.topics import Action, Pattern, Step, Topic, Vocabulary, Words, vocabulary
from streams.yaml_file import load, where

PLACES = (
    *("subject", "object", "by", "possessor", "of", "on", "against", "to", "for", "from", "with", "in"),
    *("project", "recipient", "other", "own"),
)
GAP = 6
_TOPIC_KEYS = {"topic", "about", "attitude", "gate", "exclude", "words", "actions", "elsewhere", "home"}
_ACTION_KEYS = {"about", "sign", "patterns", "initiator", "target", "rest", "modalities"}
_OPTIONS = ("modality", "beside", "unless", "rest")
_SHAPES = {"verb": ("object", "subject"), "noun": ("of",), "phrase": ()}
_WORD = re.compile(r"\S*\([^)]*\)\S*|\S+")
_GAP = re.compile(r"~(\d?)")
_PART = re.compile(r"(?P<carrier>\^?)(?:@(?P<list>\w+)|\((?P<either>[^()]+)\)|(?P<word>[^\s@()^?~]+))(?P<optional>\??)")


def words_of(text: str) -> Words:
    """The words of an entry, cut and lowered as a sentence's tokens are."""
    return tuple(token.lower for token in tokenise(text.lower()))


def load_topics(folder: Path) -> tuple[tuple[Topic, ...], Vocabulary]:
    """All topics of a folder's `*.yaml`, in order of their names, and the words they are found by.

    Raises KnowledgeError with `file:line:column` and what was expected.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise KnowledgeError(f"{folder}:1:1", "no topic file (*.yaml) here; expected at least one")
    lists: dict[str, set[Words]] = {}
    topics = [_TopicFile(path, lists).topic() for path in files]
    names = [topic.name for topic in topics]
    for path, name in zip(files, names, strict=True):
        if names.count(name) > 1:
            raise KnowledgeError(f"{path}:1:1", f"the topic {name!r} is declared by more than one file")
    return tuple(sorted(topics, key=lambda t: t.name)), vocabulary(lists)


@dataclass
class _TopicFile:
    """One file while it is compiled; `lists` collects the word lists of all files under `topic.list`."""

    path: Path
    lists: dict[str, set[Words]]
    name: str = ""
    own: set[str] = field(default_factory=set)
    kinds: list[tuple[str, str]] = field(default_factory=list)

    def topic(self) -> Topic:
        data = self._mapping(load(self.path), None, "a topic file is a mapping of " + ", ".join(sorted(_TOPIC_KEYS)))
        self._keys(data, _TOPIC_KEYS, required={"topic", "gate", "actions"})
        self.name = self._text(data, "topic")
        for name in self._mapping(data.get("words", {}), (data, "words"), "word lists by name"):
            self.own.add(str(name))
            entries = self._strings(data["words"], name)
            if wrong := [e for e in entries if e.startswith("%") and e[1:] not in get_args(ActorType)]:
                expected = ", ".join(f"%{kind}" for kind in get_args(ActorType))
                raise KnowledgeError(
                    self._at(data["words"], name), f"no actor type {wrong[0]!r}; expected of {expected}"
                )
            self._collect(str(name), entries, noun_forms)
        gate = {" ".join(words) for entry in self._strings(data, "gate") for words in self._gate_words(data, entry)}
        exclude = self._strings(data, "exclude") if "exclude" in data else []
        actions = self._mapping(data["actions"], (data, "actions"), "actions by name")
        return Topic(
            name=self.name,
            gate=tuple(sorted(gate)),
            exclude=self._collect("~exclude", exclude, noun_forms),
            actions=tuple(self._action(actions, str(name)) for name in actions),
            kinds=tuple(self.kinds),
            attitude=self._sign(data, "attitude") if "attitude" in data else 0,
            **{
                key: self._list(self._text(data, key), self._at(data, key))
                for key in ("elsewhere", "home")
                if key in data
            },
        )

    def _gate_words(self, data: Any, entry: str) -> Iterable[Words]:
        if not entry.startswith("@"):
            return [words_of(form) for form in noun_forms(entry.lower())]
        return self.lists[self._list(entry[1:], self._at(data, "gate"))]

    def _action(self, actions: Any, name: str) -> Action:
        data = self._mapping(actions[name], (actions, name), "an action with sign and patterns")
        self._keys(data, _ACTION_KEYS, required={"sign", "patterns"}, at=self._at(actions, name))
        if not isinstance(data["patterns"], list):
            raise KnowledgeError(self._at(data, "patterns"), "expected a list of patterns")
        places = {key: self._places(data, key) for key in ("initiator", "target") if key in data}
        return Action(
            name=name,
            sign=self._sign(data, "sign"),
            patterns=tuple(self._pattern(data["patterns"], i) for i in range(len(data["patterns"]))),
            rest=bool(data.get("rest", False)),
            modalities=self._modalities(data) if "modalities" in data else (),
            **places,
        )

    def _sign(self, data: Any, key: str) -> Sign:
        if data[key] not in get_args(Sign) or isinstance(data[key], bool):
            raise KnowledgeError(self._at(data, key), f"{key} is {data[key]!r}; expected -1, 0 or 1")
        return cast(Sign, data[key])

    def _modalities(self, data: Any) -> Words:
        found = self._strings(data, "modalities")
        if wrong := [m for m in found if m not in get_args(Modality)]:
            at = self._at(data, "modalities")
            raise KnowledgeError(at, f"{wrong[0]!r} is no modality; expected of {', '.join(get_args(Modality))}")
        return tuple(found)

    def _places(self, data: Any, key: str) -> Words:
        places = self._strings(data, key)
        for place in places:
            if place not in PLACES:
                raise KnowledgeError(self._at(data, key), f"{place!r} is no place; expected of {', '.join(PLACES)}")
        return tuple(places)

    def _pattern(self, patterns: Any, index: int) -> Pattern:
        at = self._at(patterns, index)
        data = self._mapping(patterns[index], (patterns, index), "a pattern {verb|noun|phrase: …}")
        head = next((key for key in _SHAPES if key in data), None)
        if head is None:
            raise KnowledgeError(at, "expected a pattern with one of verb, noun, phrase")
        self._keys(data, {head, *_OPTIONS, *_SHAPES[head]}, required={head}, at=at)
        modality = data.get("modality")
        if modality is not None and modality not in get_args(Modality):
            raise KnowledgeError(self._at(data, "modality"), f"expected of {', '.join(get_args(Modality))}")
        beside, unless = (self._lists(data, key) for key in ("beside", "unless"))
        rest = bool(data.get("rest", False))
        if head == "phrase":
            steps, carrier = self._phrase(self._text(data, "phrase"), self._at(data, "phrase"))
            words = self.lists[steps[carrier].words]
            nominal = not any(word.endswith(("ing", "ed")) for form in words for word in form)
            return Pattern(
                "phrase",
                steps=steps,
                carrier=carrier,
                nominal=nominal,
                modality=modality,
                beside=beside,
                unless=unless,
                rest=rest,
            )
        links = [key for key in _SHAPES[head] if key in data]
        if len(links) != 1:
            raise KnowledgeError(at, f"a {head} pattern needs one of {', '.join(_SHAPES[head])}")
        others = tuple(self._list(name, self._at(data, links[0])) for name in self._strings(data, links[0]))
        forms = verb_forms if head == "verb" else noun_forms
        label = self._collect(f"~{at}", self._strings(data, head), forms)
        return Pattern(
            cast(Any, links[0]), head=label, others=others, modality=modality, beside=beside, unless=unless, rest=rest
        )

    def _lists(self, data: Any, key: str) -> tuple[str, ...]:
        return tuple(self._list(name, self._at(data, key)) for name in self._strings(data, key)) if key in data else ()

    def _phrase(self, text: str, at: str) -> tuple[tuple[Step, ...], int]:
        steps: list[Step] = []
        carrier = gap = 0
        for number, part in enumerate(_WORD.findall(text)):
            if gap_mark := _GAP.fullmatch(part):
                gap = int(gap_mark[1] or GAP)
                continue
            match = _PART.fullmatch(part)
            if match is None:
                raise KnowledgeError(at, f"{part!r} is no word, @list, (this|that), ~ or ~3 in the phrase")
            if match["list"]:
                label = self._list(match["list"], at)
            else:
                either = (match["either"] or match["word"]).replace("_", " ").split("|")
                label = self._collect(f"~{at}~{number}", either, lambda word: frozenset({word}))
            carrier = len(steps) if match["carrier"] else carrier
            steps.append(Step(label, gap, bool(match["optional"])))
            gap = 0
        if not steps or steps[0].optional or gap:
            raise KnowledgeError(at, "a phrase begins and ends with a word that must stand there")
        return tuple(steps), carrier

    def _collect(self, name: str, entries: Iterable[str], forms: Callable[[str], frozenset[str]]) -> str:
        found = self.lists.setdefault(f"{self.name}.{name}", set())
        for entry in entries:
            if entry.startswith("%"):
                self.kinds.append((entry[1:], f"{self.name}.{name}"))
            else:
                found |= {words for form in forms(entry.lower()) if (words := words_of(form))}
        return f"{self.name}.{name}"

    def _list(self, name: str, at: str) -> str:
        if name not in self.own:
            raise KnowledgeError(at, f"no word list {name!r}; expected of {', '.join(sorted(self.own)) or 'none'}")
        return f"{self.name}.{name}"

    def _at(self, parent: Any, key: Any) -> str:
        return where(self.path, parent.item_at[key] if isinstance(key, int) else parent.key_at[key])

    def _mapping(self, value: Any, place: tuple[Any, Any] | None, expected: str) -> Any:
        if not isinstance(value, dict):
            at = self._at(*place) if place else f"{self.path}:1:1"
            raise KnowledgeError(at, f"expected {expected}")
        return value

    def _keys(self, data: Any, known: set[str], required: set[str], at: str | None = None) -> None:
        for key in data:
            if key not in known:
                raise KnowledgeError(
                    self._at(data, key), f"unknown key {key!r}; expected of {', '.join(sorted(known))}"
                )
        for key in sorted(required):
            if key not in data:
                raise KnowledgeError(at or f"{self.path}:1:1", f"{key!r} is missing")

    def _text(self, data: Any, key: Any) -> str:
        if not isinstance(data[key], str) or not data[key].strip():
            raise KnowledgeError(self._at(data, key), f"{key} is {data[key]!r}; expected words")
        return str(data[key])

    def _strings(self, data: Any, key: Any) -> list[str]:
        value = data[key]
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list):
            raise KnowledgeError(self._at(data, key), f"{key} is {value!r}; expected a list of words")
        for index, item in enumerate(value):
            if not isinstance(item, str) or not item.strip():
                raise KnowledgeError(self._at(value, index), f"{item!r} is no word; write it in quotes")
        return [str(item) for item in value]
