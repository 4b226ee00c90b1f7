#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "keys.h"

char *
keys_home(const char *name, unsigned mode)
{
	char *cwd = getcwd(NULL, 0);
	char *home;

	if (cwd == NULL)
		err(1, "getcwd");
	home = xasprintf("%s/%s", cwd, name);
	free(cwd);
	if (mkdir(home, 0700) == -1 || chmod(home, mode) == -1)
		err(1, "%s", home);
	return home;
}

static bool
run(struct buf *out, const char *home, const char *args)
{
	char *cmd = xasprintf("exec gpg --homedir '%s' --batch --yes --quiet "
	    "--no-permission-warning --pinentry-mode loopback "
	    "--passphrase '' %s 2>>gpg.log", home, args);
	char chunk[4096];
	FILE *p;
	size_t n;

	p = popen(cmd, "r");
	if (p == NULL)
		err(1, "%s", cmd);
	while ((n = fread(chunk, 1, sizeof(chunk), p)) > 0)
		if (out != NULL)
			buf_add(out, chunk, n);
	free(cmd);
	return pclose(p) == 0;
}

bool
keys_try(struct buf *out, const char *home, const char *args, ...)
{
	va_list ap;
	char *s;
	bool ok;

	va_start(ap, args);
	if (vasprintf(&s, args, ap) == -1)
		err(1, "vasprintf");
	va_end(ap);
	ok = run(out, home, s);
	free(s);
	return ok;
}

void
keys_run(struct buf *out, const char *home, const char *args, ...)
{
	va_list ap;
	char *s;

	va_start(ap, args);
	if (vasprintf(&s, args, ap) == -1)
		err(1, "vasprintf");
	va_end(ap);
	if (!run(out, home, s))
		errx(1, "gpg --homedir %s %s: failed, see gpg.log", home, s);
	free(s);
}

void
keys_fpr(const char *home, const char *name, int n, char fpr[PGP_FPR])
{
	struct buf b = {0};
	const char *p;

	keys_run(&b, home, "--with-colons -k '%s'", name);
	p = strstr(buf_text(&b), "\nfpr:::::::::");
	for (; p != NULL && n > 0; n--)
		p = strstr(p + 1, "\nfpr:::::::::");
	if (p == NULL)
		errx(1, "%s: %s: no such key", home, name);
	snprintf(fpr, PGP_FPR, "%s", p + strlen("\nfpr:::::::::"));
	buf_free(&b);
}

static char *
clock_option(const char *at)
{
	return at == NULL ? xstrdup("") :
	    xasprintf("--faked-system-time %s!", at);
}

void
keys_primary(const char *home, const char *uid, const char *at,
    const char *expire, char fpr[PGP_FPR])
{
	char *clock = clock_option(at);
	struct buf b = {0};
	const char *p;

	keys_run(&b, home, "%s --status-fd 1 --quick-generate-key '%s' "
	    "ed25519 cert,sign %s", clock, uid, expire);
	p = strstr(buf_text(&b), "KEY_CREATED P ");
	if (p == NULL)
		errx(1, "%s: no key made", uid);
	snprintf(fpr, PGP_FPR, "%s", p + strlen("KEY_CREATED P "));
	buf_free(&b);
	free(clock);
}

void
keys_subkey(const char *home, const char *fpr, const char *at,
    const char *expire)
{
	char *clock = clock_option(at);

	keys_run(NULL, home, "%s --quick-add-key %s cv25519 encr %s", clock,
	    fpr, expire);
	free(clock);
}

void
keys_make(const char *home, const char *uid, char fpr[PGP_FPR])
{
	keys_primary(home, uid, NULL, "never", fpr);
	keys_subkey(home, fpr, NULL, "never");
}

void
keys_revoke(const char *home, const char *fpr)
{
	char *cmd = xasprintf("sed 's/^:---/---/' "
	    "'%s/openpgp-revocs.d/%s.rev' >revoke.asc", home, fpr);

	if (system(cmd) != 0)
		errx(1, "%s: failed", cmd);
	free(cmd);
	keys_run(NULL, home, "--import revoke.asc");
	unlink("revoke.asc");
}

void
keys_revoke_subkey(const char *home, const char *fpr)
{
	char *cmd = xasprintf("printf 'key 1\\nrevkey\\ny\\n0\\n\\ny\\nsave\\n'"
	    " | gpg --homedir '%s' --quiet --no-tty --command-fd 0 "
	    "--status-fd 1 --pinentry-mode loopback --passphrase '' "
	    "--edit-key %s >>gpg.log 2>&1", home, fpr);

	if (system(cmd) != 0)
		errx(1, "%s: failed", cmd);
	free(cmd);
}

void
keys_export(const char *home, const char *fpr, struct buf *out)
{
	keys_run(out, home, "--armor --export %s", fpr);
}

void
keys_copy(const char *from, const char *to, const char *fpr)
{
	keys_run(NULL, from, "--output keys.tmp --export %s", fpr);
	keys_run(NULL, to, "--no-autostart --import keys.tmp");
	unlink("keys.tmp");
}

static bool
has_command(const char *pid, const char *text)
{
	char path[300];
	struct buf b = {0};
	struct fault f;
	bool yes;
	size_t i;

	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	io_read(AT_FDCWD, path, 1 << 20, &b, NULL, &f);
	for (i = 0; i < b.n; i++)
		if (b.p[i] == '\0')
			b.p[i] = ' ';
	yes = strstr(buf_text(&b), text) != NULL;
	buf_free(&b);
	return yes;
}

bool
keys_running(const char *text)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	bool found = false;

	if (d == NULL)
		err(1, "/proc");
	while (!found && (e = readdir(d)) != NULL)
		found = e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
		    has_command(e->d_name, text);
	closedir(d);
	return found;
}

void
keys_kill(const char *home)
{
	char *cmd = xasprintf("gpgconf --homedir '%s' --kill all "
	    ">/dev/null 2>&1", home);

	if (system(cmd) != 0)
		warnx("%s: failed", cmd);
	free(cmd);
}
