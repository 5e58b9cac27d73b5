"""Watching: reports become matches by rules, matches become alerts.

Comes in: Report, Match and Tick models, and a store of bytes. Goes out: Match and Alert models.
May touch: nothing but the rules file, once, when the rules are loaded.
"""
