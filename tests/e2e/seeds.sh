#!/bin/sh
# The bugs that the suites of `make torture` put into copies of the library
# can still be put there: a suite that has lost its own bug proves nothing.
set -eu
exec tests/helper/seeds
