#!/bin/sh
# A sample of the suite "mutants" of `make torture`: bugs put into a copy of the
# tree, which the unit tests must notice; and all of them must still apply.
set -eu
tests/helper/mutants -n all
exec tests/helper/mutants sample
