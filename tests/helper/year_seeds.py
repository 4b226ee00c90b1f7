"""year_seeds: bugs for year to find, put into copies of the library."""
from suite import Seed

FIRST, MIXED = ["silence 1"], ["mixed 1"]

SEEDS = [
    Seed("outside office hours", FIRST,
         ("ladder.c", "\tif (!open)\n\t\treturn 0;\n",
          "\tif (!open && d->now == 0)\n\t\treturn 0;\n")),
    Seed("a rung a day early", FIRST,
         ("ladder.c", "->steps[n - 1].after, day,\n",
          "->steps[n - 1].after - 1, day,\n")),
    Seed("after an outage every missed rung", FIRST,
         ("ladder.c", "\t\tif (means)\n\t\t\table = *rung;\n",
          "\t\tif (means && able == 0)\n\t\t\table = *rung;\n")),
    Seed("a holiday is a business day", FIRST,
         ("cal.c", "!is_holiday(c, day) &&\n", "c != NULL &&\n")),
    Seed("a rung is not counted", FIRST,
         ("rung.c", "\tif (step)\n\t\tcasefile_set(",
          "\tif (step && m->rung == 0)\n\t\tcasefile_set(")),
    Seed("a mark is missed", FIRST,
         ("ladder.c", "d->today - since >= ladder_marks[i])\n",
          "d->today - since == ladder_marks[i])\n")),
    Seed("a follow-up of a day that is no business day is missed", FIRST,
         ("ladder.c", "\t\tif (notified + days <= d->today)\n",
          "\t\tif (notified + days == d->today)\n")),
    Seed("a bounce moves nothing on", ["bounces 1"],
         ("ladder.c", "\t\t\tis = is || (to != NULL && last != NULL &&\n",
          "\t\t\tis = is && (to != NULL && last != NULL &&\n")),
    Seed("who bounced is reminded", ["bounces 1"],
         ("ladder.c", "\t    (i < 0 || !contact_is_end(",
          "\t    (i >= 0 || !contact_is_end(")),
    Seed("a reply stops nothing", ["replies 1"],
         ("ladder.c", "\t*yes = d->today < *until;\n", "\t*yes = false;\n")),
    Seed("a reply stops for ever", ["replies 1"],
         ("ladder.c", "\t*yes = d->today < *until;\n", "\t*yes = true;\n")),
    Seed("another is asked, and the answer before stops for ever",
         ["replies 1"],
         ("ladder.c", "\t\tif (strcmp(e.name, \"contact\") == 0) {\n"
          "\t\t\t*a =",
          "\t\tif (strcmp(e.name, \"contact\") == 0 && i == 0) {\n"
          "\t\t\t*a =")),
    Seed("another is asked, and no end of the ladder", ["replies 1"],
         ("ladder.c", "NULL, NULL) > asked)\n", "NULL, NULL) >= 0)\n")),
    Seed("a refusal moves nothing on", ["refusals 1"],
         ("ladder.c", "\tis = contact_is_end(o) &&\n",
          "\tis = contact_is_end(o) && last == NULL &&\n")),
    Seed("the contractor's answer counts", ["refusals 1"],
         ("ladder.c", "\tbool back = contact_is_end(o) && is_from(",
          "\tbool back = o == CONTACT_OUTCOMES && is_from(")),
    Seed("what waits for a person moves on with the ladder", MIXED,
         ("ladder.c", "\tif (policy_waits(c) == NULL && /*",
          "\tif (rung > 0 && /*")),
    Seed("an unread answer is put off by a follow-up", ["replies 1"],
         ("ladder.c", "\tif (policy_waits(c) != NULL)\n\t\treturn 0;\n"
          "\treturn cal_on",
          "\tif (days == 0 && policy_waits(c) != NULL)\n\t\treturn 0;\n"
          "\treturn cal_on")),
    Seed("not the best address", MIXED,
         ("contact.c", "o.rank < top.rank)", "o.rank > top.rank)")),
]

OF_SAMPLE = ("after an outage every missed rung",)
