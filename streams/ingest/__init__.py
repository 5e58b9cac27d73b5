"""Feeds and files become records of `articles`.

Comes in: files. Goes out: Article records, whose own dates are to be believed. May touch: Kafka.
"""
