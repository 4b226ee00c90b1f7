#!/bin/sh
# A sample of the suite "year" of `make torture`: the ladder over months with
# silence, bounces, replies, refusals, holidays and outages of the cron host;
# to the minute what an independent model says.
set -eu
exec tests/helper/year sample
