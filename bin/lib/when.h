/*
 * when: days and times.
 *
 * A day is a civil date, counted from 1970-01-01 = 0 (proleptic Gregorian,
 * 0001-01-01 to 9999-12-31).  A time is a time_t.  Both meet in the desk's
 * zone, which when_zone() sets once for the process.
 */
#ifndef WHEN_H
#define WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "fault.h"

#define WHEN_DAY 11  /* "2026-11-24" and a NUL */
#define WHEN_TIME 40 /* room for any text made here */

/*
 * Set the zone: a name of the zone database or a POSIX rule ("JST-9").  A
 * name without data is refused (EX_CONFIG): glibc would take UTC in silence.
 */
int when_zone(const char *zone, struct fault *f);

int when_day_of(int year, int month, int day);
void when_civil(int day, int *year, int *month, int *mday);
/* The same day so many MONTHS on, or where that month has none, its last. */
int when_months(int day, int months);
/* 0 Sunday … 6 Saturday. */
int when_weekday(int day);
bool when_parse_day(const char *s, int *day);  /* YYYY-MM-DD, no more */
void when_day_text(int day, char out[WHEN_DAY]);
void when_month_text(int day, char out[WHEN_DAY]); /* "2026-11" */

/* The civil day of T in the desk's zone, and the minute of that day. */
int when_today(time_t t, int *minute);
/* Midnight plus MINUTE of a day in the desk's zone. */
time_t when_at(int day, int minute);

/* "YYYY-MM-DD[ T]HH:MM[:SS]" in the desk's zone, a bare day, or RFC 3339. */
int when_parse(const char *s, time_t *t, struct fault *f);
/* 2026-11-24T09:31:02+09:00 (RFC 3339). */
void when_text(time_t t, char out[WHEN_TIME]);
/* Tue, 24 Nov 2026 09:31:02 +0900 (RFC 5322, section 3.3). */
void when_mail(time_t t, char out[WHEN_TIME]);

#endif
