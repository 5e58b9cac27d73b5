"""`tocsin dead-letters …` with small transactions that stay open a while: `python slow_letters.py SECONDS ARGUMENT…`.

Says `open` on stderr when all of a transaction is sent and it is not committed yet.
"""

from __future__ import annotations

import asyncio
import sys

from aiokafka import AIOKafkaProducer

from streams.cli.main import main
from streams.engine import retrying

if __name__ == "__main__":
    seconds, commit = float(sys.argv.pop(1)), AIOKafkaProducer.commit_transaction

    async def slow(self: AIOKafkaProducer) -> None:
        print("open", file=sys.stderr, flush=True)
        await asyncio.sleep(seconds)
        await commit(self)

    AIOKafkaProducer.commit_transaction = slow
    retrying._LETTERS = 20
    main()
