/* crontab: a command as a line of crontab(5). SPDX-License-Identifier: MIT
 */
#include "store/crontab.h"

#include <string.h>

#define CRONTAB_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

int crontab_schedule(const char *text, struct err *e)
{
	static const char *const named[] = {"@hourly", "@daily", "@midnight", "@weekly", "@monthly",
		"@yearly", "@annually", "@reboot", NULL};
	int fields = 0;

	for (const char *const *p = named; *p; p++)
		if (strcmp(*p, text) == 0)
			return 0;
	for (const char *p = text; *p; p += strspn(p, " ")) {
		size_t n = strspn(p, "0123456789*-,/" CRONTAB_LETTERS);

		fields++;
		if (!n || (p[n] && p[n] != ' '))
			return err_set(e, ERR_USAGE,
				"--schedule: '%s' is no schedule of cron, as '17 * * * *'", text);
		p += n;
	}
	if (fields == 5)
		return 0;
	return err_set(e, ERR_USAGE, "--schedule: '%s' has %d fields, cron wants 5", text, fields);
}

static int crontab_word(struct buf *out, const char *word, struct err *e)
{
	size_t plain = strspn(word, CRONTAB_LETTERS "0123456789_./:=,+-@%");
	int quote = !*word || word[plain];

	if (strpbrk(word, "\r\n"))
		return err_set(e, ERR_USAGE, "'%s' has a line end: cron cannot hold it", word);
	if (quote)
		buf_addc(out, '\'');
	for (const char *p = word; *p; p++) {
		if (*p == '\'')
			buf_adds(out, "'\\''");
		else if (*p == '%' && quote)
			buf_adds(out, "'\\%'"); /* cron takes the backslash away */
		else if (*p == '%')
			buf_adds(out, "\\%");
		else
			buf_addc(out, *p);
	}
	if (quote)
		buf_addc(out, '\'');
	return 0;
}

int crontab_line(
	struct buf *out, const char *schedule, const char *const *words, size_t n, struct err *e)
{
	buf_adds(out, schedule);
	for (size_t i = 0; i < n; i++) {
		buf_addc(out, ' ');
		if (crontab_word(out, words[i], e) < 0)
			return -1;
	}
	buf_addc(out, '\n');
	return 0;
}
