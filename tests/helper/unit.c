#include <err.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "unit.h"

static char folder[PATH_MAX];

void
unit_corpora(const char *sub, char path[PATH_MAX])
{
	const char *corpora = getenv("CORPORA");
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s%s",
	    corpora != NULL ? corpora : "../shared/corpora", sub);
	if (realpath(name, path) == NULL)
		path[0] = '\0';
}

#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define UNLESS(value, to) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (to))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))

void
unit_without_flags(int error)
{
	struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		UNLESS(SYS_renameat2, 2),
		LOAD(offsetof(struct seccomp_data, args[4])), /* its low half */
		UNLESS(0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_ERRNO | (unsigned)error),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
		err(EXIT_FAILURE, "seccomp");
}

void
unit_enter(const char *name)
{
	snprintf(folder, sizeof(folder), "/tmp/todoke-%s.XXXXXX", name);
	if (mkdtemp(folder) == NULL || chdir(folder) == -1)
		err(EXIT_FAILURE, "%s", folder);
}

int
unit_play(Suite *s)
{
	SRunner *r = srunner_create(s);
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed;
}

static int
drop(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int
unit_leave(int failed)
{
	if (failed != 0)
		printf("kept: %s\n", folder);
	else if (chdir("/") == -1 ||
	    nftw(folder, drop, 16, FTW_DEPTH | FTW_PHYS) == -1)
		warn("%s: left behind", folder);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
unit_run(Suite *s, const char *name)
{
	unit_enter(name);
	return unit_leave(unit_play(s));
}
