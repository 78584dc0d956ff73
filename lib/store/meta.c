/* meta: the small change of MLflow's file store.
 * SPDX-License-Identifier: MIT
 */
#include "store/meta.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/yaml.h"

enum { META_CAP = 16 << 20 };

/* The code point at p (of which `len` bytes are taken), or -1 where it is no valid UTF-8. */
static int32_t meta_point(const char *text, size_t *len)
{
	static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	int32_t c;

	*len = 1;
	if (n == 1)
		return p[0];
	if (!n || p[0] > 0xf4)
		return -1;
	c = p[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	*len = n;
	return c;
}

/* What YAML 1.1 allows in single quotes on one line. */
static int meta_plain(const char *text)
{
	size_t n;

	for (; *text; text += n) {
		int32_t c = meta_point(text, &n);

		if (c < 32 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
			c == 0xfeff || c == 0xfffe || c == 0xffff)
			return 0;
	}
	return 1;
}

void meta_quote(struct buf *out, const char *text)
{
	size_t n;

	if (meta_plain(text)) {
		buf_addc(out, '\'');
		for (; *text; text++) {
			if (*text == '\'')
				buf_addc(out, '\'');
			buf_addc(out, *text);
		}
		buf_addc(out, '\'');
		return;
	}
	buf_addc(out, '"');
	for (; *text; text += n) {
		int32_t c = meta_point(text, &n);

		if (c < 0)
			c = 0xfffd;
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", (int)c);
		else if (c >= 32 && c < 0x7f)
			buf_addc(out, (char)c);
		else if (c > 0xffff)
			buf_addf(out, "\\U%08x", (unsigned)c);
		else
			buf_addf(out, "\\u%04x", (unsigned)c);
	}
	buf_addc(out, '"');
}

void meta_string(struct buf *out, const char *key, const char *value)
{
	buf_addf(out, "%s: ", key);
	if (value)
		meta_quote(out, value);
	else
		buf_adds(out, "null");
	buf_addc(out, '\n');
}

void meta_int(struct buf *out, const char *key, long long value)
{
	buf_addf(out, "%s: %lld\n", key, value);
}

json_t *meta_read(const char *path, struct err *e)
{
	struct buf text = BUF_INIT;
	struct yaml *yaml = NULL;
	json_t *value = NULL;

	if (file_read(path, META_CAP, &text, e) == 0)
		yaml = yaml_parse(text.data, text.len, path, e);
	if (yaml && yaml->kind == YAML_MAP)
		value = yaml_to_json(yaml);
	else if (yaml)
		err_set(e, ERR_DATA, "%s: not a map", path);
	yaml_free(yaml);
	buf_release(&text);
	return value;
}

/* Letters and digits for Python's \w. Beyond ASCII only blocks that hold nothing else. */
static int meta_is_word(int32_t c)
{
	static const int32_t letters[][2] = {{0xc0, 0xd6}, {0xd8, 0xf6}, {0xf8, 0x2af},
		{0x391, 0x3a1}, {0x3a3, 0x3f5}, {0x400, 0x481}, {0x48a, 0x52f}, {0x3041, 0x3096},
		{0x30a1, 0x30fa}, {0x4e00, 0x9fa5}, {0xac00, 0xd7a3}};

	if (c < 128)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		       c == '_';
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++)
		if (c >= letters[i][0] && c <= letters[i][1])
			return 1;
	return 0;
}

void meta_key(const char *text, char key[META_KEY])
{
	size_t at = 0, n;

	for (; *text; text += n) {
		int32_t c = meta_point(text, &n);
		int keep = c > 0 && (meta_is_word(c) || (c < 128 && strchr(".- :", (int)c)));

		if (at + (keep ? n : 1) > META_KEY - 1)
			break;
		if (keep)
			memcpy(key + at, text, n);
		else
			key[at] = '_';
		at += keep ? n : 1;
	}
	key[at] = 0;
	if (!at || strcmp(key, ".") == 0 || strcmp(key, "..") == 0) {
		key[0] = '_';
		key[1] = 0;
	}
}

size_t meta_fit(const char *text, size_t max)
{
	size_t at = 0, n;

	for (; max && text[at]; max--) {
		if (meta_point(text + at, &n) < 0)
			break;
		at += n;
	}
	return at;
}

char *meta_uri(const char *path, struct err *e)
{
	char *real = realpath(path, NULL);
	struct buf out = BUF_INIT;

	if (!real) {
		err_errno(e, "cannot find '%s'", path);
		return NULL;
	}
	buf_adds(&out, "file://");
	for (const char *p = real; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c < 128 && meta_is_word(c)) || strchr("/.-~", c))
			buf_addc(&out, (char)c);
		else
			buf_addf(&out, "%%%02X", c);
	}
	free(real);
	return buf_detach(&out);
}

static int meta_hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

char *meta_path(const char *uri)
{
	struct buf out = BUF_INIT;

	if (strncmp(uri, "file://", 7) != 0)
		return strstr(uri, ":/") || !*uri ? NULL : mem_strdup(uri);
	for (const char *p = uri + 7; *p; p++) {
		if (*p == '%' && meta_hex(p[1]) >= 0 && meta_hex(p[2]) >= 0) {
			buf_addc(&out, (char)(meta_hex(p[1]) * 16 + meta_hex(p[2])));
			p += 2;
		} else {
			buf_addc(&out, *p);
		}
	}
	return buf_detach(&out);
}

int64_t meta_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
