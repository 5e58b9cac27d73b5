"""The past as a test bench: what was received, once more, with other rules or beside what is live.

Comes in: a range of a topic; files of articles or reports; rule tests. Goes out: topics of a replay's own; alerts in
memory. May touch: Kafka and these files; never a live topic or channel.
"""
