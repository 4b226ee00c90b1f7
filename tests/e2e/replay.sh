# What the fuzzer found once, and what is shaped to hurt: through each target
# of tests/fuzz without a crash.
set -eu
. tests/helper/lib.sh
for target in tests/fuzz/corpus/*; do
	name=${target##*/}
	"${BIN%bin}tests/fuzz/$name-replay" "$target"/* ||
	    fail "tests/fuzz/$name.c: one of $target"
done
