# The sender asks the gates again, from message and case alone: a mail whose
# case names its bytes is still not sent to another than it may go to.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
city=soumu@city.example.lg.jp

# prepared: a case with a letter to the operator, one to the finder and, after
# "details", the encrypted ones in outbox/.
prepared() {
	rm -rf "$SPOOL"
	"$BIN/todoke-check" -r
	printf 'Finder: F <yamada@finder.example>\nFinder-Address: yamada@finder.example\nUrl: http://www.city.example.lg.jp/x\n\ntext\n' >"$T/r"
	number=$(ito todoke-open "$T/r")
	expect 0 ito todoke-accept "$number"
	expect 0 ito todoke-contact -a $city "$number"
	[ "${1:-}" != details ] || {
		expect 0 ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$number"
		expect 0 ito todoke-disclose "$number"
	}
}

# only KIND: that message's id; the others go.
only() {
	id=$(cd "$SPOOL/outbox" && ls -- *."$1")
	find "$SPOOL/outbox" -type f ! -name "$id*" -delete
}

# named: the case names the bytes that now lie there.
named() {
	sum=$(sha256sum "$SPOOL/outbox/$id" | cut -d ' ' -f 1)
	sed -i "s/^Mail: $id .*/Mail: $id $sum/" "$SPOOL/$(place "$number")"
}

# held WHAT WORDS: exit 77, in hold/, nothing tried, and the reason.
held() {
	named
	expect 77 cron todoke-send
	says "$2"
	if grep -qF "$id: $id: " "$T/err"; then
		fail "$1: it names the mail twice"
	fi
	[ -e "$SPOOL/hold/$id" ] || [ -e "$SPOOL/hold/$id.copy" ] || fail "$1: not in hold/"
	[ ! -e "$SPOOL/outbox/$id" ] || fail "$1: still in outbox/"
	[ ! -e "$SPOOL/var/attempts/$id" ] || fail "$1: it was tried"
}

# As it is, it would be tried: nobody listens at that port.
prepared
only contact
named
expect 75 cron todoke-send

prepared
only contact
sed -i 's/^To: .*/To: <other@city.example.lg.jp>/' "$SPOOL/outbox/$id"
held "a letter to no contact of the case" "no contact of the case"

prepared
only contact
sed -i 's/^To: .*/&\nBcc: <x@else.example>/' "$SPOOL/outbox/$id"
held "a Bcc" "Bcc"

prepared
only contact
sed -i 's/^Message-ID: <\(.\)/Message-ID: <x\1/' "$SPOOL/outbox/$id"
held "another Message-ID" "Message-ID"

prepared
only contact
sed -i 's/^Reply-To: .*/Reply-To: <x@else.example>/' "$SPOOL/outbox/$id"
held "another Reply-To" "Reply-To"

prepared
only receipt
sed -i 's/^To: .*/To: <tamada@finder.example>/' "$SPOOL/outbox/$id"
held "a letter to another than the finder" "not the finder"

prepared details
only disclosure
sed -i 's/^To: .*/To: <other@city.example.lg.jp>/' "$SPOOL/outbox/$id"
held "details to another than the confirmed" "not the confirmed contact"

# Encrypted to another key, and to the pinned one and another.
for keys in "-r $DESKKEY" "-r $CITYKEY -r $DESKKEY"; do
	prepared details
	only disclosure
	gpg_in "$T/ito.home" --import "$T/city.asc" 2>"$T/gpg.log"
	# shellcheck disable=SC2086
	echo details | gpg_in "$T/ito.home" --trust-model always --armor $keys --encrypt >"$T/armored"
	awk -v by="$T/armored" '/^-----BEGIN PGP MESSAGE-----/ { inside = 1
		while ((getline line < by) > 0) print line }
		!inside { print }
		/^-----END PGP MESSAGE-----/ { inside = 0 }' "$SPOOL/outbox/$id" >"$T/m"
	cat "$T/m" >"$SPOOL/outbox/$id"
	held "details encrypted to $keys" "not encrypted to exactly the pinned key"
done
