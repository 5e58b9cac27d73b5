"""The past as a test bench: what was received, once more, beside what is live.

Comes in: a range of a topic. Goes out: topics of a replay's own. May touch: Kafka; never a live topic or channel.
"""
