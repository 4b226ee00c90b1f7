#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"

static void
tidy(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

static int
errno_status(int e)
{
	switch (e) {
	case ENOENT:
	case ENOTDIR:
		return EX_NOINPUT;
	case EACCES:
	case EPERM:
	case EROFS:
		return EX_CANTCREAT;
	case ENOSPC:
	case EDQUOT:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN:
	case EINTR:
		return EX_TEMPFAIL;
	default:
		return EX_IOERR;
	}
}

int
(fault_set)(struct fault *f, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	f->status = status;
	f->unsynced = false;
	tidy(f->text);
	return -1;
}

int
(fault_errno)(struct fault *f, const char *fmt, ...)
{
	int e = errno;
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	n = strlen(f->text);
	snprintf(f->text + n, sizeof(f->text) - n, ": %s", strerror(e));
	f->status = errno_status(e);
	f->unsynced = false;
	tidy(f->text);
	errno = e;
	return -1;
}

int
(fault_in)(struct fault *f, const char *fmt, ...)
{
	char old[sizeof(f->text)];
	size_t n;
	va_list ap;

	memcpy(old, f->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	n = strlen(f->text);
	snprintf(f->text + n, sizeof(f->text) - n, ": %s", old);
	tidy(f->text);
	return -1;
}
