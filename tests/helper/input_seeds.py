"""input_seeds: bugs for input to find, put into copies of the library."""
from suite import Seed

PROGRAMS = ("todoke-sort", "todoke-send", "todoke-check", "todoke-show",
            "todoke-note", "todoke-remind")
OPEN = "O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);"
SCREEN = ("screen.c", "\tif (s->rest.n == 0 && plain(p, n))\n",
          "\tif (s->rest.n == 0)\n")

SEEDS = [
    Seed("links followed", ["link at incoming/new/1.mail"],
         ("io.c", OPEN, "O_RDONLY | O_NONBLOCK | O_CLOEXEC);")),
    Seed("a FIFO waited for", ["fifo at incoming/new/1.mail"],
         ("io.c", OPEN, "O_RDONLY | O_NOFOLLOW | O_CLOEXEC);")),
    Seed("names said as they are", ["C1 in UTF-8 as a name in outbox"],
         SCREEN,
         ("desk.c", "text_line(raw != NULL ? raw : \"out of memory\")",
          "xstrdup(raw != NULL ? raw : \"out of memory\")")),
    Seed("faults said as they are", ["todoke-show '\\x9b2J'"],
         SCREEN,
         ("cli.c", "\tchar *line = text_line(f->text);\n",
          "\tchar *line = xstrdup(f->text);\n")),
    Seed("one bad mail out ends the run",
         ["link at outbox/00000000.9.contact"],
         ("outbox.c", "\t\trc = one(d, names.v[i], password, &f);\n"
          "\t\tif (rc == 0)\n\t\t\tcontinue;\n",
          "\t\trc = one(d, names.v[i], password, &f);\n"
          "\t\tif (rc == 0)\n\t\t\tcontinue;\n\t\trc = STOP;\n")),
    Seed("one bad mail in ends the run", ["mode 0 at incoming/new/1.mail"],
         ("inbox.c", "\t\trc = -1;\n\t}\n\tif (parts > 1)\n",
          "\t\trc = -1;\n\t\tbreak;\n\t}\n\tif (parts > 1)\n")),
    Seed("removed instead of put into bad/", ["fifo at incoming/new/1.mail"],
         ("inbox.c", "\t\trc = spool_bad(d->spool, path, name, f->text, f);\n",
          "\t\trc = io_unlink(d->spool, path, f);\n")),
    Seed("rules of a case not looked at",
         ["a case with a log line changed", "a case with Seq 0"],
         ("fsck.c", "\telse if (casefile_check(c, f) == -1)\n",
          "\telse if (c == NULL)\n")),
    Seed("a Maildir that is a link", ["link to folder in place of mail/V"],
         ("spoollock.c", "\t\tif (!S_ISDIR(st.st_mode))\n"
          "\t\t\treturn fault_set(f, EX_DATAERR, \"%s: not a folder\",\n",
          "\t\tif (st.st_nlink == 0)\n"
          "\t\t\treturn fault_set(f, EX_DATAERR, \"%s: not a folder\",\n"),
         ("spoollock.c", "\t\tif (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == "
          "-1)\n\t\t\treturn fault_errno(f, \"%s\", path);\n",
          "\t\tif (fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == -1)\n"
          "\t\t\treturn 0;\n")),
    Seed("a tree repaired through a link",
         ["link to folder in place of unsorted"],
         ("fscktree.c", "return none != NULL && ", "return false && ")),
    Seed("sent with no place for the copy", ["folder in place of mail/V"],
         ("outbox.c", "\tif (spool_maildir(m->d->spool, maildir, f) == -1)\n",
          "\tif (maildir[0] == '\\0')\n")),
    Seed("a day that is a link", ["the victim's day as a link"],
         ("spoolfind.c", "\tif (folder == 0)\n\t\treturn;\n", "")),
]
OF_SAMPLE = ("links followed", "one bad mail in ends the run",
             "a Maildir that is a link")
