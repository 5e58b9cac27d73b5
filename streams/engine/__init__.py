"""Runs a pure step exactly once on Faust and Kafka, and the same contract in memory.

Comes in: a step (contract.py) and a topic. Goes out: its outputs, dead letters, state and offsets, in transactions.
May touch: Kafka. Start with contract.py, then partition.py and session.py.
"""
