#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "when.h"

#define ZONES "/usr/share/zoneinfo"

/* N digits at S as a number, or -1. */
static int
digits(const char *s, size_t n)
{
	int v = 0;

	while (n-- > 0) {
		if (!isdigit((unsigned char)*s))
			return -1;
		v = v * 10 + (*s++ - '0');
	}
	return v;
}

/* Behind a zone's short name, "JST" or "<+09>", or NULL. */
static const char *
short_name(const char *z)
{
	size_t n = 0;

	if (*z == '<') {
		n = strspn(z + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789+-");
		return n >= 3 && z[n + 1] == '>' ? z + n + 2 : NULL;
	}
	while (isalpha((unsigned char)z[n]))
		n++;
	return n >= 3 ? z + n : NULL;
}

/* Behind [+-]hh[:mm[:ss]], or NULL. */
static const char *
zone_offset(const char *z)
{
	int i, v;

	if (*z == '+' || *z == '-')
		z++;
	if (!isdigit((unsigned char)*z))
		return NULL;
	for (v = 0; isdigit((unsigned char)*z) && v < 100; z++)
		v = v * 10 + (*z - '0');
	if (v > 24)
		return NULL;
	for (i = 0; i < 2 && *z == ':'; i++, z += 3)
		if ((v = digits(z + 1, 2)) < 0 || v > 59)
			return NULL;
	return z;
}

/* stdoffset[dst…], POSIX XBD 8.3; what follows dst is left to glibc. */
static bool
posix_rule(const char *z)
{
	if ((z = short_name(z)) == NULL || (z = zone_offset(z)) == NULL)
		return false;
	return *z == '\0' || short_name(z) != NULL;
}

/* A file of the zone database (RFC 8536). */
static bool
zone_data(const char *path)
{
	FILE *in = fopen(path, "re");
	char magic[4];
	bool yes;

	if (in == NULL)
		return false;
	yes = fread(magic, 1, 4, in) == 4 && memcmp(magic, "TZif", 4) == 0;
	fclose(in);
	return yes;
}

/* Where its data cannot be read glibc takes the letters of a zone's name and
 * UTC, in silence. */
static bool
zone_taken(const char *zone)
{
	return timezone != 0 || strcmp(tzname[0], zone) == 0 ||
	    strncmp(zone, tzname[0], strlen(tzname[0])) != 0 ||
	    posix_rule(zone);
}

int
when_zone(const char *zone, struct fault *f)
{
	char path[256];
	bool safe = zone[0] != '/' && zone[0] != ':' &&
	    strstr(zone, "..") == NULL;
	int n = snprintf(path, sizeof(path), "%s/%s", ZONES, zone);

	if (!safe || n < 0 || (size_t)n >= sizeof(path) ||
	    (!zone_data(path) && !posix_rule(zone)))
		return fault_set(f, EX_CONFIG,
		    "zone \"%s\": no data in %s and not a rule like JST-9 "
		    "(install tzdata or correct calendar.zone)",
		    zone, ZONES);
	if (setenv("TZ", zone, 1) == -1)
		return fault_errno(f, "zone \"%s\"", zone);
	tzset();
	return zone_taken(zone) ? 0 : fault_set(f, EX_TEMPFAIL,
	    "zone \"%s\": its data in %s cannot be read now", zone, ZONES);
}

/* Days from civil, after Howard Hinnant's well-known derivation. */
int
when_day_of(int y, int m, int d)
{
	int era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

void
when_civil(int day, int *year, int *month, int *mday)
{
	int z = day + 719468, era, doe, yoe, doy, mp;

	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*mday = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

int
when_months(int day, int months)
{
	int y, m, d, then, back_y, back_m, back_d;

	when_civil(day, &y, &m, &d);
	y += (m - 1 + months) / 12;
	m = (m - 1 + months) % 12 + 1;
	for (;; d--) {
		then = when_day_of(y, m, d);
		when_civil(then, &back_y, &back_m, &back_d);
		if (back_m == m)
			return then;
	}
}

int
when_weekday(int day)
{
	return ((day + 4) % 7 + 7) % 7;
}

static bool
day_at(const char *s, int *day)
{
	int y = digits(s, 4), m, d, y2, m2, d2;

	if (y < 1 || s[4] != '-' || (m = digits(s + 5, 2)) < 1 || m > 12 ||
	    s[7] != '-' || (d = digits(s + 8, 2)) < 1 || d > 31)
		return false;
	*day = when_day_of(y, m, d);
	when_civil(*day, &y2, &m2, &d2);
	return y == y2 && m == m2 && d == d2;
}

bool
when_parse_day(const char *s, int *day)
{
	return strlen(s) == 10 && day_at(s, day);
}

void
when_day_text(int day, char out[WHEN_DAY])
{
	int y, m, d;

	when_civil(day, &y, &m, &d);
	snprintf(out, WHEN_DAY, "%04u-%02u-%02u", (unsigned)y % 10000,
	    (unsigned)m % 100, (unsigned)d % 100);
}

void
when_month_text(int day, char out[WHEN_DAY])
{
	when_day_text(day, out);
	out[7] = '\0';
}

int
when_today(time_t t, int *minute)
{
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		tm = (struct tm){.tm_year = 70, .tm_mday = 1};
	if (minute != NULL)
		*minute = tm.tm_hour * 60 + tm.tm_min;
	return when_day_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

time_t
when_at(int day, int minute)
{
	struct tm tm = {.tm_isdst = -1};
	int y, m, d;

	when_civil(day, &y, &m, &d);
	tm.tm_year = y - 1900;
	tm.tm_mon = m - 1;
	tm.tm_mday = d;
	tm.tm_hour = minute / 60;
	tm.tm_min = minute % 60;
	return mktime(&tm);
}

/* "+09:00" or "Z": seconds east. */
static bool
offset(const char *s, int *east)
{
	int h, m;

	if (strcmp(s, "Z") == 0 || strcmp(s, "z") == 0) {
		*east = 0;
		return true;
	}
	if ((*s != '+' && *s != '-') || strlen(s) != 6 || s[3] != ':' ||
	    (h = digits(s + 1, 2)) < 0 || h > 23 ||
	    (m = digits(s + 4, 2)) < 0 || m > 59)
		return false;
	*east = (h * 60 + m) * (*s == '-' ? -60 : 60);
	return true;
}

static bool
parse_time(const char *s, time_t *t)
{
	int day, h = 0, m = 0, sec = 0, east;

	if (!day_at(s, &day))
		return false;
	s += 10;
	if (*s != '\0') {
		if (*s != ' ' && *s != 'T' && *s != 't')
			return false;
		if ((h = digits(s + 1, 2)) < 0 || h > 23 || s[3] != ':' ||
		    (m = digits(s + 4, 2)) < 0 || m > 59)
			return false;
		s += 6;
		if (*s == ':') {
			if ((sec = digits(s + 1, 2)) < 0 || sec > 60)
				return false;
			s += 3;
			if (*s == '.' && isdigit((unsigned char)s[1]))
				for (s++; isdigit((unsigned char)*s);)
					s++;
		}
	}
	if (*s == '\0') {
		*t = when_at(day, h * 60 + m) + sec;
		return true;
	}
	if (!offset(s, &east))
		return false;
	*t = (time_t)day * 86400 + h * 3600 + m * 60 + sec - east;
	return true;
}

int
when_parse(const char *s, time_t *t, struct fault *f)
{
	if (strlen(s) < 10 || !parse_time(s, t))
		return fault_set(f, EX_USAGE,
		    "\"%s\" is not a time: write YYYY-MM-DD HH:MM, or "
		    "RFC 3339 as 2026-11-24T09:31:02+09:00", s);
	return 0;
}

void
when_text(time_t t, char out[WHEN_TIME])
{
	struct tm tm;
	size_t n;

	if (localtime_r(&t, &tm) == NULL)
		tm = (struct tm){.tm_year = 70, .tm_mday = 1};
	n = strftime(out, WHEN_TIME - 1, "%Y-%m-%dT%H:%M:%S%z", &tm);
	if (n >= 5) { /* +0900 to +09:00 */
		memmove(out + n - 1, out + n - 2, 3);
		out[n - 2] = ':';
	}
}

void
when_mail(time_t t, char out[WHEN_TIME])
{
	static const char *const days[] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char zone[8];
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		tm = (struct tm){.tm_year = 70, .tm_mday = 1,
		    .tm_wday = 4};
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(out, WHEN_TIME, "%s, %d %s %04d %02d:%02d:%02d %s",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, zone);
}
