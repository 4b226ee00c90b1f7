/*
 * crash-call: run a program, note each of its system calls from the first
 * that names something below a folder on, and let one of them fail.
 *
 *	crash-call LOG FOLDER program arg …                      note all
 *	crash-call LOG FOLDER -f FAULT -k KEY -n N program …     fail one
 *
 * FAULT: KILL (dead before the call is made), SHORT (half of the bytes at the
 * most), an errno like EIO, or EIO+: from there on all calls that change
 * something.  -l: what came before is noted, too.  -m: the N-th of those that change something, whatever its key.
 * A call is known by name and objects without digits, FOLDER left out, and
 * by the count of such calls before it; so what gpg's pipes do in between
 * changes nothing.  Only the program itself is followed, not what it starts.
 *
 * A line of LOG, with tabs:
 *
 *	linkat	1	/spool/tmp/#.#.x:/spool/outbox/#.#.x	/…	/…	-	0
 *
 * name, count, objects, the two objects as they are, flags (C creates,
 * X exclusive, T truncates, E exchanges, c changes something, s a socket),
 * result.  Of a run with a fault the one call, result "!", and the end:
 * "exit N" or "signal N".
 */
#include <ctype.h>
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEYS 8192
#define ENTRY_STOP (SIGTRAP | 0x80)

/* Objects: f a descriptor, d p a path and the folder it is in, p a path,
 * b a count of bytes, . something else.  c: it changes something. */
static const struct call {
	long nr;
	const char *name, *objects;
	bool changes;
} calls[] = {
	{SYS_openat, "openat", "dp", false},
	{SYS_open, "open", "p", false},
	{SYS_close, "close", "f", false},
	{SYS_read, "read", "f.b", false},
	{SYS_pread64, "pread64", "f.b", false},
	{SYS_readv, "readv", "f", false},
	{SYS_write, "write", "f.b", true},
	{SYS_pwrite64, "pwrite64", "f.b", true},
	{SYS_writev, "writev", "f", true},
	{SYS_fsync, "fsync", "f", true},
	{SYS_fdatasync, "fdatasync", "f", true},
	{SYS_fchmod, "fchmod", "f", true},
	{SYS_fchmodat, "fchmodat", "dp", true},
	{SYS_fchown, "fchown", "f", true},
	{SYS_fchownat, "fchownat", "dp", true},
	{SYS_ftruncate, "ftruncate", "f", true},
	{SYS_utimensat, "utimensat", "dp", true},
	{SYS_mkdir, "mkdir", "p", true},
	{SYS_mkdirat, "mkdirat", "dp", true},
	{SYS_rename, "rename", "pp", true},
	{SYS_renameat, "renameat", "dpdp", true},
	{SYS_renameat2, "renameat2", "dpdp", true},
	{SYS_link, "link", "pp", true},
	{SYS_linkat, "linkat", "dpdp", true},
	{SYS_unlink, "unlink", "p", true},
	{SYS_unlinkat, "unlinkat", "dp", true},
	{SYS_rmdir, "rmdir", "p", true},
	{SYS_flock, "flock", "f", false},
	{SYS_fstat, "fstat", "f", false},
	{SYS_stat, "stat", "p", false},
	{SYS_lstat, "lstat", "p", false},
	{SYS_newfstatat, "newfstatat", "dp", false},
	{SYS_statx, "statx", "dp", false},
	{SYS_access, "access", "p", false},
	{SYS_faccessat, "faccessat", "dp", false},
	{SYS_readlink, "readlink", "p", false},
	{SYS_readlinkat, "readlinkat", "dp", false},
	{SYS_getdents64, "getdents64", "f", false},
	{SYS_lseek, "lseek", "f", false},
	{SYS_fcntl, "fcntl", "f", false},
	{SYS_ioctl, "ioctl", "f", false},
	{SYS_dup, "dup", "f", false},
	{SYS_socket, "socket", "", false},
	{SYS_connect, "connect", "f", false},
	{SYS_sendto, "sendto", "f.b", true},
	{SYS_sendmsg, "sendmsg", "f", true},
	{SYS_recvfrom, "recvfrom", "f.b", false},
	{SYS_recvmsg, "recvmsg", "f", false},
	{SYS_setsockopt, "setsockopt", "f", false},
	{SYS_getsockopt, "getsockopt", "f", false},
	{SYS_getsockname, "getsockname", "f", false},
	{SYS_getpeername, "getpeername", "f", false},
	{SYS_shutdown, "shutdown", "f", false},
	{SYS_poll, "poll", "", false},
	{SYS_ppoll, "ppoll", "", false},
	{SYS_select, "select", "", false},
	{SYS_pselect6, "pselect6", "", false},
	{SYS_pipe, "pipe", "", false},
	{SYS_pipe2, "pipe2", "", false},
	{SYS_clone, "clone", "", false},
	{SYS_clone3, "clone3", "", false},
	{SYS_vfork, "vfork", "", false},
	{SYS_wait4, "wait4", "", false},
	{SYS_brk, "brk", "", false},
	{SYS_mmap, "mmap", "", false},
	{SYS_mremap, "mremap", "", false},
	{SYS_getrandom, "getrandom", "", false},
};

static const struct {
	const char *name;
	int value;
} errors[] = {
	{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT},
	{"EROFS", EROFS}, {"EMFILE", EMFILE}, {"ENFILE", ENFILE},
	{"ENOMEM", ENOMEM}, {"EINTR", EINTR}, {"EAGAIN", EAGAIN},
	{"EINVAL", EINVAL}, {"EACCES", EACCES}, {"ECONNRESET", ECONNRESET},
	{"EPIPE", EPIPE}, {"ETIMEDOUT", ETIMEDOUT},
};

/* What is asked for. */
struct order {
	const char *log, *folder;
	char above[PATH_MAX]; /* the folder that FOLDER is in */
	const char *fault, *key;
	unsigned long n;
	bool changing;          /* -m */
	bool all;               /* -l: note all the same */
	const char *always;     /* -a NAME: EINVAL wherever it has flags */
};

/* A call under way. */
struct seen {
	const struct call *call;
	char paths[2][PATH_MAX];
	char objects[2 * PATH_MAX + 2];
	char flags[8];
	unsigned long count;
};

struct run {
	const struct order *o;
	pid_t pid;
	FILE *log;
	bool begun, done; /* counting; the fault came */
	int error;        /* of the call under way, or 0 */
	unsigned long changes;
	size_t n;
	struct { char *key; unsigned long count; } keys[KEYS];
};

static unsigned long
argument(const struct user_regs_struct *r, int i)
{
	const unsigned long long a[] = {r->rdi, r->rsi, r->rdx, r->r10, r->r8,
	    r->r9};

	return (unsigned long)a[i];
}

static const struct call *
find_call(long nr)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].nr == nr)
			return &calls[i];
	return NULL;
}

static void
read_text(pid_t pid, unsigned long at, char out[PATH_MAX])
{
	struct iovec to = {out, 0}, from = {(void *)at, 0};
	size_t got = 0, step;
	ssize_t n;

	while (got < PATH_MAX - 1) {
		step = 256 - (at + got) % 256; /* never over a page's end */
		if (step > PATH_MAX - 1 - got)
			step = PATH_MAX - 1 - got;
		to.iov_base = out + got;
		from.iov_base = (void *)(at + got);
		to.iov_len = from.iov_len = step;
		n = process_vm_readv(pid, &to, 1, &from, 1, 0);
		if (n <= 0)
			break;
		if (memchr(out + got, '\0', (size_t)n) != NULL)
			return;
		got += (size_t)n;
	}
	out[got] = '\0';
}

static void
read_fd(pid_t pid, int fd, char out[PATH_MAX])
{
	char link[64];
	ssize_t n;

	if (fd == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/%d/cwd", pid);
	else
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, fd);
	n = readlink(link, out, PATH_MAX - 1);
	out[n > 0 ? n : 0] = '\0';
}

/* A path as it is given, or below its folder. */
static void
resolve(pid_t pid, int folder, unsigned long at, char out[PATH_MAX])
{
	char name[PATH_MAX];
	size_t n;

	read_text(pid, at, name);
	if (name[0] == '/') {
		memcpy(out, name, strlen(name) + 1);
		return;
	}
	read_fd(pid, folder, out);
	n = strlen(out);
	if (name[0] != '\0')
		snprintf(out + n, PATH_MAX - n, "/%s", name);
}

static void
read_objects(pid_t pid, const struct user_regs_struct *r, struct seen *s)
{
	const char *kinds = s->call->objects;
	int i, n = 0, folder = AT_FDCWD;

	s->paths[0][0] = s->paths[1][0] = '\0';
	for (i = 0; kinds[i] != '\0' && n < 2; i++) {
		if (kinds[i] == 'f')
			read_fd(pid, (int)argument(r, i), s->paths[n++]);
		else if (kinds[i] == 'd')
			folder = (int)argument(r, i);
		else if (kinds[i] == 'p')
			resolve(pid, folder, argument(r, i), s->paths[n++]);
	}
}

static bool
below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 &&
	    (path[n] == '/' || path[n] == '\0');
}

/* Without what differs from run to run: digits, digests, chance. */
static void
simplify(const struct order *o, const char *path, char *out)
{
	size_t n;

	if (below(path, o->folder))
		path += strlen(o->folder);
	else if (below(path, o->above))
		path += strlen(o->above);
	while (*path != '\0') {
		n = strspn(path, "0123456789abcdef");
		if (n < 16)
			n = strspn(path, "0123456789");
		if (n == 0 && strchr("-.", *path) && strlen(path + 1) >= 6 &&
		    strchr("/ ", path[7]) != NULL &&
		    strcspn(path + 1, "/-. ") == 6)
			n = 7;
		*out++ = n > 0 ? '#' : *path;
		path += n > 0 ? n : 1;
	}
	*out = '\0';
}

static void
describe(const struct run *x, const struct user_regs_struct *r, struct seen *s)
{
	unsigned long flags = argument(r, s->call->nr == SYS_open ? 1 :
	    s->call->nr == SYS_renameat2 ? 4 : 2);
	bool opens = s->call->nr == SYS_open || s->call->nr == SYS_openat;
	char *to = s->flags;
	size_t n;

	simplify(x->o, s->paths[0], s->objects);
	if (s->paths[1][0] != '\0') {
		n = strlen(s->objects);
		s->objects[n] = ':';
		simplify(x->o, s->paths[1], s->objects + n + 1);
	}
	if (opens && (flags & O_CREAT))
		*to++ = 'C';
	if (opens && (flags & O_EXCL))
		*to++ = 'X';
	if (opens && (flags & O_TRUNC))
		*to++ = 'T';
	if (s->call->nr == SYS_renameat2 && flags == 2)
		*to++ = 'E';
	if (s->call->changes || (opens && (flags & (O_CREAT | O_TRUNC))))
		*to++ = 'c';
	if (strncmp(s->paths[0], "socket:", 7) == 0)
		*to++ = 's';
	*to = '\0';
}

static unsigned long
count(struct run *x, const struct seen *s)
{
	char key[2 * PATH_MAX + 64];
	size_t i;

	snprintf(key, sizeof(key), "%s\t%s", s->call->name, s->objects);
	for (i = 0; i < x->n; i++)
		if (strcmp(x->keys[i].key, key) == 0)
			return ++x->keys[i].count;
	if (x->n == KEYS)
		errx(1, "too many calls");
	x->keys[x->n].key = strdup(key);
	if (x->keys[x->n].key == NULL)
		err(1, "memory");
	return x->keys[x->n++].count = 1;
}

static bool
is_ours(const struct run *x, const struct seen *s)
{
	return below(s->paths[0], x->o->folder) ||
	    below(s->paths[0], x->o->above) || below(s->paths[1], x->o->folder);
}

static bool
chosen(struct run *x, const struct seen *s)
{
	const struct order *o = x->o;
	char key[2 * PATH_MAX + 64];

	if (o->fault == NULL || x->done)
		return false;
	if (o->changing)
		return strchr(s->flags, 'c') != NULL && is_ours(x, s) &&
		    ++x->changes == o->n;
	snprintf(key, sizeof(key), "%s %s", s->call->name, s->objects);
	return s->count == o->n && strcmp(key, o->key) == 0;
}

static int
error_of(const char *fault)
{
	size_t i, n = strcspn(fault, "+");

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strlen(errors[i].name) == n &&
		    strncmp(errors[i].name, fault, n) == 0)
			return errors[i].value;
	errx(1, "%s: no such fault", fault);
}

static void
note(const struct run *x, const struct seen *s, const char *result)
{
	fprintf(x->log, "%s\t%lu\t%s\t%s\t%s\t%s\t%s\n", s->call->name,
	    s->count, s->objects, s->paths[0][0] != '\0' ? s->paths[0] : "-",
	    s->paths[1][0] != '\0' ? s->paths[1] : "-",
	    s->flags[0] != '\0' ? s->flags : "-", result);
	fflush(x->log);
}

static void
set_regs(pid_t pid, struct user_regs_struct *r)
{
	if (ptrace(PTRACE_SETREGS, pid, NULL, r) == -1)
		err(1, "registers");
}

/* Let the call be none, and fail at its end; but a close() that fails has
 * closed. */
static void
refuse(struct run *x, struct user_regs_struct *r, int error)
{
	if ((long)r->orig_rax != SYS_close)
		r->orig_rax = (unsigned long long)-1;
	set_regs(x->pid, r);
	x->error = error;
}

static void
shorten(struct run *x, struct user_regs_struct *r)
{
	if (r->rdx > 1)
		r->rdx /= 2;
	set_regs(x->pid, r);
}

static void
do_fault(struct run *x, struct user_regs_struct *r, const struct seen *s)
{
	const char *fault = x->o->fault;

	x->done = true;
	note(x, s, "!");
	if (strcmp(fault, "KILL") == 0) {
		refuse(x, r, EIO);
		kill(x->pid, SIGKILL);
	} else if (strcmp(fault, "SHORT") == 0)
		shorten(x, r);
	else
		refuse(x, r, error_of(fault));
}

/* At the entry of a call. */
static void
enter(struct run *x, struct user_regs_struct *r, struct seen *s)
{
	const char *fault = x->o->fault;

	s->call = find_call((long)r->orig_rax);
	x->error = 0;
	if (s->call == NULL)
		return;
	read_objects(x->pid, r, s);
	x->begun = x->begun || below(s->paths[0], x->o->folder);
	if (!x->begun)
		return;
	describe(x, r, s);
	s->count = count(x, s);
	if (chosen(x, s))
		do_fault(x, r, s);
	else if (x->done && strchr(fault, '+') != NULL &&
	    strchr(s->flags, 'c') != NULL && is_ours(x, s))
		refuse(x, r, error_of(fault));
	else if (x->o->always != NULL && strcmp(x->o->always, s->call->name) ==
	    0 && argument(r, 4) != 0)
		refuse(x, r, EINVAL);
}

static void
leave(struct run *x, struct user_regs_struct *r, const struct seen *s)
{
	char result[24];

	if (x->error != 0) {
		r->rax = (unsigned long long)-x->error;
		set_regs(x->pid, r);
	}
	if (s->call == NULL || !x->begun ||
	    (x->o->fault != NULL && !x->o->all))
		return;
	snprintf(result, sizeof(result), "%lld", (long long)r->rax);
	note(x, s, result);
}

/* Nothing more is to be done to it. */
static bool
over(const struct run *x)
{
	return x->done && x->error == 0 && x->o->always == NULL &&
	    strchr(x->o->fault, '+') == NULL;
}

static int
ended(const struct run *x, int status)
{
	if (WIFSIGNALED(status)) {
		fprintf(x->log, "signal %d\n", WTERMSIG(status));
		return 128 + WTERMSIG(status);
	}
	fprintf(x->log, "exit %d\n", WEXITSTATUS(status));
	return WEXITSTATUS(status);
}

static void
resume(const struct run *x, int sig, bool detach)
{
	if (ptrace(detach ? PTRACE_DETACH : PTRACE_SYSCALL, x->pid, NULL,
	    (void *)(long)sig) == -1 && errno != ESRCH)
		err(1, "resume");
}

static int
follow(struct run *x)
{
	struct user_regs_struct r;
	static struct seen s;
	bool inside = false;
	int status, sig;

	for (;;) {
		if (waitpid(x->pid, &status, 0) == -1)
			err(1, "wait");
		if (WIFEXITED(status) || WIFSIGNALED(status))
			return ended(x, status);
		sig = WSTOPSIG(status);
		if (sig != ENTRY_STOP) {
			resume(x, sig == SIGTRAP ? 0 : sig, false);
			continue;
		}
		if (ptrace(PTRACE_GETREGS, x->pid, NULL, &r) == -1) {
			if (errno != ESRCH)
				err(1, "registers");
			continue;
		}
		inside = !inside;
		if (inside)
			enter(x, &r, &s);
		else
			leave(x, &r, &s);
		if (!inside)
			x->error = 0;
		resume(x, 0, !inside && over(x));
	}
}

/* Where the program itself begins, its libraries being loaded. */
static unsigned long
entry(pid_t pid)
{
	unsigned long pair[2];
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	f = fopen(path, "re");
	if (f == NULL)
		err(126, "%s", path);
	while (fread(pair, sizeof(pair), 1, f) == 1 && pair[0] != AT_NULL)
		if (pair[0] == AT_ENTRY) {
			fclose(f);
			return pair[1];
		}
	errx(126, "%s: no entry", path);
}

/* Untroubled until there: most calls of a run come before, a stop at each
 * takes longer than all else, and none of them names the folder. */
static void
load(pid_t pid)
{
	unsigned long at = entry(pid);
	struct user_regs_struct r;
	int status;
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, pid, (void *)at, NULL);
	if (errno != 0 || ptrace(PTRACE_POKETEXT, pid, (void *)at,
	    (void *)((word & ~0xffL) | 0xcc)) == -1 ||
	    ptrace(PTRACE_CONT, pid, NULL, NULL) == -1)
		err(126, "breakpoint");
	if (waitpid(pid, &status, 0) == -1 || !WIFSTOPPED(status) ||
	    WSTOPSIG(status) != SIGTRAP)
		errx(126, "the program does not begin");
	if (ptrace(PTRACE_POKETEXT, pid, (void *)at, (void *)word) == -1 ||
	    ptrace(PTRACE_GETREGS, pid, NULL, &r) == -1)
		err(126, "breakpoint");
	r.rip = at;
	set_regs(pid, &r);
}

static pid_t
start(char *argv[])
{
	pid_t pid = fork();
	int status;

	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		personality(ADDR_NO_RANDOMIZE);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
			err(126, "ptrace");
		execv(argv[0], argv);
		err(126, "%s", argv[0]);
	}
	if (waitpid(pid, &status, 0) == -1 || !WIFSTOPPED(status))
		errx(126, "%s: cannot be traced", argv[0]);
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(long)
	    (PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) == -1)
		err(126, "ptrace");
	load(pid);
	return pid;
}

static void
usage(void)
{
	fprintf(stderr, "usage: crash-call LOG FOLDER [-a NAME] [-f FAULT "
	    "[-k KEY | -m] -n N [-l]] program [arg ...]\n");
	exit(64);
}

int
main(int argc, char *argv[])
{
	struct order o = {0};
	static struct run x;
	int opt, rc;

	if (argc < 4)
		usage();
	o.log = argv[1];
	o.folder = argv[2];
	snprintf(o.above, sizeof(o.above), "%.*s",
	    (int)(strrchr(o.folder, '/') - o.folder), o.folder);
	argv += 2;
	argc -= 2;
	while ((opt = getopt(argc, argv, "+a:f:k:lmn:")) != -1) {
		if (opt == 'a')
			o.always = optarg;
		else if (opt == 'f')
			o.fault = optarg;
		else if (opt == 'k')
			o.key = optarg;
		else if (opt == 'l')
			o.all = true;
		else if (opt == 'm')
			o.changing = true;
		else if (opt == 'n')
			o.n = strtoul(optarg, NULL, 10);
		else
			usage();
	}
	if (optind == argc || (o.fault != NULL && o.key == NULL &&
	    !o.changing))
		usage();
	x.o = &o;
	x.log = fopen(o.log, "we");
	if (x.log == NULL)
		err(1, "%s", o.log);
	x.pid = start(argv + optind);
	ptrace(PTRACE_SYSCALL, x.pid, NULL, NULL);
	rc = follow(&x);
	return fclose(x.log) == EOF ? 1 : rc;
}
