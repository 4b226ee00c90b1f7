#!/bin/sh
# A sample of the suite "alloc" of `make torture`: allocations of a change that
# fail, once and from there on; no signal, nothing lost, and it can be repeated.
set -eu
tests/helper/crash -s day -p 3/12 alloc
exec tests/helper/crash -s contact -p 3/12 alloc
