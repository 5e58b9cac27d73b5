"""Direct speech by its marks: where a quotation begins and ends, whatever the marks, nested or over paragraphs."""

from __future__ import annotations

import re

_PAIRS = {"“": "”", "«": "»", "„": "“", "‟": "”", "»": "«"}
_MARKS = re.compile(r"[\"“”„‟«»]|(?<!\w)['‘](?=\w)|(?<=[\w.,!?…])['’](?!\w)|\n")


def quotations(text: str) -> tuple[tuple[int, int], ...]:
    """The outermost quotations as [start, end) without their marks, in order.

    A quotation that its paragraph leaves open goes on if the next one opens with a mark, else ends with the paragraph.
    """
    found: list[tuple[int, int]] = []
    stack: list[str] = []
    begin = 0
    for match in _MARKS.finditer(text):
        mark, at = match.group(), match.start()
        if mark == "\n":
            if stack and not _opens_line(text, at):
                found.append((begin, at))
                stack.clear()
            elif stack:
                stack = stack[:1]
        elif stack and _closes(text, at, mark, stack[-1]):
            stack.pop()
            if not stack:
                found.append((begin, at))
        elif _opens(text, at, mark):
            if not stack:
                begin = match.end()
            elif _after_break(text, at):
                continue
            stack.append(mark)
    if stack:
        found.append((begin, len(text)))
    return tuple((start, end) for start, end in found if text[start:end].strip())


def _opens(text: str, at: int, mark: str) -> bool:
    if mark == '"':
        before = text[at - 1] if at else " "
        return (before.isspace() or before in "([{—–-“‘'") and at + 1 < len(text) and not text[at + 1].isspace()
    if mark in "'‘":
        return at + 1 < len(text) and text[at + 1].isalnum()
    return mark in _PAIRS


def _closes(text: str, at: int, mark: str, opened: str) -> bool:
    if opened == '"':
        return mark == '"' and not _opens(text, at, mark)
    if opened in "'‘":
        return mark in "'’"
    return mark == _PAIRS[opened] or (mark == '"' and not _opens(text, at, mark))


def _opens_line(text: str, newline: int) -> bool:
    for char in text[newline + 1 : newline + 9]:
        if not char.isspace():
            return char in "\"“„«‘'"
    return False


def _after_break(text: str, at: int) -> bool:
    """Whether only white space lies between the mark and the line break before it: the quotation goes on."""
    before = text[max(0, at - 8) : at]
    return "\n" in before and not before[before.rindex("\n") :].strip()
