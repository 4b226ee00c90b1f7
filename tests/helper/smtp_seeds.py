"""smtp_seeds: bugs for smtp to find, put into copies of the library."""
from suite import Seed

STATUSES = """	    !said_yes(smtp_reverse_path_status(a->message)) ||
	    !said_yes(smtp_recipient_status(a->recipient)) ||
	    !said_yes(smtp_message_transfer_status(a->message)))
"""
BELIEVED = "\tif (hand_over(m, &res, f) == -1)\n"

SEEDS = [
    Seed("verdict from the wrong status",
         ["450 to the RCPT", "450 to the recipient, PIPELINING"],
         ("verdict.c", "\telse if (!verdict_good(rcpt))\n\t\tsay_reply(a, "
          "ST_RCPT, rcpt, res);\n",
          "\telse if (!verdict_good(rcpt))\n\t\tsay_reply(a, ST_RCPT, "
          "transfer, res);\n")),
    Seed("TLS not required",
         ["STARTTLS not offered, tls", "no EHLO, but HELO, tls"],
         ("smtp.c", "Starttls_REQUIRED", "Starttls_ENABLED")),
    Seed("copy written before acceptance",
         ["450 to the message", "drop at rcpt"],
         ("outbox.c", BELIEVED,
          "\tif (keep_copy(m, f) == -1 || hand_over(m, &res, f) == -1)\n")),
    Seed("every end of the message is a yes",
         ["554 to the message", "450 to the message"],
         ("smtp.c", STATUSES, "\t    false)\n")),
    Seed("what the library returns is believed",
         ["drop at dot", "drop in the message"],
         ("smtp.c", "\tsmtp_start_session(a->session);\n",
          "\tif (smtp_start_session(a->session) == 1) {\n"
          "\t\ta->sent = true;\n\t\tif (a->accepted != NULL)\n"
          "\t\t\ta->accepted(a->arg);\n\t}\n")),
    Seed("certificate not verified",
         ["its own certificate, tls", "an expired certificate, tls"],
         ("smtp.c", "\tint ok = X509_verify_cert(store);\n",
          "\tint ok = X509_verify_cert(store) >= 0;\n"
          "\n\tX509_STORE_CTX_set_error(store, X509_V_OK);\n")),
    Seed("name of the certificate not compared",
         ["the canonical name's certificate, tls",
          "a certificate for another name, tls"],
         ("smtp.c", "\t    !set_name(a->ctx, a->srv->host))\n",
          "\t    !set_name(a->ctx, a->srv->host) ||\n"
          "\t    X509_VERIFY_PARAM_set1_ip_asc(SSL_CTX_get0_param(a->ctx),\n"
          "\t    \"127.0.0.1\") != 1 || X509_VERIFY_PARAM_set1_host("
          "SSL_CTX_get0_param(a->ctx), NULL, 0) != 1 ||\n"
          "\t    X509_VERIFY_PARAM_set1_ip(SSL_CTX_get0_param(a->ctx), NULL, "
          "0) != 1)\n")),
    Seed("injected replies believed",
         ["reply behind the 220, tls", "replies ahead of MAIL's"],
         ("talk.c", "\tif (a->coming.code == 421 || a->sent)\n",
          "\tif (a->coming.code > 0 || a->sent)\n")),
    Seed("yes before the end believed",
         ["yes in the middle of the message"],
         ("talk.c", "\t} else if (spoke_early(a)) {\n",
          "\t} else if (a->ended && spoke_early(a)) {\n")),
    Seed("no deadline", ["stall at rcpt"],
         ("deadline.c", "\tset_timer(seconds, &d->timer);\n",
          "\tset_timer(3600 + seconds, &d->timer);\n")),
    Seed("4xx taken for good", ["450 to the RCPT", "450 to the message"],
         ("verdict.c", "\tif (code >= 500 && code <= 599)\n",
          "\tif (code >= 400 && code <= 599)\n")),
    Seed("the server's fault put on the mail", ["554 to the MAIL"],
         ("verdict.c", "return stage <= ST_MAIL ? SMTP_ALARM : SMTP_FAILED;",
          "return stage < ST_MAIL ? SMTP_ALARM : SMTP_FAILED;")),
    Seed("unsure tried for ever", ["drop at dot"],
         ("verdict.c", "\t\treturn SMTP_RETRY;\n\treturn SMTP_UNSURE;\n",
          "\t\treturn SMTP_RETRY;\n\treturn SMTP_RETRY;\n")),
    Seed("the run goes on after an alarm", ["554 to the greeting"],
         ("outbox.c", "? STOP : -1;", "? -1 : -1;")),
    Seed("octets changed on the way", ["nothing special", "details"],
         ("wire.c", "\tbuf_add(wire, \"\\r\\n\", 2);\n",
          "\tif (n > 20 && n % 2 == 0)\n\t\tbuf_puts(wire, \" \");\n"
          "\tbuf_add(wire, \"\\r\\n\", 2);\n")),
    Seed("a hole after a stall", ["stall past the deadline"],
         ("talk.c", "\t} else if (a->reported + 2 != a->wire.n) {\n",
          "\t} else if (a->reported > a->wire.n) {\n"),
         ("smtp.c", "#define LIBRARY_TIMEOUT 7200000L",
          "#define LIBRARY_TIMEOUT 1000L"),
         ("smtp.c", "_Static_assert(LIBRARY_TIMEOUT > DEADLINE_MOST * 1000L,\n"
          "    \"a time-out of the library makes a hole in the mail\");\n",
          ""),
         ("smtp.c", "\t\tif (smtp_set_timeout(s, which[i], LIBRARY_TIMEOUT) !=\n"
          "\t\t    LIBRARY_TIMEOUT)\n",
          "\t\tif (smtp_set_timeout(s, which[i] |\n"
          "\t\t    Timeout_OVERRIDE_RFC2822_MINIMUM, LIBRARY_TIMEOUT) < 0)\n"),
         ("smtp.c", "\tif (!talk_whole(a)) {\n",
          "\tif (a->trip > TRIP_HOLE) {\n"),
         ("deadline.c", "\tset_timer(seconds, &d->timer);\n",
          "\tset_timer(3600 + seconds, &d->timer);\n")),
    Seed("AUTH in clear", ["AUTH in clear, no STARTTLS, login",
                           "AUTH offered in clear alone, login"],
         ("smtp.c", "\ta->auth = auth_create_context();\n",
          "\ta->auth = auth_create_context();\n"
          "\tsmtp_auth_set_context(a->session, a->auth);\n"),
         ("smtp.c", "Starttls_REQUIRED", "Starttls_ENABLED")),
    Seed("the server's words repeated", ["550 with escapes in its words"],
         ("outbox.c", "\t\treturn refuse(m, \"failed\", res, res->what, f);\n",
          "\t\tdesk_say(m->d, \"%s: fake words\", m->id);\n"
          "\t\treturn refuse(m, \"failed\", res, res->what, f);\n")),
]
OF_SAMPLE = ("verdict from the wrong status", "TLS not required",
             "copy written before acceptance")
