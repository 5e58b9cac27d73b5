"""What comes in: one news article."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from schemas.model import Model, UTCTime

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _printable(value: str) -> str:
    # One space for one character: offsets into the original stay true.
    return _CONTROL.sub(" ", value)


Text = Annotated[str, AfterValidator(_printable)]


class Article(Model):
    """One article. At least one of `title` and `text` says something; `text` is empty for headline feeds.

    An id has no control characters: it is shown on terminals as it is. Elsewhere those other than newline and tab are
    read as spaces. Fields that are not listed are kept in
    `model_extra`, so that they can be counted, and go no further.
    """

    model_config = ConfigDict(extra="allow")

    id: Annotated[str, Field(max_length=512, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
    title: Text = ""
    text: Text = ""
    published_at: UTCTime
    source: Annotated[Text, Field(max_length=512)] = ""
    url: Annotated[Text, Field(max_length=2048)] = ""
    lang: Annotated[str | None, Field(max_length=64)] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.title.strip() or self.text.strip()):
            raise ValueError("title and text are both empty")
        return self
