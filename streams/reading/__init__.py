"""Reading: an article becomes a report.

Comes in: an Article, and the knowledge under `seeds/` once at start. Goes out: a Report. May touch: nothing else.
"""

from streams.reading.reader import Reader

__all__ = ["Reader"]
