#!/bin/sh
# A sample of the suite "input" of `make torture`: what should not be in a spool
# is refused by name, all else is done, and nothing leaves the spool.
set -eu
exec tests/helper/input sample
