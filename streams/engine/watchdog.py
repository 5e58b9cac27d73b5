"""Ends a worker in which nothing gets done while records wait, and logs where everything stood.

It runs in a thread of its own, since anything else may hang: the event loop, the step's thread, a commit.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Hashable, Iterator, Mapping
from types import FrameType
from typing import Any

from streams.broker.client import describe
from streams.errors import ServiceError, StalledError

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
_LOOP = "the event loop"


class Counts:
    """For how many ticks each thing that ought to move has stood still.

    Ticks, not time: a process that was suspended has its whole time again, as the watchdog was suspended with it.
    """

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[object, int]] = {}

    def tick(self, seen: Mapping[Hashable, object]) -> None:
        """`seen`: a mark that changes with all progress, of each thing that ought to make any now."""
        held = self._held
        self._held = {
            name: (mark, held[name][1] + 1 if name in held and held[name][0] == mark else 0)
            for name, mark in seen.items()
        }

    def longest(self) -> tuple[Hashable, int]:
        """Who has stood still for the most ticks, and for how many."""
        return max(
            ((name, ticks) for name, (_, ticks) in self._held.items()), key=lambda pair: pair[1], default=("", 0)
        )

    def forget(self) -> None:
        """All have their whole time again."""
        self._held.clear()


class Watchdog:
    """Ends the process with StalledError's exit code after `seconds` in which something that ought to move did not.

    The event loop ought to move always; a partition where `waiting()` gives it, with the mark of its last progress. All
    wait for one step, which takes about a second for each: so much longer one may stand still. A partition that does
    while Kafka does not answer waits for Kafka: that is asked after half of the time and before the end, and if it does
    not answer, the time begins anew.

    Code that never lets go of the interpreter (a regular expression that runs away) would hold this thread, too: after
    `seconds` of processor time without a tick, SIGPROF shows all threads' stacks and ends the process.
    """

    def __init__(
        self,
        seconds: float,
        loop: asyncio.AbstractEventLoop,
        waiting: Callable[[], Mapping[Hashable, object]],
        clients: Mapping[str, Any],
    ) -> None:
        self._limit = max(2, round(seconds / TICK_SECONDS))
        self._loop, self._waiting, self._clients = loop, waiting, clients
        self._counts, self._beats = Counts(), 0

    @property
    def stalled_seconds(self) -> float:
        """For how long something has stood still that ought not to."""
        return self._counts.longest()[1] * TICK_SECONDS

    @property
    def worries(self) -> bool:
        """Whether a quarter of the time is over."""
        return self._counts.longest()[1] > self._limit / 4

    def start(self) -> None:
        """Watch until the loop is closed."""
        faulthandler.register(signal.SIGPROF, chain=True)  # chained to its default: the end
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while not self._loop.is_closed():
            signal.setitimer(signal.ITIMER_PROF, self._limit * TICK_SECONDS)
            pause.wait(TICK_SECONDS)
            try:
                self._loop.call_soon_threadsafe(self._beat)
            except RuntimeError:  # closed since we looked
                break
            try:
                self._look()
            except Exception:  # what it looks at is not its own, and a dead watchdog would tell nobody
                log.exception("the watchdog cannot see")
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self) -> None:
        waiting = self._waiting()
        self._counts.tick({_LOOP: self._beats, **waiting})
        self._judge(*self._counts.longest(), others=max(0, len(waiting) - 1))

    def _beat(self) -> None:
        self._beats += 1

    def _judge(self, name: Hashable, ticks: int, others: int) -> None:
        over = ticks >= self._limit + others
        if not over and (ticks == 0 or ticks % (self._limit // 2)):
            return
        problem = f"{name}: no progress for {ticks * TICK_SECONDS:.0f} s"
        if name != _LOOP and not self._kafka_answers():
            log.warning("%s, but Kafka does not answer: waiting for it", problem)
            self._counts.forget()
        elif over:
            self._end(problem)

    def _kafka_answers(self) -> bool:
        signal.setitimer(signal.ITIMER_PROF, 0)  # asking takes up to half a minute, in which others may compute
        try:
            asyncio.run(describe(self._clients))
        except ServiceError:
            return False
        return True

    def _end(self, problem: str) -> None:
        # Also if nobody reads our log any more: whatever hangs would hang a clean way out, too.
        threading.Timer(10, os._exit, (StalledError.exit_code,)).start()
        log.error("%s\n%s", problem, stacks())
        log.error("%s; the stacks stand above; exit code %d", problem, StalledError.exit_code)
        os._exit(StalledError.exit_code)


def stacks() -> str:
    """Where all threads stand, and what all tasks of all running event loops wait for."""
    frames, names = sys._current_frames(), {thread.ident: thread.name for thread in threading.enumerate()}
    parts, loops = list[str](), dict[asyncio.AbstractEventLoop, None]()
    for number, frame in frames.items():
        stack = [each for each, _ in traceback.walk_stack(frame)][::-1]
        parts.append(f"thread {names.get(number, number)}\n{_told(stack)}")
        owners = [each.f_locals.get("self") for each in stack if each.f_code.co_name == "run_forever"]
        loops |= dict.fromkeys(owner for owner in owners if isinstance(owner, asyncio.AbstractEventLoop))
    for loop in loops:
        parts += [f"task {task.get_name()}\n{_told(_awaits(task.get_coro()))}" for task in asyncio.all_tasks(loop)]
    return "".join(parts)


def _told(frames: Iterator[FrameType] | list[FrameType]) -> str:
    return "".join(traceback.StackSummary.extract((frame, frame.f_lineno) for frame in frames).format())


def _awaits(awaited: Any) -> Iterator[FrameType]:
    """The frames of a coroutine and of what it waits for, down to the one that waits for no other."""
    while awaited is not None:
        kind = next((kind for kind in ("cr", "ag", "gi") if hasattr(awaited, f"{kind}_frame")), None)
        if kind is None:
            return
        if frame := getattr(awaited, f"{kind}_frame"):
            yield frame
        awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
