/*
 * siteurl: the address of a site as people write it, in a field or in a text:
 *
 *	<http://www.example.jp/a>             http://www.example.jp/a
 *	ｈｔｔｐ：／／ｗｗｗ．example．jp／       http://www.example.jp/
 *	http://日本語.jp/に穴があります        http://日本語.jp/
 */
#ifndef SITEURL_H
#define SITEURL_H

/*
 * The value of a field, brackets and quotes around it off, full-width letters
 * as ASCII where it is an address only so.  NULL where addr_origin() makes no
 * site of it; without a scheme, a host that is not ASCII has to end in a public
 * suffix.  To be freed.
 */
char *siteurl_clean(const char *value);

/*
 * The first http: or https: address in a text, or "".  Its host has a dot or is
 * an IP address; one that is not ASCII ends in a public suffix, and where words
 * follow it without a blank, it ends before them.  What follows the host is
 * ASCII.  To be freed.
 */
char *siteurl_first(const char *text);

#endif
