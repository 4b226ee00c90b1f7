# Many cases are closed at once after a general alert, each as todoke-close
# does; a fault in one does not stop the others.  Cases of small impact, and
# those of a finder who gave no address, close from any state.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
city=soumu@city.example.lg.jp
form() { printf '%sUrl: http://www.city.example.lg.jp/x\n\ntext\n' "$1"; }
known='Finder: A <a@finder.example>
'
state() { place "$1" | cut -d / -f 1; }
code() { sed -n 's/^Close-Code: //p' "$SPOOL/$(place "$1")"; }
told() { # NUMBER KIND TO
	grep -q "^To: <$3>" "$SPOOL/outbox/$1".*."$2" || fail "$1: no $2 to $3"
}
untold() { # NUMBER: nothing to a finder
	for f in "$SPOOL/outbox/$1".*; do
		case $f in
		*.receipt | *.question | *.accepted | *.started | *.fixed | *.closed-finder | *.rejected)
			fail "$1: told somebody: $f" ;;
		esac
	done
}
to_contacted() { expect 0 ito todoke-accept "$1"; expect 0 ito todoke-contact -a $city "$1"; }
to_disclosed() {
	to_contacted "$1"
	expect 0 ito todoke-confirm -a $city -b phone -k "$T/city.asc" "$1"
	expect 0 ito todoke-disclose "$1"
}
expect 64 ito todoke-alert 69145869
expect 64 ito todoke-alert -r nonesuch
expect 66 ito todoke-alert -f "$T/nowhere"
expect 0 ito todoke-alert -f - # nothing on it

a=$(form "$known" | ito todoke-open) b=$(form "$known" | ito todoke-open)
c=$(form "$known" | ito todoke-open) d=$(form "$known" | ito todoke-open)
e=$(form "" | ito todoke-open)
to_contacted "$b"
to_disclosed "$c"
expect 0 ito todoke-accept -r rejected-scope "$d"
printf '# the alert of today\n%s\n\n  IPA#%s\tcontacted\nno number\n99999999\n%s\n%s\r\n%s\n%s\n' \
    "$a" "$b" "$d" "$c" "$e" "$a" >"$T/list"
(cd "$SPOOL" && find . -type f -exec sha256sum {} + | sort) >"$T/was"
expect 77 ito todoke-alert -n -f "$T/list"
says "would move"
(cd "$SPOOL" && find . -type f -exec sha256sum {} + | sort) | cmp -s "$T/was" - || fail "-n changed something"
expect 77 cron todoke-alert -f "$T/list" # no secret key: none of them
[ "$(state "$a")" = new ] || fail "closed without a key"
expect 77 ito todoke-alert -f "$T/list"
says "line 5"
says "case 99999999"
says "case $d is closed already"
[ "$(wc -l <"$T/err")" -eq 3 ] || fail "it said more than the three faults: $(cat "$T/err")"
for n in "$a" "$b" "$c" "$e"; do
	[ "$(state "$n")" = closed ] || fail "$n is not closed"
	[ "$(code "$n")" = after-alert ] || fail "$n: code $(code "$n")"
done
[ "$(code "$d")" = rejected-scope ] || fail "a rejected case got another code"
for n in "$a" "$b" "$c"; do told "$n" closed-finder a@finder.example; done
for n in "$b" "$c"; do told "$n" closed-operator $city; done
untold "$e"
! ls "$SPOOL/outbox/$a".*.closed-operator 2>/dev/null || fail "an operator was told who was never asked"
# The same list again: only what is at fault is told; from standard input.
(cd "$SPOOL" && ls outbox) >"$T/was"
got=0
printf '%s\n%s\n' "$a" "$c" | ito todoke-alert 2>"$T/err" || got=$?
if [ "$got" -ne 0 ] || [ -s "$T/err" ]; then fail "twice: $got $(cat "$T/err")"; fi
(cd "$SPOOL" && ls outbox) | cmp -s "$T/was" - || fail "a mail was queued twice"
n=$(form "$known" | ito todoke-open)
got=0
echo "$n" | ito todoke-alert -r fixed-application 2>"$T/err" || got=$?
[ "$got" -eq 77 ] || fail "fixed without disclosure: $got"
echo "$n" | ito todoke-alert -r out-of-scope
[ "$(code "$n")" = out-of-scope ] || fail "-r"

# Small impact: from contacted and disclosed, both sides told with the reason.
for s in contacted disclosed; do
	n=$(form "$known" | ito todoke-open)
	to_$s "$n"
	expect 0 ito todoke-close -r small-impact "$n"
	[ "$(state "$n")" = closed ] || fail "small-impact from $s"
	told "$n" closed-finder a@finder.example
	told "$n" closed-operator $city
	grep -q '想定される影響が小さい' "$SPOOL/outbox/$n".*.closed-operator || fail "no reason"
	! grep -q '^Fixed:' "$SPOOL/$(place "$n")" || fail "small impact is not fixed"
done

# Nobody to tell: every program works all the same.
n=$(form "" | ito todoke-open)
expect 77 ito todoke-write -f -T progress "$n"
says "gave no address"
to_contacted "$n"
grep -q '^Accepted: 20' "$SPOOL/$(place "$n")" || fail "accepted when nobody is to be told"
expect 77 ito todoke-write -f -T progress "$n"
expect 0 ito todoke-confirm -a $city -b phone -k "$CITYKEY" "$n"
expect 0 ito todoke-disclose "$n"
echo "hello" | ito todoke-write -o "$n" || fail "write -o"
expect 0 ito todoke-show -s "$n"
expect 0 ito todoke-close -r fixed-application "$n"
untold "$n"
told "$n" closed-operator $city
n=$(form "" | ito todoke-open)
expect 0 ito todoke-accept -r rejected-scope "$n"
untold "$n"
"$BIN/todoke-check" || fail "todoke-check"
