/* arrow_dict: the dictionaries of an Arrow input, and what their indices mean at the moment.
 * SPDX-License-Identifier: MIT
 *
 * A stream may add to a dictionary (a delta) or replace it between record batches; a file may only
 * add. Several columns may share one. pawl's own dictionary of the column only ever grows, so that
 * an index once handed out keeps its meaning; the Arrow indices are translated.
 */
#ifndef IO_ARROW_DICT_H
#define IO_ARROW_DICT_H

#include "base/map.h"
#include "io/arrow_convert.h"

struct arrow_dict {
	struct arrow_meaning meaning;
	struct arrow_type type; /* of the values */
	int is_set;		/* a dictionary batch has come */
};

struct arrow_dicts {
	struct map ids; /* the 8 bytes of an id -> its place in items */
	struct arrow_dict *items;
	struct arrow_body body;
};

/* One for each dictionary that the schema speaks of. */
int arrow_dicts_init(struct arrow_dicts *d, const struct arrow_schema *s, struct err *e);
void arrow_dicts_release(struct arrow_dicts *d);
struct arrow_dict *arrow_dicts_find(const struct arrow_dicts *d, int64_t id); /* or NULL */

/* Takes in a message that is a dictionary batch. */
int arrow_dicts_add(struct arrow_dicts *d, struct arrow_message *m, int in_file, struct err *e);
/* Back to before the first dictionary batch; pawl's dictionaries stay. */
void arrow_dicts_rewind(struct arrow_dicts *d);

#endif
