/* audit: the append-only history of a model in the registry.
 * SPDX-License-Identifier: MIT
 */
#include "store/audit.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/place.h"

enum { AUDIT_CAP = 256 << 20 };

static const char *const zeros = "0000000000000000000000000000000000000000000000000000000000000000";

static json_t *audit_time(void)
{
	struct timespec now;
	struct tm tm;
	char text[64];
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%03dZ", (int)(now.tv_nsec / 1000000));
	return json_string(text);
}

static json_t *audit_who(void)
{
	struct passwd entry, *found = NULL;
	char room[4096], host[256] = "", *who;
	json_t *value;

	gethostname(host, sizeof(host) - 1);
	if (getpwuid_r(geteuid(), &entry, room, sizeof(room), &found) == 0 && found)
		who = mem_printf("%s@%s", found->pw_name, host);
	else
		who = mem_printf("%u@%s", (unsigned)geteuid(), host);
	value = json_text(who, strlen(who));
	free(who);
	return value;
}

/* The length of the lines that are whole. What comes behind was never written to its end, and what
 * it announced was never done: it is no line. */
static size_t audit_whole(const struct buf *text)
{
	size_t whole = text->len;

	while (whole && text->data[whole - 1] != '\n')
		whole--;
	return whole;
}

/* Else the next line would be appended to the rest of the one that was cut. */
static int audit_mend(const char *path, struct buf *text, struct err *e)
{
	size_t whole = audit_whole(text);

	if (whole == text->len)
		return 0;
	if (truncate(path, (off_t)whole) < 0)
		return err_errno(e, "cannot mend '%s'", path);
	text->len = whole;
	text->data[whole] = 0;
	return 0;
}

int audit_append(const char *dir, const json_t *event, struct err *e)
{
	char *path = file_join(dir, AUDIT_FILE), hex[SHA256_HEX];
	struct buf text = BUF_INIT, line = BUF_INIT;
	json_t *full = json_copy((json_t *)(uintptr_t)event);
	int rc = -1, is_new = !file_exists(path);

	memcpy(hex, zeros, sizeof(hex));
	if (!is_new && (file_read(path, AUDIT_CAP, &text, e) < 0 || audit_mend(path, &text, e) < 0))
		goto end;
	if (text.len) {
		size_t start = text.len - 1;

		while (start && text.data[start - 1] != '\n')
			start--;
		sha256_of(text.data + start, text.len - 1 - start, hex);
	}
	json_object_set_new(full, "previous", json_string(hex));
	json_object_set_new(full, "time", audit_time());
	json_object_set_new(full, "who", audit_who());
	json_canonical(full, &line);
	buf_addc(&line, '\n');
	rc = place_append(path, line.data, line.len, e);
	if (rc == 0 && is_new)
		rc = place_fsync(dir, e);
end:
	json_decref(full);
	buf_release(&text);
	buf_release(&line);
	free(path);
	return rc;
}

int audit_broken(const char *dir, size_t line, struct err *e)
{
	return err_set(e, ERR_DATA,
		"%s/%s:%zu: the history was edited: this line does not follow from the one before",
		dir, AUDIT_FILE, line);
}

json_t *audit_read(const char *dir, size_t *broken, struct err *e)
{
	char *path = file_join(dir, AUDIT_FILE), hex[SHA256_HEX];
	struct buf text = BUF_INIT;
	json_t *events = json_array();
	size_t line = 1, whole;

	*broken = 0;
	memcpy(hex, zeros, sizeof(hex));
	if (file_exists(path) && file_read(path, AUDIT_CAP, &text, e) < 0) {
		json_decref(events);
		events = NULL;
	}
	whole = audit_whole(&text);
	for (char *p = text.data, *end; events && p < text.data + whole; p = end + 1, line++) {
		struct err why = ERR_INIT;
		json_t *event;

		end = memchr(p, '\n', text.len - (size_t)(p - text.data));
		event = json_parse(p, (size_t)(end - p), path, &why);
		if (!*broken && (!json_is_object(event) ||
					strcmp(json_str(event, "previous", ""), hex) != 0))
			*broken = line;
		if (json_is_object(event))
			json_array_append(events, event);
		json_decref(event);
		sha256_of(p, (size_t)(end - p), hex);
	}
	buf_release(&text);
	free(path);
	return events;
}
