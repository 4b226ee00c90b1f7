#!/bin/sh
# A sample of the suite "resources" of `make torture`: programs that run out of
# room, inodes, descriptors, memory or processes; nothing is lost, the message is
# clear, and all completes once there is enough again.
set -eu
exec tests/helper/resources sample
