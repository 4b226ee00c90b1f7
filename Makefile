# todoke: `make demo` and `make check` are all the set-up there is (README.md).
#
# make            build the programs into bin/
# make demo       one case through its whole life on a scratch desk
# make check      all tests; the last line is "N passed, N failed"
# make bench      rates beside bare system calls and libraries, with limits
# make crash      every system call of a change and of a sending, failed
# make torture    every fault suite, and a table of what they did; for a night
# make fuzz       libFuzzer on what reads strangers' bytes, FUZZ seconds each
# make lint       strict compilers, cppcheck, manuals, shell
# make coverage   lines and branches that the tests reach, with limits
# make analyse    gcc's analyser, scan-build, clang-tidy
# make asan       the tests under AddressSanitizer and UBSan
# make memcheck   the tests under valgrind
# make hardening  PIE, RELRO, canary and the like, in each program
# make distcheck  a release, built, tested, installed and removed on its own
# make install    DESTDIR, PREFIX, SYSCONFDIR, LOCALSTATEDIR
#
# The user's: CC CFLAGS CPPFLAGS LDFLAGS DESTDIR PREFIX …; B is where a build
# goes ("build/asan/"), CORPORA where the test corpora are.

PREFIX = /usr/local
SYSCONFDIR = $(PREFIX)/etc
LOCALSTATEDIR = /var
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
CORPORA = ../shared/corpora
# User and group that own the spool.
USER_GROUP = todoke

CC = cc
CFLAGS = -O2 -g
B =

PROGRAMS = \
	todoke-accept \
	todoke-alert \
	todoke-check \
	todoke-close \
	todoke-confirm \
	todoke-contact \
	todoke-day \
	todoke-disclose \
	todoke-edit \
	todoke-file \
	todoke-keys \
	todoke-list \
	todoke-lookup \
	todoke-note \
	todoke-open \
	todoke-publish \
	todoke-refer \
	todoke-remind \
	todoke-reopen \
	todoke-send \
	todoke-show \
	todoke-sort \
	todoke-write

# The library, lowest layer first; arrows point up this list only.
BASE = \
	fault \
	buf \
	text \
	when \
	io \
	screen \
	share \
	rows \
	digest \
	addr
SERVICES = \
	words \
	cal \
	conf \
	confkey \
	conftext \
	confload \
	template \
	passphrase \
	zip \
	charset \
	html \
	part \
	entity \
	dsn \
	bounces \
	mimefield \
	mime \
	mimeown \
	mimefile \
	attached \
	mimeout \
	evidence \
	paper \
	failure \
	classify \
	body \
	packet \
	enclosed \
	pgp \
	pgpkey \
	pgpfile \
	pgpout \
	pgpin \
	pgpsign \
	deadline \
	octets \
	wire \
	talk \
	verdict \
	smtp \
	zones \
	guess \
	candidate \
	refusal \
	securitytxt \
	rdap \
	whoisline \
	whois \
	links \
	net \
	dns \
	fetch \
	port43 \
	web \
	wkd
DESK = \
	casefile \
	caseword \
	caselog \
	story \
	label \
	forms \
	siteurl \
	reportfield \
	persons \
	report \
	names \
	dump \
	dumpread \
	token \
	spool \
	spoolfind \
	spoollock \
	aside \
	desk \
	findermark \
	seal \
	place \
	finish \
	zipmail \
	change \
	letter \
	gate \
	handout \
	finder \
	contact \
	answer \
	deferral \
	disclosure \
	policy \
	strip \
	writing \
	verify \
	record \
	payload \
	payloadopen \
	files \
	notes \
	handedit \
	tray \
	closing \
	attempts \
	outbox \
	loop \
	release \
	seen \
	intake \
	drops \
	whose \
	thread \
	inbox \
	liaison \
	ladder \
	keydates \
	rung \
	forecast \
	agenda \
	fsck \
	fscktree \
	fscksetup \
	lookup \
	sources \
	proposal \
	cli

UNITS = $(basename $(notdir $(wildcard tests/unit/*.c)))
PKGS = gpgme gmime-3.0 glib-2.0 libpsl libidn2 libconfuse jansson \
	libcurl libcares libarchive pangocairo

OUR_CPPFLAGS = -D_GNU_SOURCE -iquote $(B)bin/lib/made -iquote bin/lib $(PKG_CFLAGS)
OUR_CFLAGS = -std=c11 -Wall -Wextra -fstack-protector-strong -fPIE \
	-D_FORTIFY_SOURCE=2 -fcf-protection -fdebug-prefix-map='$(CURDIR)'=.
OUR_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
OUR_LIBS = $(PKG_LIBS) -lesmtp -lssl -lcrypto -lgcrypt

PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null)
CHECK_LIBS = $(shell pkg-config --libs check 2>/dev/null)

LIB = $(B)bin/lib/libtodoke.a
OBJS = $(patsubst %,$(B)bin/lib/%.o,$(BASE) $(SERVICES) $(DESK))
BINS = $(addprefix $(B)bin/,$(PROGRAMS))
TESTS = $(addprefix $(B)tests/unit/,$(UNITS))
HELPERS = $(B)tests/helper/conf-table $(B)tests/helper/crash-call
PRELOADS = $(B)tests/helper/crash-alloc.so
BENCHES = $(addprefix $(B)tests/helper/,$(basename $(notdir \
	$(wildcard tests/helper/bench-*.c))))

all: $(BINS)

# What the source takes from elsewhere: paths, and the spool's table.
$(B)bin/lib/made/paths.h: FORCE
	@mkdir -p $(@D)
	@printf '#define SYSCONFDIR "%s"\n#define LOCALSTATEDIR "%s"\n' \
	    '$(SYSCONFDIR)' '$(LOCALSTATEDIR)' > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(B)bin/lib/made/tree.inc: spool/tree
	@mkdir -p $(@D)
	awk -F '\t+' '!/^#/ && NF { printf "\t{\"%s\", 0%s, \"%s\"},\n", \
	    $$1, $$2, $$3 }' spool/tree > $@

$(B)bin/lib/conf.o $(B)bin/lib/confkey.o: $(B)bin/lib/made/paths.h
$(B)bin/lib/spool.o: $(B)bin/lib/made/tree.inc

$(B)bin/%.o: bin/%.c
	@mkdir -p $(@D)
	$(CC) $(OUR_CFLAGS) $(CFLAGS) $(OUR_CPPFLAGS) $(CPPFLAGS) -MMD -MP \
	    -c -o $@ $<

$(LIB): $(OBJS)
	rm -f $@
	$(AR) crs $@ $(OBJS)

$(BINS): $(B)bin/%: $(B)bin/%.o $(LIB)
	$(CC) $(OUR_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) $(OUR_LIBS)

$(B)tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(OUR_CFLAGS) $(CFLAGS) $(OUR_CPPFLAGS) $(CPPFLAGS) \
	    -iquote tests/helper -MMD -MP -c -o $@ $<

$(TESTS): $(B)tests/unit/%: $(B)tests/unit/%.o $(B)tests/helper/keys.o \
    $(B)tests/helper/unit.o $(LIB)
	$(CC) $(OUR_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< \
	    $(B)tests/helper/keys.o $(B)tests/helper/unit.o $(LIB) $(OUR_LIBS) \
	    $(CHECK_LIBS)

FUZZERS = $(addprefix $(B)tests/fuzz/,classify mime addr report dump)
REPLAYS = $(addsuffix -replay,$(FUZZERS))

$(REPLAYS): %-replay: %.o $(B)tests/fuzz/replay.o $(LIB)
	$(CC) $(OUR_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< \
	    $(B)tests/fuzz/replay.o $(LIB) $(OUR_LIBS)

$(FUZZERS): %: %.o $(LIB)
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(LIB) \
	    $(OUR_LIBS)

$(HELPERS) $(BENCHES): $(B)tests/helper/%: $(B)tests/helper/%.o $(LIB)
	$(CC) $(OUR_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) $(OUR_LIBS)

$(PRELOADS): $(B)%.so: %.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -Wall -Wextra -D_GNU_SOURCE -O2 -fPIC -shared -o $@ $<

tests-built: $(BINS) $(TESTS) $(HELPERS) $(BENCHES) $(REPLAYS) $(PRELOADS)

# Set-up and tests.  deps asks apt-get only for what is missing.
deps:
	@tests/helper/deps

demo: deps
	@$(MAKE) -s --no-print-directory all
	@tests/helper/demo

check: deps
	@$(MAKE) -s --no-print-directory tests-built
	@B='$(B)' CORPORA='$(CORPORA)' tests/run

crash: deps
	@$(MAKE) -s --no-print-directory tests-built
	@B='$(B)' tests/helper/crash all

torture: deps
	@$(MAKE) -s --no-print-directory tests-built
	@B='$(B)' tests/helper/torture -j 2

bench: deps
	@$(MAKE) -s --no-print-directory tests-built
	@B='$(B)' tests/helper/bench

FUZZ = 60

fuzz: deps
	@$(MAKE) -s --no-print-directory fuzz-built B=build/fuzz/ CC=clang \
	    CFLAGS='-O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -fno-omit-frame-pointer -U_FORTIFY_SOURCE'
	@B=build/fuzz/ CORPORA='$(CORPORA)' tests/helper/fuzz '$(FUZZ)'

fuzz-built: $(FUZZERS)

lint: deps
	@tests/helper/lint

analyse: deps
	@PKGS='$(PKGS)' tests/helper/analyse

# Without those that trace (a leak check cannot run under strace) or that
# build on their own.
ASAN_E2E = alert.sh answers.sh bounce.sh classify.sh contact.sh edit.sh \
	fsck.sh hands.sh input.sh keys.sh life.sh lookup.sh note.sh order.sh \
	races.sh refer.sh remote.sh send.sh sort.sh write.sh

asan: deps
	@$(MAKE) -s --no-print-directory tests-built B=build/asan/ \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -U_FORTIFY_SOURCE'
	@B=build/asan/ CORPORA='$(CORPORA)' tests/run \
	    $(patsubst %,unit/%,$(UNITS)) $(addprefix e2e/,$(ASAN_E2E))

# Counters that live in a file while a program runs, so that a kill counts.
COUNT = -fprofile-instr-generate='$(CURDIR)/build/coverage/raw/%m%c.profraw' \
	-fprofile-update=atomic -fcoverage-mapping \
	-mllvm -runtime-counter-relocation

coverage: deps
	@rm -rf build/coverage/raw && mkdir -p build/coverage/raw
	@$(MAKE) -s --no-print-directory tests-built B=build/coverage/ CC=clang \
	    CFLAGS="-O1 -g -w -U_FORTIFY_SOURCE $(COUNT)"
	@B=build/coverage/ CORPORA='$(CORPORA)' tests/helper/coverage

# A configuration that is there is never overwritten; owner and group are set
# where the user exists (INSTALL makes it).  The crontab and the units are
# samples: nothing is enabled.
ETC = $(DESTDIR)$(SYSCONFDIR)/todoke
SPOOL = $(DESTDIR)$(LOCALSTATEDIR)/spool/todoke
STATE = $(DESTDIR)$(LOCALSTATEDIR)/lib/todoke

install: all
	install -d '$(DESTDIR)$(BINDIR)' '$(ETC)/templates/ja' \
	    '$(ETC)/templates/en' '$(ETC)/systemd' '$(ETC)/verify'
	install -m 755 $(BINS) '$(DESTDIR)$(BINDIR)'
	for s in 1 5 7 8; do \
		install -d '$(DESTDIR)$(MANDIR)/man'$$s && \
		install -m 644 man/*.$$s '$(DESTDIR)$(MANDIR)/man'$$s; \
	done
	sed -e 's|/usr/local/etc/|$(SYSCONFDIR)/|g' \
	    -e 's|"/var/|"$(LOCALSTATEDIR)/|g' etc/todoke.conf \
	    > '$(ETC)/todoke.conf.sample'
	chmod 644 '$(ETC)/todoke.conf.sample'
	test -e '$(ETC)/todoke.conf' || install -m 644 \
	    '$(ETC)/todoke.conf.sample' '$(ETC)/todoke.conf'
	for f in kinds operators closings verified holidays.jp items referrals \
	    liaisons bounces do-not-contact forms rdap whois \
	    passphrase-words; do \
		install -m 644 etc/$$f '$(ETC)/'$$f.new && \
		{ test -e '$(ETC)/'$$f && ! cmp -s '$(ETC)/'$$f.new '$(ETC)/'$$f \
		&& echo "kept $(ETC)/$$f; the new one is $$f.new" || \
		mv '$(ETC)/'$$f.new '$(ETC)/'$$f; }; \
	done
	for f in etc/templates/*/*.txt etc/verify/*.html; do \
		to='$(ETC)/'$${f#etc/}; \
		install -m 644 $$f "$$to.new" && \
		{ test -e "$$to" && ! cmp -s "$$to.new" "$$to" && \
		echo "kept $$to; the new one is beside it" || \
		mv "$$to.new" "$$to"; }; \
	done
	for f in etc/crontab etc/systemd/*; do \
		to='$(ETC)/'$${f#etc/}; \
		sed -e 's|/usr/local/bin/|$(BINDIR)/|g' \
		    -e 's|/usr/local/etc/|$(SYSCONFDIR)/|g' \
		    -e 's|/var/spool/|$(LOCALSTATEDIR)/spool/|g' \
		    -e 's|/var/lib/|$(LOCALSTATEDIR)/lib/|g' $$f \
		    > "$$to.new" && chmod 644 "$$to.new" && \
		{ test -e "$$to" && ! cmp -s "$$to.new" "$$to" && \
		echo "kept $$to; the new one is beside it" || \
		mv "$$to.new" "$$to"; }; \
	done
	awk -F '\t+' '!/^\#/ && NF { print $$2, $$1 }' spool/tree | \
	while read -r mode path; do \
		install -d -m $$mode '$(SPOOL)'/$$path || exit 1; \
	done
	install -d -m 2770 '$(STATE)' '$(STATE)/gnupg'
	if getent passwd $(USER_GROUP) >/dev/null; then \
		chown -h $(USER_GROUP):$(USER_GROUP) '$(STATE)' \
		    '$(STATE)/gnupg' && \
		awk -F '\t+' '!/^\#/ && NF { print $$1 }' spool/tree | \
		while read -r path; do \
			chown -h $(USER_GROUP):$(USER_GROUP) \
			    '$(SPOOL)'/$$path && \
			chmod 2770 '$(SPOOL)'/$$path; \
		done && chmod 2770 '$(STATE)' '$(STATE)/gnupg'; \
	fi

# The configuration, the spool and the keys stay.
uninstall:
	for p in $(PROGRAMS); do rm -f '$(DESTDIR)$(BINDIR)'/$$p; done
	for p in man/*.[1578]; do \
		rm -f '$(DESTDIR)$(MANDIR)/man'$${p##*.}/$${p#man/}; \
	done

# The tests under valgrind: every program and unit test, a leak or a bad read
# fails.  End-to-end tests that wait for a clock or run hundreds of programs are
# left out: it takes a quarter of an hour as it is.
MEMCHECK_E2E = edit.sh file.sh fsck.sh keys.sh life.sh note.sh refer.sh \
	release.sh reopen.sh send.sh sort.sh write.sh

memcheck: deps
	@$(MAKE) -s --no-print-directory tests-built B=build/memcheck/ \
	    CFLAGS='-O1 -g -fno-omit-frame-pointer'
	@CORPORA='$(CORPORA)' tests/helper/memcheck \
	    $(patsubst %,unit/%,$(UNITS)) $(addprefix e2e/,$(MEMCHECK_E2E))

# What hardens the programs is in each of them.
hardening: all
	@tests/helper/hardening '$(B)'

# What git would hand out, built, tested and installed on its own.
distcheck: deps
	@tests/helper/distcheck

clean:
	rm -rf build
	rm -f bin/*.o bin/*.d bin/lib/*.o bin/lib/*.d bin/lib/*.a \
	    bin/lib/made/* $(addprefix bin/,$(PROGRAMS)) \
	    tests/*/*.o tests/*/*.d $(addprefix tests/unit/,$(UNITS)) \
	    $(HELPERS) $(BENCHES) $(REPLAYS) $(PRELOADS)

FORCE:

.PHONY: all tests-built deps demo check bench crash fuzz fuzz-built lint coverage analyse asan memcheck hardening distcheck install \
	uninstall clean FORCE
-include $(OBJS:.o=.d) $(BINS:=.d) $(TESTS:=.d) $(FUZZERS:=.d)
