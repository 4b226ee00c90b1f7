# A sample of the suite "forgeries" of `make torture`: over a hundred mails that
# pretend to be somebody else's, all at once: no address, key, consent, state
# or deadline of a case changes, and every mail is filed as it came.
set -eu
tests/helper/forgeries sample
