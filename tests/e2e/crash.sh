#!/bin/sh
# A sample of `make crash`: a change and a sending killed at every system
# call, calls of all programs failed here and there; nothing may be lost or
# doubled, and bugs seeded into copies of the library must be found.
set -eu
exec tests/helper/crash sample
