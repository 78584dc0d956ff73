/* keys: what make depends on instead of raw files and configuration.
 * SPDX-License-Identifier: MIT
 */
#include "store/keys.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/ask.h"
#include "store/lock.h"
#include "store/place.h"
#include "store/stamp.h"
#include "store/words.h"

enum { KEYS_CAP = 64 << 20 };

enum key_kind { KEY_RAW, KEY_LIST, KEY_VALUE, KEY_STEP };

struct key {
	enum key_kind kind;
	char *name;
	struct words words; /* files, patterns, or a tool and its arguments */
	struct buf text;    /* what the key file is to hold */
	char *print;	    /* of a step: all that its text depends on */
	int settled;
	struct ask ask;
};

struct keys {
	char *dir, *tools;
	int lock;
	struct key *items;
	size_t n, cap;
	json_t *old, *cache; /* {"files":{path:[stamp,sha256]},"steps":{name:[print,text]}} */
	struct buf said;
};

static json_t *keys_cache_new(void)
{
	json_t *cache = json_object();

	json_object_set_new(cache, "files", json_object());
	json_object_set_new(cache, "steps", json_object());
	return cache;
}

/* A cache that cannot be read is none. */
static json_t *keys_cache_read(const char *dir)
{
	struct err unused = ERR_INIT;
	char *path = file_join(dir, "cache");
	json_t *cache = file_exists(path) ? json_read(path, &unused) : NULL;

	free(path);
	return cache ? cache : json_object();
}

/* What a killed sync left: the temporary is written again under the lock, or not needed. */
struct keys *keys_open(const char *dir, const char *tools, struct err *e)
{
	struct keys *k = mem_new(1, sizeof(*k));
	char *lock = file_join(dir, ".lock"), *part = file_join(dir, ".put");

	k->dir = mem_strdup(dir);
	k->tools = mem_strdup(tools);
	k->said = (struct buf)BUF_INIT;
	k->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (k->lock < 0 && errno == ENOENT) {
		if (file_mkdirs(dir, e) < 0)
			goto fail;
		k->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	}
	if (k->lock < 0 || lock_flock(k->lock) < 0) {
		err_errno(e, "cannot lock '%s'", lock);
		goto fail;
	}
	unlink(part);
	k->old = keys_cache_read(dir);
	k->cache = keys_cache_new();
	free(lock);
	free(part);
	return k;
fail:
	free(lock);
	free(part);
	keys_free(k);
	return NULL;
}

void keys_free(struct keys *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n; i++) {
		ask_stop(&k->items[i].ask);
		free(k->items[i].name);
		free(k->items[i].print);
		words_release(&k->items[i].words);
		buf_release(&k->items[i].text);
	}
	free(k->items);
	json_decref(k->old);
	json_decref(k->cache);
	buf_release(&k->said);
	if (k->lock >= 0)
		close(k->lock);
	free(k->dir);
	free(k->tools);
	free(k);
}

const char *keys_said(const struct keys *k)
{
	return k->said.data;
}

/* The length of NAME in "NAME=...", or 0. */
static size_t key_name_len(const char *text)
{
	size_t n =
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

	return n && n <= 200 && text[n] == '=' && text[0] != '.' ? n : 0;
}

static struct key *keys_add(struct keys *k, enum key_kind kind, const char *name, size_t len)
{
	struct key *key;

	MEM_ROOM(k->items, k->n, k->cap);
	key = &k->items[k->n++];
	*key = (struct key){.kind = kind,
		.ask = ASK_INIT,
		.words = WORDS_INIT,
		.text = BUF_INIT,
		.name = mem_strndup(name, len)};
	return key;
}

static int keys_taken(struct keys *k, const char *name, size_t len, struct err *e)
{
	for (size_t i = 0; i < k->n; i++)
		if (strlen(k->items[i].name) == len && memcmp(k->items[i].name, name, len) == 0)
			return err_set(e, ERR_USAGE, "two keys are called '%.*s'", (int)len, name);
	return 0;
}

/* The words of a raw key are its paths; they are not split. */
int keys_raw(struct keys *k, const char *text, struct err *e)
{
	size_t n = key_name_len(text);
	const char *name = n ? text : "raw", *path = n ? text + n + 1 : text;
	struct words one = WORDS_INIT;
	struct key *key = NULL;

	n = n ? n : 3;
	if (!*path)
		return err_set(e, ERR_USAGE, "the raw file of '%s' has no name", text);
	for (size_t i = 0; i < k->n; i++)
		if (k->items[i].kind == KEY_RAW && strlen(k->items[i].name) == n &&
			memcmp(k->items[i].name, name, n) == 0)
			key = &k->items[i];
	if (!key) {
		if (keys_taken(k, name, n, e) < 0)
			return -1;
		key = keys_add(k, KEY_RAW, name, n);
	}
	one = key->words;
	one.items = mem_grow(one.items, one.n + 2, sizeof(*one.items));
	one.items[one.n++] = mem_strdup(path);
	one.items[one.n] = NULL;
	key->words = one;
	return 0;
}

static int keys_named(struct keys *k, enum key_kind kind, const char *text, struct err *e)
{
	size_t n = key_name_len(text);

	if (!n)
		return err_set(e, ERR_USAGE, "'%s' is not NAME=...", text);
	if (keys_taken(k, text, n, e) < 0)
		return -1;
	if (kind == KEY_VALUE) {
		buf_addf(&keys_add(k, kind, text, n)->text, "%s\n", text + n + 1);
		return 0;
	}
	return words_split(&keys_add(k, kind, text, n)->words, text + n + 1, e);
}

int keys_list(struct keys *k, const char *text, struct err *e)
{
	return keys_named(k, KEY_LIST, text, e);
}

int keys_value(struct keys *k, const char *text, struct err *e)
{
	return keys_named(k, KEY_VALUE, text, e);
}

int keys_step(struct keys *k, const char *text, struct err *e)
{
	size_t n = key_name_len(text), len;
	const char *rest = n ? text + n + 1 : text + strspn(text, " \t\n");
	struct key *key;

	len = n ? n : strcspn(rest, " \t\n");
	if (keys_taken(k, n ? text : rest, len, e) < 0)
		return -1;
	key = keys_add(k, KEY_STEP, n ? text : rest, len);
	if (words_split(&key->words, rest, e) < 0)
		return -1;
	if (!key->words.n)
		return err_set(e, ERR_USAGE, "the step '%s' names no tool", text);
	for (const char *p = key->words.items[0]; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '-')
			return err_set(e, ERR_USAGE, "'%s' is no tool", key->words.items[0]);
	return 0;
}

/* ---- files */

/* sha256 of a file, from the cache where its stamp is the same. */
static int keys_hash(struct keys *k, const char *path, char hex[SHA256_HEX], struct err *e)
{
	json_t *old = json_object_get(json_object_get(k->old, "files"), path);
	const char *known = json_string_value(json_array_get(old, 1));
	const char *before = json_string_value(json_array_get(old, 0));
	struct buf stamp = BUF_INIT;
	struct stat st, after;
	int settled = 1, rc = -1;

	if (stat(path, &st) < 0)
		return err_errno(e, "cannot read '%s'", path);
	stamp_print(&stamp, &st);
	if (known && before && strlen(known) == SHA256_HEX - 1 && strcmp(before, stamp.data) == 0) {
		memcpy(hex, known, SHA256_HEX);
	} else {
		if (stamp_settle(path, &st, &settled, e) < 0 || file_sha256(path, hex, e) < 0)
			goto end;
		settled = settled && stat(path, &after) == 0 && file_same(&st, &after);
		buf_reset(&stamp);
		stamp_print(&stamp, &st);
	}
	if (settled) {
		json_t *now = json_array();

		json_array_append_new(now, json_string(stamp.data));
		json_array_append_new(now, json_string(hex));
		json_object_set_new(json_object_get(k->cache, "files"), path, now);
	}
	rc = 0;
end:
	buf_release(&stamp);
	return rc;
}

static int keys_do_raw(struct keys *k, struct key *key, struct err *e)
{
	char hex[SHA256_HEX];

	for (size_t i = 0; i < key->words.n; i++) {
		if (keys_hash(k, key->words.items[i], hex, e) < 0)
			return -1;
		buf_addf(&key->text, "%s\n", hex);
	}
	return 0;
}

static int keys_do_list(struct keys *k, struct key *key, struct err *e)
{
	char hex[SHA256_HEX];

	for (size_t i = 0; i < key->words.n; i++) {
		const char *word = key->words.items[i];
		glob_t found = {0};
		int rc = key->words.literal[i] ? GLOB_NOMATCH : glob(word, 0, NULL, &found);
		size_t n = rc == 0 ? found.gl_pathc : 1;

		for (size_t j = 0; j < n; j++) {
			const char *path = rc == 0 ? found.gl_pathv[j] : word;

			if (keys_hash(k, path, hex, e) < 0) {
				globfree(&found);
				return -1;
			}
			buf_addf(&key->text, "%s  %s\n", hex, path);
		}
		globfree(&found);
	}
	return 0;
}

/* ---- steps */

/* Appends the path's stamp where it is a regular file. */
static void keys_print_file(struct buf *out, const char *path, int settle, int *settled)
{
	struct err unused = ERR_INIT;
	struct stat st;
	int one = 1;

	if (!*path || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	if (settle && stamp_settle(path, &st, &one, &unused) < 0)
		one = 0;
	*settled = *settled && one;
	buf_addc(out, '@');
	stamp_print(out, &st);
}

/* All that the output of a step's --params depends on; the caller frees. */
static char *keys_print(const struct keys *k, const struct key *key, int settle, int *settled)
{
	const char *set = getenv("PAWL_SET");
	char *tool = file_join(k->tools, key->words.items[0]);
	struct buf out = BUF_INIT;

	*settled = 1;
	keys_print_file(&out, tool, settle, settled);
	for (size_t i = 0; i < key->words.n; i++) {
		const char *word = key->words.items[i], *value = word;

		if (word[0] == '-' && word[1] == '-')
			value = strchr(word, '=') ? strchr(word, '=') + 1 : "";
		else if (word[0] == '-' && word[1])
			value = word + 2;
		buf_addf(&out, "\n%s", word);
		keys_print_file(&out, value, settle, settled);
	}
	buf_addf(&out, "\n%s", set ? set : "");
	free(tool);
	return buf_detach(&out);
}

/* From the cache, or a process whose output keys_collect() takes. */
static int keys_start(struct keys *k, struct key *key, struct err *e)
{
	json_t *old = json_object_get(json_object_get(k->old, "steps"), key->name);
	const char *print = json_string_value(json_array_get(old, 0));
	const char *text = json_string_value(json_array_get(old, 1));
	char *path, **argv;
	int rc;

	key->print = keys_print(k, key, 0, &key->settled);
	if (print && text && strcmp(print, key->print) == 0) {
		buf_adds(&key->text, text);
		return 0;
	}
	free(key->print);
	key->print = keys_print(k, key, 1, &key->settled);
	path = file_join(k->tools, key->words.items[0]);
	argv = mem_new(key->words.n + 2, sizeof(*argv));
	for (size_t i = 0; i < key->words.n; i++)
		argv[i] = key->words.items[i];
	argv[key->words.n] = (char[]){"--params"};
	rc = ask_start(&key->ask, path, argv, e);
	free(argv);
	free(path);
	return rc;
}

static int keys_collect(struct keys *k, struct key *key, struct err *e)
{
	char *print;
	int still;

	if (!key->ask.pid)
		return 0;
	if (ask_end(&key->ask, key->words.items[0], &key->text, &k->said, e) < 0)
		return -1;
	print = keys_print(k, key, 0, &still);
	if (strcmp(print, key->print) != 0)
		key->settled = 0; /* something changed meanwhile: ask again next time */
	free(print);
	return 0;
}

static void keys_remember(struct keys *k, const struct key *key)
{
	json_t *now = json_array();

	json_array_append_new(now, json_text(key->print, strlen(key->print)));
	json_array_append_new(now, json_text(key->text.data, key->text.len));
	json_object_set_new(json_object_get(k->cache, "steps"), key->name, now);
}

/* ---- all */

/* Writes NAME where it has other content. Its mtime is the exact time of this moment and not that
 * of the process: whoever read the configuration before it changed has an older one. */
static int keys_put(struct keys *k, const char *name, const struct buf *text, struct err *e)
{
	char *path = file_join(k->dir, name), *part = file_join(k->dir, ".put");
	struct err unused = ERR_INIT;
	struct buf old = BUF_INIT;
	struct timespec times[2];
	int rc = 0;

	if (file_read(path, KEYS_CAP, &old, &unused) < 0 || old.len != text->len ||
		memcmp(old.data, text->data, old.len) != 0) {
		rc = place_new(part, text->data, text->len, e);
		clock_gettime(CLOCK_REALTIME, &times[0]);
		times[1] = times[0];
		if (rc == 0 && (utimensat(AT_FDCWD, part, times, 0) < 0 || rename(part, path) < 0))
			rc = err_errno(e, "cannot write '%s'", path);
		if (rc < 0)
			unlink(part);
	}
	buf_release(&old);
	free(part);
	free(path);
	return rc;
}

static int keys_put_all(struct keys *k, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < k->n; i++) {
		const struct key *key = &k->items[i];
		char *name = mem_printf("%s.key", key->name);

		rc = keys_put(k, name, &key->text, e);
		free(name);
		if (key->kind == KEY_STEP && key->settled)
			keys_remember(k, key);
	}
	json_canonical(k->cache, &text);
	if (rc == 0)
		rc = keys_put(k, "cache", &text, e);
	buf_release(&text);
	return rc;
}

int keys_commit(struct keys *k, struct err *e)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->items[i].kind == KEY_STEP && keys_start(k, &k->items[i], e) < 0)
			return -1;
	for (size_t i = 0; i < k->n; i++) {
		struct key *key = &k->items[i];

		if ((key->kind == KEY_RAW && keys_do_raw(k, key, e) < 0) ||
			(key->kind == KEY_LIST && keys_do_list(k, key, e) < 0) ||
			(key->kind == KEY_STEP && keys_collect(k, key, e) < 0))
			return -1;
	}
	return keys_put_all(k, e);
}
