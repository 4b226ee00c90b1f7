# A sample of the suites "canary" and "parties" of `make torture`: words that
# nobody can guess stand in all that is secret, and are looked for, in every
# encoding, in all that the programs write, send, say and start, also where a
# step fails; each mail of some random cases opens for its one party alone.
set -eu
tests/helper/canary sample
tests/helper/parties sample
