"""From an alert back to what it was made of, and what watch holds: on a real Kafka, with the product's own steps."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from schemas import Alert, Article, encode
from streams.broker import client
from streams.broker.connection import client_options
from streams.engine.contract import Effects, Record
from streams.engine.holdings import Loss, losses, read_holdings
from streams.engine.lineage import Lineage, trace
from streams.engine.state import View
from streams.engine.steps import BACKFILL, TICK
from streams.engine.wiring import Seeds, load_seeds, read_step, watch_step
from streams.settings import Settings
from streams.store import MemoryStore
from streams.watching.held import Held
from streams.watching.rules import Rules, load_rules
from tests.product import everything, raw

pytestmark = pytest.mark.kafka
DAYS = [datetime(2024, 3, day, tzinfo=UTC) for day in (1, 2, 3)]


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return load_seeds(Settings())


def article(number: int, who: str) -> Article:
    text = f"{who} imposed sanctions on Belarus on Monday, a spokesman in the capital of {who} said."
    return Article(
        id=f"a{number}", title=f"No. {number}", text=text, published_at=DAYS[number], source=f"wire {number}"
    )


class Monitor:
    """The two steps over the topics of a test, as the workers run them but for their transactions."""

    def __init__(self, settings: Settings, seeds: Seeds) -> None:
        self.settings, self.options = settings, client_options(settings)
        self.read, self.watch = read_step(settings, seeds), watch_step(settings, seeds)
        self.stores: dict[int, MemoryStore] = defaultdict(MemoryStore)

    async def run(self, articles: list[Article]) -> list[Alert]:
        """Publish, read, watch; returns the alerts' records."""
        producer = AIOKafkaProducer(**self.options)
        await producer.start()
        try:
            topic = self.settings.topic("articles")
            for one in articles:
                await producer.send_and_wait(topic, encode(one), key=one.id.encode(), headers=[(BACKFILL, b"1")])
            await self._step(producer, "articles")
            return await self._step(producer, "matches")
        finally:
            await producer.stop()

    async def _step(self, producer: AIOKafkaProducer, name: str) -> list[Alert]:
        records = [raw(record) for record in await everything(self.settings, name)]
        later = max(record.timestamp_ms for record in records) + 5000
        alerts = []
        for number in range(self.settings.partitions):
            mine = [record for record in records if record.partition == number]
            if name == "articles":
                tick = Record(mine[0].topic if mine else "", number, 10**6, later, None, b"", (TICK,))
                effects = self.read([*mine, tick], MemoryStore())
            else:
                effects = await self._watch(producer, number, mine)
            alerts += [Alert.model_validate_json(one.value or b"") for one in effects.outputs if name == "matches"]
            for out in effects.outputs:
                await producer.send_and_wait(
                    out.topic, out.value, key=out.key, partition=out.partition, headers=list(out.headers)
                )
        return alerts

    async def _watch(self, producer: AIOKafkaProducer, number: int, records: list[Record]) -> Effects:
        view = View(self.stores[number])
        effects = self.watch(records, view)
        for key, value in view.changes.items():
            await producer.send_and_wait(self.settings.topic("watch-state"), value, key=key, partition=number)
        view.settle()
        return effects

    async def trace(self, alert_id: str) -> Lineage | None:
        return await trace(self.settings, self.options, alert_id, lambda *_: None)


async def test_an_alert_leads_back_to_the_articles_it_was_made_of(settings: Settings, seeds: Seeds) -> None:
    monitor = Monitor(settings, seeds)
    articles = [article(0, "Norway"), article(1, "Japan"), article(2, "Canada")]
    alerts = await monitor.run(articles)
    (pressure,) = [alert for alert in alerts if alert.rule == "sanctions-pressure"]
    lineage = await monitor.trace(pressure.id)
    assert lineage is not None
    assert lineage.alert == pressure
    topics = {name: await everything(settings, name) for name in ("articles", "reports", "matches", "alerts")}
    at = {(record.topic, record.partition, record.offset): record for of in topics.values() for record in of}
    assert at[lineage.at.topic, lineage.at.partition, lineage.at.offset].key == pressure.id.encode()
    assert [link.evidence.article_id for link in lineage.links] == ["a0", "a1", "a2"]
    for link, one in zip(lineage.links, articles, strict=True):
        for found in (link.match, link.report, link.article):
            assert found is not None
            assert found.value is not None
            record = at[found.at.topic, found.at.partition, found.at.offset]
            assert encode(found.value) == record.value
        assert link.article is not None
        assert link.article.value == one
        assert link.received_at is not None
        assert link.match is not None
        assert link.match.value is not None
        assert (link.match.value.rule, link.match.value.group) == ("sanctions-pressure", {"target": "country:BY"})


async def test_what_a_topic_no_longer_holds_is_gone_and_the_rest_is_still_found(
    settings: Settings, seeds: Seeds
) -> None:
    monitor = Monitor(settings, seeds)
    (alert, *_) = await monitor.run([article(0, "Norway")])
    before = await monitor.trace(alert.id)
    assert before is not None
    for gone in ("matches", "articles"):
        records = await everything(settings, gone)
        ends = {
            TopicPartition(record.topic, record.partition): RecordsToDelete(record.offset + 1) for record in records
        }
        async with client.admin(monitor.options) as admin:
            await admin.delete_records(ends)
    after = await monitor.trace(alert.id)
    assert after is not None
    (link,) = after.links
    assert link.match is None
    assert link.report == before.links[0].report
    assert link.article is not None
    assert link.article.value is None
    assert link.article.at == before.links[0].article.at  # type: ignore[union-attr]


async def test_an_article_published_twice_leads_to_the_one_that_made_the_alert(
    settings: Settings, seeds: Seeds
) -> None:
    monitor = Monitor(settings, seeds)
    (alert, *_) = await monitor.run([article(0, "Norway"), article(0, "Norway")])
    lineage = await monitor.trace(alert.id)
    assert lineage is not None
    (link,) = lineage.links
    places = [(record.partition, record.offset) for record in await everything(settings, "articles")]
    assert link.article is not None
    assert link.report is not None
    assert (link.article.at.partition, link.article.at.offset) == places[0]
    assert link.report.article_at == link.article.at


async def test_there_is_no_way_back_from_an_alert_that_is_not_there(settings: Settings, seeds: Seeds) -> None:
    assert await Monitor(settings, seeds).trace("nope") is None


async def test_what_watch_holds_is_lost_where_the_logic_of_its_rule_differs(
    settings: Settings, seeds: Seeds, tmp_path: Path
) -> None:
    monitor = Monitor(settings, seeds)
    await monitor.run([article(0, "Norway"), article(1, "Japan")])
    held = await read_holdings(settings, monitor.options)
    kept = {loss.rule: (loss.groups, loss.kept) for loss in losses(held, seeds.rules)}
    assert (kept["sanctions-imposed"], kept["sanctions-pressure"]) == ((0, 2), (0, 1))
    written = (settings.seeds_folder() / "rules.yaml").read_text(encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(written.replace("at_least: 3", "at_least: 4"), encoding="utf-8")
    pressure = load_rules(tmp_path / "rules.yaml").by_name["sanctions-pressure"]
    others = Rules({"sanctions-pressure": pressure}, "")
    lost = losses(held, others)
    assert Loss("sanctions-imposed", groups=2, alerts=2, kept=0) in lost
    assert Loss("sanctions-pressure", groups=1, alerts=0, kept=0) in lost


async def test_groups_and_alerts_that_are_over_are_not_held(settings: Settings, seeds: Seeds) -> None:
    producer = AIOKafkaProducer(**client_options(settings))
    await producer.start()
    topic, group = settings.topic("watch-state"), b'["", "0123abcd", 5, 1, 0, [], null]'
    for key, value in ((b"g/r/x", group), (b"a/r/x|1", b"{}"), (b"g/r/y", group), (b"a/r/y|1", b"{}"), (b"c", b"[1]")):
        await producer.send_and_wait(topic, value, key=key, partition=0)
    for key in (b"g/r/x", b"a/r/x|1", b"a/r/y|1"):
        await producer.send_and_wait(topic, None, key=key, partition=0)
    await producer.stop()
    held = await read_holdings(settings, client_options(settings))
    assert held == [Held(b"r/y", "0123abcd", stories=0, alerts=0, waiting=0, due_ms=5)]
    assert losses(held, seeds.rules) == [Loss("r", groups=1, alerts=0, kept=0)]
