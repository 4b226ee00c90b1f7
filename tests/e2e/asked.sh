# Who was asked by mail last, by a person or a rung of the ladder, is reminded,
# written to and told of the end; nobody whose address came to an end is.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
cat >>"$CONF" <<'END'
ladder {
	step other { after = 5  via = mail }
	step again { after = 8  via = mail }
}
END
first=info@city.example.lg.jp next=web@city.example.lg.jp
start='2026-11-24 10:00'
# asked: by a person at one address, by the first rung at another.
asked() {
	number=$(printf 'Url: http://www.city.example.lg.jp/x\n\ntext\n' |
	    ito todoke-open -t "$start")
	expect 0 ito todoke-accept -t "$start" "$number"
	expect 0 ito todoke-contact -t "$start" -a $first "$number"
	sed -i "0,/^Contact: /s/^Contact: /Contact: $next; via=mail; from=hand; outcome=untried\n&/" \
	    "$SPOOL/$(place "$number")"
	ended $first 2026-11-25
	expect 0 ito todoke-remind -t '2026-11-25 10:10'
	to r1.remind $next
}
# ended ADDRESS DAY: a person notes that it is not the operator.
ended() {
	echo "not they" | ito todoke-note -t "$2 10:00" -k phone -r wrong-party \
	    -a "$1" "$number"
}
# to KIND ADDRESS: that mail goes there.
to() {
	grep -qx "To: <$2>" "$SPOOL/outbox/$number".$1 ||
	    fail "$1 is not to $2: $(ls "$SPOOL/outbox")"
}

asked
expect 0 ito todoke-remind -t '2026-12-07 10:10'
to r2.remind $next
grep -q " remind rung=2 via=mail text=reminder to=$next " "$SPOOL/$(place "$number")" ||
    fail "$(grep '^Log:' "$SPOOL/$(place "$number")")"
expect 0 ito todoke-write -t '2026-12-08 10:00' -o -T reminder "$number"
to '*.reminder' $next
expect 0 ito todoke-close -t '2026-12-09 10:00' -r no-answer "$number"
to '*.closed-operator' $next

# Both came to an end: nobody is left to be written to.
asked
ended $next 2026-11-26
expect 0 ito todoke-remind -t '2026-12-07 10:10'
[ ! -e "$SPOOL/outbox/$number.r2.remind" ] || fail "a wrong party is reminded"
expect 77 ito todoke-write -t '2026-12-08 10:00' -o -T reminder "$number"
says "wrong party: todoke-contact comes first"
expect 0 ito todoke-close -t '2026-12-09 10:00' -r no-answer "$number"
[ -z "$(find "$SPOOL/outbox" -name "$number.*.closed-operator")" ] ||
    fail "a wrong party is told"
