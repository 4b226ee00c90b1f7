#!/bin/sh
# A sample of the suite "power" of `make torture`: the disk as a power cut would
# leave it after each call, on a loop device; recovered, nothing is lost.
set -eu
exec tests/helper/power sample
