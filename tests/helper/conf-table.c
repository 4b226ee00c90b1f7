/*
 * conf-table: the table of configuration keys, a line a key: section.key,
 * type, default and help with TABs between.  What compares the manual
 * todoke.conf(5) with the code reads this.
 *
 * conf-table FILE: what is in force with this configuration; ends as the
 * programs do that read it.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "conf.h"

static void
print_text(const char *name, const char *v)
{
	printf("%s %s\n", name, v);
}

static void
print_list(const char *name, const struct conf_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		print_text(name, l->v[i]);
}

static void
print_ladder(const struct conf_ladder *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		printf("ladder %s %s %d %s\n", l->sector != NULL ? l->sector :
		    "", l->steps[i].name, l->steps[i].after,
		    conf_via_text(l->steps[i].via));
}

static void
print_desk(const struct conf *c)
{
	print_text("tag", c->tag);
	print_text("name", c->name);
	print_text("address", c->address);
	print_text("phone", c->phone);
	print_text("handler", c->handler);
	print_text("faq", c->faq);
	print_text("web", c->web);
	print_text("lang", c->lang);
	print_text("delimiter", c->delimiter);
	print_list("reports", &c->reports);
	print_text("spool", c->spool);
	print_text("home", c->pgp_home);
	print_text("sign", c->pgp_sign);
	print_text("sign-home", c->pgp_sign_home);
	print_list("keys", &c->pgp_keys);
	print_text("font", c->font);
	print_text("fax-font", c->fax_font);
	print_text("templates", c->templates);
	print_text("words", c->words);
	print_text("secret", c->secret);
	printf("jis %d still %d max-size %ld\n", c->jis, c->still,
	    c->max_size);
}

static void
print_services(const struct conf *c)
{
	print_text("host", c->smtp_host);
	print_text("ca", c->smtp_ca);
	print_text("user", c->smtp_user);
	print_text("password-file", c->smtp_password_file);
	print_text("helo", c->smtp_helo);
	printf("port %d deadline %d starttls %d\n", c->smtp_port,
	    c->smtp_deadline, c->smtp_starttls);
	print_text("agent", c->lookup_agent);
	print_text("lookup-ca", c->lookup_ca);
	print_text("resolver", c->lookup_resolver);
	print_list("roles", &c->lookup_roles);
	printf("deadline %d max-size %ld redirects %d whois-port %d "
	    "private %d\n", c->lookup_deadline, c->lookup_max_size,
	    c->lookup_redirects, c->lookup_whois_port, c->lookup_private);
}

static void
print_times(const struct conf *c)
{
	size_t i;

	print_text("zone", c->zone);
	print_text("holidays", c->holidays);
	print_list("hours", &c->hours);
	print_list("closed", &c->closed);
	print_list("days", &c->follow_up);
	printf("answer %d fix %d\n", c->answer_days, c->fix_months);
	print_ladder(&c->ladder);
	for (i = 0; i < c->nsectors; i++)
		print_ladder(&c->sectors[i]);
}

int
main(int argc, char *argv[])
{
	struct conf *c;
	struct fault f;

	cli_catch();
	if (argc > 1 && conf_load(argv[1], &c, &f) == -1)
		errx(f.status, "%s", f.text);
	if (argc > 1) {
		print_desk(c);
		print_services(c);
		print_times(c);
		conf_free(c);
	} else
		conf_describe(stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(EX_IOERR, "standard output");
	return 0;
}
