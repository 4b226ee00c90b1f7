#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "deadline.h"

#define NOWHERE "/proc/nowhere" /* ENOENT, and nobody can make it */

/*
 * What ends an attempt puts /dev/null in the place of the socket: the library
 * finds its end at once, whereas a socket that is shut down goes on to be
 * read as long as the peer writes.  A signal handler can be told about
 * descriptors by globals alone.
 */
static volatile sig_atomic_t watched = -1, null_fd = -1, fired;

void
deadline_cut(void)
{
	if (watched != -1)
		dup2(null_fd, watched);
}

/* Before there is a socket, the signal itself ends connect(2): EINTR. */
static void
on_alarm(int sig)
{
	int saved = errno;

	(void)sig;
	fired = 1;
	deadline_cut();
	errno = saved;
}

static void
mask_alarm(int how, sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(how, &set, old);
}

/* It goes on ringing: the library tries every address that the host has. */
static void
set_timer(int seconds, struct itimerval *old)
{
	struct itimerval t = {.it_interval = {0, 100000}};

	t.it_value.tv_sec = seconds;
	setitimer(ITIMER_REAL, &t, old);
}

void
deadline_hurry(int seconds)
{
	struct itimerval now;

	if (getitimer(ITIMER_REAL, &now) == 0 &&
	    now.it_value.tv_sec >= seconds)
		set_timer(seconds, NULL);
}

static char *
swap_env(const char *name, const char *value)
{
	const char *old = getenv(name);
	char *kept = old != NULL ? xstrdup(old) : NULL;

	if (value == NULL)
		unsetenv(name);
	else
		setenv(name, value, 1);
	return kept;
}

int
deadline_start(struct deadline *d, int seconds, struct fault *f)
{
	struct sigaction sa = {.sa_handler = on_alarm};

	watched = -1;
	fired = 0;
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd == -1)
		return fault_errno(f, "/dev/null");
	sigemptyset(&sa.sa_mask);
	d->home = swap_env("HOME", NOWHERE);
	d->xdg = swap_env("XDG_CONFIG_DIR", NOWHERE);
	sigaction(SIGALRM, &sa, &d->alarm);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, &d->pipe);
	set_timer(seconds, &d->timer);
	mask_alarm(SIG_UNBLOCK, &d->mask);
	return 0;
}

void
deadline_stop(struct deadline *d)
{
	struct itimerval off = {.it_value = {0, 0}};

	setitimer(ITIMER_REAL, &off, NULL);
	sigprocmask(SIG_SETMASK, &d->mask, NULL);
	sigaction(SIGALRM, &d->alarm, NULL);
	sigaction(SIGPIPE, &d->pipe, NULL);
	setitimer(ITIMER_REAL, &d->timer, NULL);
	free(swap_env("HOME", d->home));
	free(swap_env("XDG_CONFIG_DIR", d->xdg));
	free(d->home);
	free(d->xdg);
	close(null_fd);
}

void
deadline_watch(int fd)
{
	watched = fd;
	if (fired)
		deadline_cut();
}

bool
deadline_passed(void)
{
	return fired != 0;
}

void
deadline_wait(bool wait)
{
	mask_alarm(wait ? SIG_BLOCK : SIG_UNBLOCK, NULL);
}
