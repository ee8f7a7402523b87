"""Moments that tests place their data at. Aligned, recent, and never so near the present that a period is still open."""

import datetime


def now():
    return datetime.datetime.now(datetime.UTC)


def minutes_ago(minutes):
    """The start of the minute that many minutes ago."""
    return now().replace(second=0, microsecond=0) - datetime.timedelta(minutes=minutes)


def seconds(count):
    return datetime.timedelta(seconds=count)


def minutes(count):
    return datetime.timedelta(minutes=count)


def milliseconds_of(moment):
    return round(moment.timestamp() * 1000)
