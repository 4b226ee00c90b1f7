#include <stdio.h>
#include <string.h>

#include "aside.h"

/* Of NUMBER.SEQ.KIND[.copy]; false of what a hand put there. */
static bool
number_of(const char *name, char number[CASE_NUMBER])
{
	if (strspn(name, "0123456789") != CASE_NUMBER - 1 ||
	    name[CASE_NUMBER - 1] != '.')
		return false;
	snprintf(number, CASE_NUMBER, "%.8s", name);
	return true;
}

static int
take(int spool, const char *number, spool_each_fn *each, void *arg,
    struct fault *f)
{
	struct spool_place p;

	if (spool_find(spool, number, &p, f) == -1) /* gone, or there twice */
		return f->status == EX_NOINPUT || f->status == EX_DATAERR ? 0 :
		    -1;
	return p.state == STATE_CLOSED ? each(&p, number, arg, f) : 0;
}

int
aside_closed(int spool, spool_each_fn *each, void *arg, struct fault *f)
{
	struct spool_names in[2] = {{0}, {0}};
	char number[CASE_NUMBER], last[CASE_NUMBER] = "";
	const char *name;
	size_t at[2] = {0, 0};
	int rc = 0, k;

	if (spool_list(spool, "failed", &in[0], f) == -1)
		return -1;
	if (spool_list(spool, "hold", &in[1], f) == -1)
		rc = -1;
	while (rc == 0 && (at[0] < in[0].n || at[1] < in[1].n)) {
		k = at[0] == in[0].n || (at[1] < in[1].n &&
		    strcmp(in[1].v[at[1]], in[0].v[at[0]]) < 0);
		name = in[k].v[at[k]++];
		if (!number_of(name, number) || strcmp(number, last) == 0)
			continue;
		memcpy(last, number, sizeof(last));
		rc = take(spool, number, each, arg, f);
	}
	spool_names_free(&in[0]);
	spool_names_free(&in[1]);
	return rc;
}
