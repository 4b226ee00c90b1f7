#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "mime.h"
#include "mimefield.h"
#include "part.h"

/* RFC 2231 is GMime's; encoded words, which RFC 2047 forbids there, are ours,
 * for our charsets are what is really sent. */
static char *
decoded(const char *value)
{
	return mimefield_text((struct slice){value, strlen(value)}, false);
}

static char *
of_disposition(struct slice value)
{
	char *line = head_unfold(value), *r = NULL;
	GMimeContentDisposition *d;
	const char *name;

	d = g_mime_content_disposition_parse(NULL, line);
	name = d != NULL ?
	    g_mime_content_disposition_get_parameter(d, "filename") : NULL;
	if (name != NULL)
		r = decoded(name);
	if (d != NULL)
		g_object_unref(d);
	free(line);
	return r;
}

char *
mime_file_name(struct slice head)
{
	struct slice value;
	GMimeContentType *type;
	const char *name;
	char *r = NULL;

	g_mime_init();
	if (head_find(head, "Content-Disposition", &value))
		r = of_disposition(value);
	if (r != NULL)
		return r;
	type = mimefield_type(head, false);
	name = g_mime_content_type_get_parameter(type, "name");
	if (name != NULL)
		r = decoded(name);
	g_object_unref(type);
	return r;
}
