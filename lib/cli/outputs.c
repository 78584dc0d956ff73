/* outputs: no output of a command is one of its inputs, nor another of its outputs.
 * SPDX-License-Identifier: MIT
 */
#include "cli/outputs.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

/* A file that the command line names, or NULL: "-" and what is not given are none. */
static const char *outputs_file(const struct opt_set *set, const struct opt *o)
{
	const char *const *value = (const void *)((const char *)set->values + o->offset);

	if (o->kind != OPT_STRING || !*value || !**value || strcmp(*value, "-") == 0)
		return NULL;
	return *value;
}

/* Only a regular file that exists can be lost. */
static int outputs_is(const char *output, const char *input)
{
	struct stat out, in;

	return stat(output, &out) == 0 && S_ISREG(out.st_mode) &&
	       (input ? stat(input, &in) : fstat(0, &in)) == 0 && in.st_dev == out.st_dev &&
	       in.st_ino == out.st_ino;
}

static int outputs_read(const char *output, struct err *e)
{
	return err_set(e, ERR_USAGE, "'%s' is read: the output must be another file", output);
}

/* One output against all options: of two outputs that are one, `i` comes first. */
static int outputs_options(const struct opt_set *sets, size_t nsets, const struct opt *output,
	const char *path, struct err *e)
{
	int later = 0;

	for (size_t i = 0; i < nsets; i++) {
		for (const struct opt *o = sets[i].opts; o->name || o->kind == OPT_GROUP; o++) {
			const char *file = outputs_file(&sets[i], o);

			later |= o == output;
			if (!file || o == output)
				continue;
			if (o->flags & OPT_WRITES ? later && file_alias(path, file)
						  : outputs_is(path, file))
				return o->flags & OPT_WRITES
					       ? err_set(e, ERR_USAGE,
							 "--%s and --%s are one file, '%s'",
							 output->name, o->name, path)
					       : outputs_read(path, e);
		}
	}
	return 0;
}

static int outputs_one(const struct run *r, const struct opt_set *sets, size_t nsets,
	const struct opt *output, const char *path, struct err *e)
{
	if (outputs_options(sets, nsets, output, path, e) < 0)
		return -1;
	for (int i = 0; i < r->noperands; i++)
		if (outputs_is(path, r->operands[i]))
			return outputs_read(path, e);
	if (outputs_is(path, NULL) || (r->config && outputs_is(path, r->config)))
		return outputs_read(path, e);
	return 0;
}

int outputs_check(const struct run *r, const struct opt_set *sets, size_t nsets, struct err *e)
{
	for (size_t i = 0; i < nsets; i++) {
		for (const struct opt *o = sets[i].opts; o->name || o->kind == OPT_GROUP; o++) {
			const char *path = outputs_file(&sets[i], o);

			if (path && o->flags & OPT_WRITES &&
				outputs_one(r, sets, nsets, o, path, e) < 0)
				return -1;
		}
	}
	return 0;
}
