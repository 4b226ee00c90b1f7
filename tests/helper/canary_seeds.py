"""canary_seeds: leaks for canary to find, put into copies of the tree."""
from suite import Seed

INCLUDES = ("pgpout.c", "#include <stdlib.h>\n", "#include <stdio.h>\n"
            "#include <stdlib.h>\n#include <unistd.h>\n")
ENCRYPT = "\t\te = run(with, t.k, p, n, &msg);\n"
WRAP = "\trc = seal_wrap(d, subject, p, n, &wrapped, f);\n"
KEYS = "return pgp_encrypt(d->ring, &fpr, 1, "

SEEDS = [
    Seed("details in a message",
         ["mail: disclose names the finder"],
         ("../todoke-disclose.c", "\"line %u of the details names the \"\n",
          "\"in %.200s line %u names the \"\n"),
         ("../todoke-disclose.c", "\t    \"the text with -f FILE\", line);",
          "\t    \"the text with -f FILE\", details, line);")),
    Seed("the finder's address in the log", ["mail: answer"],
         ("inbox.c", "g->w->finder ? LETTER_FINDER :\n\t    g->mail->from);",
          "g->mail->from);")),
    Seed("plain text in a file that is soon gone", ["mail: write"],
         INCLUDES,
         ("pgpout.c", ENCRYPT, "\t\tFILE *x = fopen(\"/tmp/todoke.plain\", "
          "\"w\");\n\t\tfwrite(p, 1, n, x);\n\t\tfclose(x);\n"
          "\t\tunlink(\"/tmp/todoke.plain\");\n" + ENCRYPT)),
    Seed("cores", ["mail: sort, core %d" % i for i in range(4)] +
         ["mail: disclose, core %d" % i for i in range(4)],
         ("cli.c", "\tsetrlimit(RLIMIT_CORE, &none);\n", "\t(void)none;\n"),
         ("cli.c", "\tprctl(PR_SET_DUMPABLE, 0, 0, 0, 0);\n", "")),
    Seed("details in the environment of gpg", ["mail: sort"],
         INCLUDES,
         ("pgpout.c", ENCRYPT, "\t\tsetenv(\"PLAIN\", p, 1);\n" + ENCRYPT)),
    Seed("words in the arguments of a program", ["mail: write"],
         INCLUDES,
         ("pgpout.c", ENCRYPT, "\t\tif (fork() == 0) {\n\t\t\texeclp(\"true\", "
          "\"true\", (const char *)p, (char *)NULL);\n\t\t\t_exit(1);\n"
          "\t\t}\n" + ENCRYPT)),
    Seed("encrypted to the desk as well", ["mail: write", "mail: disclose"],
         ("desk.c", KEYS, "return pgp_encrypt(d->ring, (const char *const[]){"
          "fpr,\n\t    d->conf->pgp_keys.v[0]}, 2, ")),
    Seed("the subject of a mail outside", ["mail: answer"],
         ("inbox.c", "\"[%s#%s] sealed: mail in\", d->conf->tag,\n"
          "\t    g->w->number);", "\"[%s#%s] sealed: %s\", d->conf->tag,\n"
          "\t    g->w->number, g->mail->subject);")),
    Seed("the whole URL in the case", ["mail: sort"],
         ("record.c", "set_lacking(c, \"Url\", origin);",
          "set_lacking(c, \"Url\", r->url);")),
    Seed("inbound mail in clear", ["mail: reply"],
         ("intake.c", WRAP, "\tbuf_add(&wrapped, p, n);\n\trc = 0;\n")),
    Seed("his address in hex, in a header of the details", ["mail: disclose"],
         ("letter.c", "\twhen_mail(d->now, date);\n",
          "\twhen_mail(d->now, date);\n\tif (l->report != NULL) {\n"
          "\t\tbuf_puts(out, \"X-Reference: \");\n"
          "\t\tfor (const char *x = l->report->address; *x != '\\0'; x++)\n"
          "\t\t\tbuf_printf(out, \"%02X\", (unsigned char)*x);\n"
          "\t\tbuf_puts(out, \"\\n\");\n\t}\n")),
    Seed("the case's copy in clear", ["mail: disclose"],
         ("letter.c", "\t    seal_wrap(d, subject, msg->p, msg->n, out, "
          "f);\n", "\t    (buf_add(out, msg->p, msg->n), 0);\n")),
    Seed("bad/NAME.why quotes what could not be read", ["mail: junk"],
         ("inbox.c", "\t\treturn d->dry ? 0 :\n\t\t    spool_bad(d->spool, "
          "path, name, f->text, f);\n", "\t\treturn spool_bad(d->spool, path, "
          "name,\n\t\t    xasprintf(\"%s: %.4000s\", f->text, raw->p + 2), f);"
          "\n")),
    Seed("whom a mail was for, on standard error",
         ["mail: 450 and his address"],
         ("outbox.c", "\tfault_set(f, EX_TEMPFAIL, \"%s: %s\", m->id, "
          "res->what);\n", "\tfault_set(f, EX_TEMPFAIL, \"%s: %s: %s\", m->id,"
          "\n\t    m->rcpt, res->what);\n")),
    Seed("who was answered, by name", ["mail: sort"],
         ("seen.c", "\"var/answered/%s.%s\", day, mark);",
          "\"var/answered/%s.%s\", day, address);")),
    Seed("the editor's file left behind", ["mail: edit"],
         ("cli.c", "\tremove_folder(folder);\n",
          "\t(void)remove_folder;\n")),
    Seed("a refused text kept in /tmp", ["mail: edit spoiled"],
         ("cli.c", "todoke-text-XXXXXX\", memory());",
          "todoke-text-XXXXXX\", \"/tmp\");")),
    Seed("named to the operator without consent", ["mail: disclose"],
         ("letter.c", "return finder || r->may_name ? r->finder : \"\";",
          "return r->finder;")),
    Seed("the passphrase in the log", ["mail: disclose zip"],
         ("../todoke-disclose.c", "casefile_word(&words, \"zip\", "
          "\"aes256\");", "casefile_word(&words, \"zip\", "
          "buf_text(&w->passphrase));")),
    Seed("the passphrase in the copy that the desk keeps", ["mail: write zip"],
         ("letter.c", "\twhen_mail(d->now, date);\n",
          "\twhen_mail(d->now, date);\n\tif (l->passphrase != NULL)\n"
          "\t\tbuf_printf(out, \"X-Key: %s\\n\", l->passphrase);\n")),
    Seed("GPGME's last copy not wiped", ["mail: stranger"],
         ("pgpin.c", "\treturn e == 0 ? gpgme_data_set_flag(*d, "
          "\"sensitive\", \"1\") : e;\n", "\treturn e;\n")),
    Seed("a passphrase not wiped", ["mail: disclose zip"],
         ("../todoke-disclose.c", "\tbuf_free(&w.passphrase);\n", "")),
    Seed("buffers not wiped", ["mail: write"],
         ("buf.c", "\t\texplicit_bzero(b->p, b->n);\n\t\tfree(b->p);\n"
          "\t}\n\t*b = ", "\t\tfree(b->p);\n\t}\n\t*b = ")),
    Seed("the password on standard error", ["mail: password"],
         ("outbox.c", "\t\trc = all(d, buf_text(&password), f);\n",
          "\t\tdesk_say(d, \"%s\", buf_text(&password));\n"
          "\t\trc = all(d, buf_text(&password), f);\n".replace(
              "\t\tdesk_say", "\t{\n\t\tdesk_say", 1) + "\t}\n")),
    Seed("a strange name as it is on the terminal",
         ["mail: show a strange name"],
         ("cli.c", "\tchar *line = text_line(f->text);\n",
          "\tchar *line = xstrdup(f->text);\n"),
         ("cli.c", "\tclean(&stdout, STDOUT_FILENO);\n\tclean(&stderr, "
          "STDERR_FILENO);\n", "\t(void)clean;\n")),
]
PROGRAMS = ("todoke-sort", "todoke-disclose", "todoke-write", "todoke-send",
            "todoke-edit", "todoke-show")
OF_SAMPLE = ("the finder's address in the log",
             "plain text in a file that is soon gone",
             "encrypted to the desk as well")
