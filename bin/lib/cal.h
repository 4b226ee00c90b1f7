/*
 * cal: the desk's calendar.  Business days are weekdays that are neither
 * holidays (a file with an explicit range of validity) nor in a yearly
 * closure; office hours are spans of a business day.
 */
#ifndef CAL_H
#define CAL_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "fault.h"

struct cal;

/*
 * HOLIDAYS is a file of `YYYY-MM-DD<TAB>name` lines, comments after '#', and
 * one line `valid YYYY-MM-DD YYYY-MM-DD`.  HOURS are "09:30-12:30" spans in
 * order, without overlap; CLOSED are "12-29/01-03" ranges of each year, both
 * ends closed.  EX_CONFIG with file and line.
 */
int cal_open(struct cal **c, const char *holidays, const char *const *hours,
    size_t nhours, const char *const *closed, size_t nclosed,
    struct fault *f);
void cal_close(struct cal *c);

/*
 * HOURS or CLOSED alone, by the rules of cal_open(): EX_CONFIG, naming the
 * value.  There must be some hours; there need not be a closure.
 */
int cal_check_hours(const char *const *hours, size_t n, struct fault *f);
int cal_check_closed(const char *const *closed, size_t n, struct fault *f);

/* Outside the range of validity every question is refused: EX_CONFIG, with
 * the range and the file to renew. */
int cal_business(const struct cal *c, int day, bool *yes, struct fault *f);
/* The first business day on or after DAY. */
int cal_on_or_after(const struct cal *c, int day, int *out, struct fault *f);
/* The Nth business day after DAY (N < 0: before); N = 0 is on_or_after. */
int cal_add(const struct cal *c, int day, int n, int *out, struct fault *f);
/* Business days in (FROM, TO]; 0 where TO <= FROM. */
int cal_between(const struct cal *c, int from, int to, int *n,
    struct fault *f);
/* Is T within office hours (start included, end not)? */
int cal_office(const struct cal *c, time_t t, bool *yes, struct fault *f);
/* T itself where it is, else the first full minute after it that is. */
int cal_next_office(const struct cal *c, time_t t, time_t *out,
    struct fault *f);
/* "9:30-12:30, 13:30-18:30", for letters; valid as long as C. */
const char *cal_hours(const struct cal *c);

#endif
