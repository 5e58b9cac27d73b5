"""The ground everything runs on: an embedded Apache Kafka for one machine, and the topics with their settings.

In: settings. Out: a running broker, client options, topics. Touches: TOCSIN_HOME, Maven's local repository, Kafka.
"""
