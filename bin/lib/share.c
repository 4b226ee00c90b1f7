#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "share.h"

#define WORTH 8 /* pieces for which a process is begun */

size_t
share_parts(size_t n)
{
	long most = sysconf(_SC_NPROCESSORS_ONLN);
	size_t parts = n / WORTH;

	if (most > 0 && parts > (size_t)most)
		parts = (size_t)most;
	if (parts > SHARE_MOST)
		parts = SHARE_MOST;
	return parts > 0 ? parts : 1;
}

/* What the caller has open and in its buffers stays the caller's. */
static _Noreturn void
child(size_t part, size_t parts, share_work *work, void *arg)
{
	struct fault f = {.status = EX_OK};
	int rc = work(part, parts, arg, &f);

	fflush(stdout);
	_exit(rc == 0 ? EX_OK : f.status);
}

static void
keep_worst(int rc, const struct fault *f, int *worst_rc, struct fault *worst)
{
	if (rc == 0 || (*worst_rc == -1 && f->status <= worst->status))
		return;
	*worst = *f;
	*worst_rc = -1;
}

static int
wait_for(pid_t pid, size_t part, struct fault *f)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return fault_errno(f, "part %zu", part);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EX_OK)
		return 0;
	if (WIFEXITED(status))
		return fault_set(f, WEXITSTATUS(status), "part %zu ended with "
		    "%d", part, WEXITSTATUS(status));
	return fault_set(f, EX_TEMPFAIL, "part %zu ended by signal %d", part,
	    WTERMSIG(status));
}

int
share_run(size_t parts, share_work *work, void *arg, struct fault *worst)
{
	pid_t pids[SHARE_MOST];
	struct fault f;
	size_t i;
	int rc = 0;

	if (parts <= 1)
		return work(0, 1, arg, worst);
	if (parts > SHARE_MOST)
		parts = SHARE_MOST;
	for (i = 0; i < parts; i++)
		if ((pids[i] = fork()) == 0)
			child(i, parts, work, arg);
	for (i = 0; i < parts; i++)
		keep_worst(pids[i] == -1 ? work(i, parts, arg, &f) :
		    wait_for(pids[i], i, &f), &f, &rc, worst);
	return rc;
}
