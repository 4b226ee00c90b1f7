# What is attached to a mail is kept with it, listed by todoke-show -s, and written
# out on request: its bytes, inert, under a name that a stranger cannot use.
set -eu
. tests/helper/lib.sh
scratch
keys
desk
number=
take() { # the mail on standard input, the case $number
	ls "$SPOOL/mail" >"$T/was"
	cat >"$SPOOL/incoming/new/1"
	expect 0 cron todoke-sort
	number=$(ls "$SPOOL/mail" | comm -13 "$T/was" -)
}
files() { expect 0 ito todoke-show -s "$number" && sed '1,/^Attached/d' "$T/out"; }

# RFC 2231 with parts and a charset, RFC 2047 where it is forbidden, raw Shift_JIS, tricks.
python3 - >"$T/mail" <<'END'
import base64, sys
def part(head, body=b"x"):
    return b"--b\n" + head + b"\n\n" + body + b"\n"
out = b"""From: a@finder.example
To: report@desk.example
Date: Tue, 24 Nov 2026 09:00:00 +0900
Message-ID: <1@finder.example>
Subject: x
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

"""
out += part(b"Content-Type: text/plain", b"http://www.city.example.lg.jp/")
out += part(b"Content-Type: application/pdf\nContent-Disposition: attachment;\n"
            b" filename*0*=UTF-8''%E7%94%BB%E9%9D%A2;\n filename*1*=%20a.pdf\n"
            b"Content-Transfer-Encoding: base64", base64.b64encode(bytes(range(256))))
out += part(b"Content-Type: image/png; name=\"=?ISO-2022-JP?B?GyRCMmhMTBsoQi5wbmc=?=\"")
out += part(b"Content-Disposition: attachment; filename=\"../../etc/cron.d/x\"")
out += part(b"Content-Disposition: attachment; filename=\"C:\\\\Users\\\\a.exe\"")
out += part(b"Content-Disposition: attachment; filename*=UTF-8''a%00b%1b%5b2J%0a%E2%80%AEfdp.exe")
out += part(b"Content-Disposition: attachment; filename=\"-rf $(id) `id`;&.sh\"")
out += part(b"Content-Disposition: attachment; filename=\"..\"")
out += part(b"Content-Disposition: attachment; filename=\"" + b"a" * 300 + b".pdf\"")
out += part(b"Content-Disposition: attachment; filename=\"" + "あ".encode() * 100 + b".pdf\"")
out += part(b"Content-Type: message/rfc822", b"From: b@c\nSubject: y\n\nwithin")
out += part(b"Content-Type: application/x-thing")
sys.stdout.buffer.write(out + b"--b--\n")
END
take <"$T/mail"
mail=$(basename "$SPOOL/mail/$number"/new/in.*)
mkdir "$T/own"
files >"$T/list"
cat >"$T/want" <<'END'
1-画面_a.pdf  application/pdf  256 octets
2-画面.png  image/png  1 octets
3-x  text/plain  1 octets
4-a.exe  text/plain  1 octets
END
sed -n "s/^$mail\\.//p" "$T/list" >"$T/got"
head -n 4 "$T/got" | cmp "$T/want" - || fail "$(cat "$T/list")"
[ "$(wc -l <"$T/got")" -eq 11 ] || fail "not eleven: $(cat "$T/list")"
[ -z "$(ls -A "$T/own")" ] || fail "written unasked"
expect 0 ito todoke-show -a "$T/own" "$number"
ls -A "$T/own" | sort -V >"$T/names"
sed 's/  .*//' "$T/list" | sort -V | cmp "$T/names" - || fail "listed are others than written: $(cat "$T/names")"
! LC_ALL=C grep -q '[[:cntrl:] $`;&|<>\\*?]' "$T/names" || fail "$(cat -v "$T/names")"
! grep -q "$(printf '\342\200\256')" "$T/names" || fail "turned about: $(cat "$T/names")"
iconv -f UTF-8 -t UTF-8 "$T/names" >/dev/null || fail "cut within a character"
[ "$(find "$T/own" -type f -perm 600 | wc -l)" -eq 11 ] || fail "not 0600: $(ls -l "$T/own")"
[ "$(grep -c '\.pdf$' "$T/names")" -eq 3 ] || fail "a long name lost its end: $(cat "$T/names")"
python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)))' | cmp - "$T/own/$mail.1-画面_a.pdf" || fail "other bytes"
grep -q '^within$' "$T/own/$mail".10-* || fail "a mail in it is no file"
[ "$(grep -c ' unseal ' "$SPOOL/$(place "$number")")" -eq 2 ] || fail "not on record"

# Nothing is written over, nor into the spool, by whatever path.
expect 73 ito todoke-show -a "$T/own" "$number"
says "is there already"
ln -s "$SPOOL/unsorted" "$T/link"
for folder in "$SPOOL" "$SPOOL/tmp" "$T/link"; do
	expect 77 ito todoke-show -a "$folder" "$number"
	says "nothing rests in clear"
done
expect 66 ito todoke-show -a "$T/none" "$number"
mkdir "$T/empty"
expect 75 cron todoke-show -a "$T/empty" "$number"
[ -z "$(ls -A "$T/empty")" ] || fail "written without a key"

# In what was encrypted, the inmost part's; OpenPGP itself is no file.
make_key "$T/finder.home" "Finder <a@finder.example>" 2>>"$T/gpg.log"
key=$(fingerprint "$T/finder.home")
gpg_in "$T/finder.home" --passphrase '' --quick-add-key "$key" ed25519 sign never 2>>"$T/gpg.log"
gpg_in "$T/finder.home" --import "$T/desk.asc" 2>>"$T/gpg.log"
for shape in evidence mime truncated; do
	echo http://www.city.example.lg.jp/ | tests/helper/pgpmail $shape report@desk.example a@finder.example ... \
	    "$T/finder.home" "$DESKKEY" "$key" "Message-ID: <$shape@x.example>" >"$T/$shape"
	take <"$T/$shape"
	files >"$T/list"
	case $shape in
	evidence) grep -q '\.1-proof.png  image/png  4 octets$' "$T/list" || fail "$shape: $(cat "$T/list")" ;;
	*)	[ ! -s "$T/list" ] || fail "$shape: $(cat "$T/list")" ;;
	esac
done
