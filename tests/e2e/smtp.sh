#!/bin/sh
# A sample of the suite "smtp" of `make torture`: todoke-send against servers of
# every manner; the verdict must be the promised one, and the spool and the
# server must agree.
set -eu
exec tests/helper/smtp sample
