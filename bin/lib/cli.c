#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "charset.h"
#include "cli.h"
#include "gate.h"
#include "io.h"
#include "passphrase.h"
#include "screen.h"
#include "text.h"

#define EDIT_MAX 16777216

static void
say(const char *line)
{
	warnx("%s", line);
}

/* A fault may repeat what stood on the command line or in a file. */
static void
say_fault(const struct fault *f)
{
	char *line = text_line(f->text);

	say(line);
	free(line);
}

bool
cli_option(struct cli *o, int opt, const char *arg)
{
	switch (opt) {
	case 'c':
		o->conf = arg;
		return true;
	case 't':
		o->as_of = arg;
		return true;
	case 'n':
		o->dry = true;
		return true;
	default:
		return false;
	}
}

/*
 * A library that aborts or trips over itself, most often for want of memory.
 * A kill at any point does no harm, so ending here does none.
 */
static void
end_by_signal(int sig)
{
	static const char text[] = ": out of memory, or a fault in it or a "
	    "library; nothing is half done, run it again\n";

	(void)sig;
	if (write(STDERR_FILENO, program_invocation_short_name,
	    strlen(program_invocation_short_name)) != -1 &&
	    write(STDERR_FILENO, text, sizeof(text) - 1) != -1)
		_exit(EX_SOFTWARE);
	_exit(EX_SOFTWARE);
}

/* The parser of libconfuse ends the process with 2 where memory ends. */
static void
end_by_exit(int status, void *arg)
{
	(void)arg;
	if (status > 1 && status < EX__BASE)
		_exit(EX_SOFTWARE);
}

/* Where a sanitizer has handlers of its own they stay.  GLib recurses until
 * the stack is full when it cannot even say that memory is. */
void
cli_catch(void)
{
	static const int signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV,
	    SIGTRAP};
	static char room[65536];
	const stack_t stack = {.ss_sp = room, .ss_size = sizeof(room)};
	struct sigaction sa = {.sa_handler = end_by_signal,
	    .sa_flags = SA_ONSTACK}, old;
	size_t i;

	sigaltstack(&stack, NULL);
	on_exit(end_by_exit, NULL);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
}

/*
 * Else a file that is opened later gets the number, and with it what is meant
 * for the user.  What is not there to be written to stays so.
 */
static void
fill_descriptors(void)
{
	int fd;

	for (fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
		    open("/dev/null", O_RDONLY) == -1)
			err(EX_TEMPFAIL, "/dev/null");
}

static void
clean(FILE **stream, int fd)
{
	FILE *s = screen_open(fd);

	if (s == NULL)
		err(EX_TEMPFAIL, "standard output");
	*stream = s;
}

/* Closing wipes what they hold. */
static void
close_streams(void)
{
	if (stdout != NULL)
		fclose(stdout);
	fclose(stderr);
}

void
cli_begin(void)
{
	const struct rlimit none = {0, 0};

	setlocale(LC_CTYPE, "C.UTF-8");
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(007);
	fill_descriptors();
	cli_catch();
	clean(&stdout, STDOUT_FILENO);
	clean(&stderr, STDERR_FILENO);
	setvbuf(stderr, NULL, _IONBF, 0);
	atexit(close_streams);
}

void
cli_open(struct desk *d, const struct cli *o)
{
	struct fault f;

	*d = (struct desk){.spool = -1, .say = say, .dry = o->dry};
	if (desk_open(d, o->conf, o->as_of, &f) == -1)
		cli_die(&f);
}

void
cli_open_mail(struct desk *d, const struct cli *o)
{
	struct fault f;

	*d = (struct desk){.spool = -1, .say = say};
	if (desk_open_mail(d, o->conf, &f) == -1)
		cli_die(&f);
}

void
cli_open_lookup(struct desk *d, const struct cli *o)
{
	struct fault f;

	*d = (struct desk){.spool = -1, .say = say};
	if (desk_open_lookup(d, o->conf, o->as_of, &f) == -1)
		cli_die(&f);
}

struct casefile *
cli_case(struct desk *d, const char *arg, char number[CASE_NUMBER],
    struct spool_place *p)
{
	/* Still held where a program ends with a fault: nothing leaked. */
	static struct casefile *c;
	struct fault f;

	if (desk_number(d, arg, number, &f) == -1 ||
	    spool_find(d->spool, number, p, &f) == -1 ||
	    spool_read(d->spool, p, &c, &f) == -1)
		cli_die(&f);
	return c;
}

void
cli_die(const struct fault *f)
{
	say_fault(f);
	exit(f->status);
}

void
cli_usage(const char *synopsis)
{
	fprintf(stderr, "usage: %s\n", synopsis);
	exit(EX_USAGE);
}

void
cli_end(struct desk *d, int status)
{
	FILE *out = stdout;
	bool broken = ferror(out) != 0;

	desk_close(d);
	stdout = NULL;
	if (fclose(out) == EOF || broken)
		err(EX_IOERR, "standard output");
	exit(status);
}

void
cli_read(const char *file, size_t max, struct buf *out)
{
	struct fault f;
	int rc;

	if (file == NULL || strcmp(file, "-") == 0)
		rc = io_slurp(STDIN_FILENO, "standard input", max, out, &f);
	else
		rc = io_read(AT_FDCWD, file, max, out, NULL, &f);
	if (rc == -1)
		cli_die(&f);
}

static int
wait_editor(pid_t pid, const char *editor, struct fault *f)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return fault_errno(f, "%s", editor);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return fault_set(f, EX_TEMPFAIL,
	    "%s did not end well: nothing was changed", editor);
}

/* Runs "$EDITOR file" by the shell, as crontab(1) does. */
static int
run_editor(const char *path, struct fault *f)
{
	const char *editor = getenv("VISUAL");
	char *command;
	pid_t pid;
	int rc;

	if (editor == NULL || editor[0] == '\0')
		editor = getenv("EDITOR");
	if (editor == NULL || editor[0] == '\0')
		editor = "vi";
	command = xasprintf("%s \"$1\"", editor);
	switch (pid = fork()) {
	case -1:
		rc = fault_errno(f, "%s", editor);
		break;
	case 0:
		execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
		_exit(127);
	default:
		rc = wait_editor(pid, editor, f);
		break;
	}
	free(command);
	return rc;
}

/* Overwrite what the file held, then remove it; a folder stays. */
static void
remove_file(int folder, const char *name)
{
	static const char zero[4096];
	struct stat st;
	off_t left;
	int fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);

	if (fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		for (left = st.st_size; left > 0; left -= (off_t)sizeof(zero))
			if (write(fd, zero, sizeof(zero)) == -1)
				break;
	if (fd != -1)
		close(fd);
	unlinkat(folder, name, 0);
}

/* The file, and what the editor put beside it: text~, .text.swp, … */
static void
remove_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove_file(dirfd(d), e->d_name);
	if (d != NULL)
		closedir(d);
	else if (fd != -1)
		close(fd);
	if (rmdir(path) == -1)
		warn("%s: what the editor left there is in clear: look, and "
		    "remove it", path);
}

/* A folder in memory: what is typed may be of the sealed part. */
static const char *
memory(void)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	return base != NULL && access(base, W_OK) == 0 ? base : "/dev/shm";
}

static void
keep(const struct buf *text)
{
	char *path = xasprintf("%s/todoke-text-XXXXXX", memory());
	int fd;

	fd = mkstemp(path);
	if (fd == -1 || io_write_all(fd, text->p, text->n) == -1 ||
	    close(fd) == -1)
		warn("%s: your text is lost", path);
	else
		warnx("your text is kept in %s", path);
	free(path);
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return a->n == b->n && memcmp(buf_text(a), buf_text(b), a->n) == 0;
}

/* What the editor left in PATH becomes TEXT; where it did not end well it is
 * read all the same, unless nothing is left in it. */
static int
take_text(const char *path, struct buf *text, struct fault *f)
{
	int rc = run_editor(path, f);
	struct buf typed = {0};
	struct fault why;

	if (io_read(AT_FDCWD, path, EDIT_MAX, &typed, NULL, &why) == -1 ||
	    (rc == -1 && typed.n == 0)) {
		buf_free(&typed);
		if (rc == 0)
			*f = why;
		return -1;
	}
	buf_free(text);
	*text = typed;
	return rc;
}

static int
edit(struct buf *text, struct fault *f)
{
	char *folder, *path;
	int rc;

	folder = xasprintf("%s/todoke-XXXXXX", memory());
	if (mkdtemp(folder) == NULL) {
		rc = fault_errno(f, "%s", folder);
		free(folder);
		return rc;
	}
	path = xasprintf("%s/text", folder);
	rc = io_create(AT_FDCWD, path, 0600, buf_text(text), text->n, f);
	if (rc == 0)
		rc = take_text(path, text, f);
	remove_folder(folder);
	free(path);
	free(folder);
	return rc;
}

bool
cli_edit(struct buf *text, bool typed)
{
	struct buf was = {0};
	struct fault f;
	bool other;
	int rc;

	buf_add(&was, buf_text(text), text->n);
	rc = edit(text, &f);
	other = !same(text, &was);
	buf_free(&was);
	if (rc == -1)
		cli_lose(&f, text, typed || other);
	return other;
}

/* One line from the terminal, without its end; wiped by the caller. */
static bool
answer(int tty, char *line, size_t size)
{
	ssize_t n = read(tty, line, size - 1);

	if (n <= 0)
		return false;
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

static bool
knows(FILE *out, int tty, const char *word)
{
	char line[128];
	bool right = false;
	int i;

	for (i = 0; i < 3 && !right; i++) {
		fprintf(out, "Its last word, to show that you have it: ");
		fflush(out);
		if (!answer(tty, line, sizeof(line)))
			break;
		right = strcmp(line, word) == 0;
	}
	explicit_bzero(line, sizeof(line));
	return right;
}

static int
show_passphrase(const char *about, const char *passphrase, struct fault *f)
{
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *last = strrchr(passphrase, '-');
	FILE *out;
	bool knew;

	if (tty == -1)
		return fault_set(f, EX_NOPERM, "a passphrase is shown at a "
		    "terminal, and nowhere else: run it at one");
	out = screen_open(tty);
	if (out == NULL) {
		fault_errno(f, "/dev/tty");
		close(tty);
		return -1;
	}
	fprintf(out, "The passphrase of %s, shown this once:\n\n    %s\n\n"
	    "Write it down. Tell it by telephone; no mail may have it in "
	    "it.\n", about, passphrase);
	knew = knows(out, tty, last != NULL ? last + 1 : passphrase);
	fclose(out);
	close(tty);
	return knew ? 0 : fault_set(f, EX_TEMPFAIL, "that is not its last "
	    "word: nothing was changed, and this passphrase opens nothing; "
	    "run it again for another one");
}

int
cli_passphrase(struct desk *d, const struct casefile *c, struct buf *out,
    struct fault *f)
{
	char *about;
	int rc;

	if (!gate_zip(c))
		return 0;
	rc = passphrase_draw(d->conf->words, out, f);
	if (rc == -1 || d->dry)
		return rc;
	about = xasprintf("the ZIP for %s#%s", d->conf->tag,
	    casefile_number(c));
	rc = show_passphrase(about, buf_text(out), f);
	free(about);
	return rc;
}

void
cli_words(size_t max, struct buf *out, bool *typed)
{
	struct buf clean = {0};
	struct fault f;

	*typed = isatty(STDIN_FILENO) && cli_edit(out, false);
	if (!isatty(STDIN_FILENO)) {
		buf_cut(out, 0);
		cli_read(NULL, max, out);
	}
	if (out->n > max) {
		fault_set(&f, EX_DATAERR, "the words are over %zu bytes", max);
		cli_lose(&f, out, *typed);
	}
	if (!text_utf8(buf_text(out), out->n)) {
		fault_set(&f, EX_DATAERR, "the words are not UTF-8 text "
		    "(convert them with iconv)");
		cli_lose(&f, out, *typed);
	}
	charset_clean(&clean, buf_text(out), out->n);
	while (clean.n > 0 && strchr(" \t\n", clean.p[clean.n - 1]) != NULL)
		buf_cut(&clean, clean.n - 1);
	buf_free(out);
	*out = clean;
}

void
cli_give_up(const struct fault *f, const struct buf *text)
{
	say_fault(f);
	if (text->n > 0)
		keep(text);
	exit(f->status);
}

void
cli_lose(const struct fault *f, const struct buf *text, bool typed)
{
	if (typed)
		cli_give_up(f, text);
	cli_die(f);
}

void
cli_retry(const struct fault *f, const struct buf *text)
{
	char answer[64];

	if (!isatty(STDIN_FILENO))
		cli_give_up(f, text);
	fprintf(stderr, "%s\nedit again? [Y/n] ", f->text);
	if (fgets(answer, sizeof(answer), stdin) == NULL ||
	    strchr("nN", answer[0]) != NULL)
		cli_give_up(f, text);
}
