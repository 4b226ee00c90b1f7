# A sample of the suite "races" of `make torture`: pairs of programs, many at
# once, killed and moved between by hand.
set -eu
exec tests/helper/races sample
