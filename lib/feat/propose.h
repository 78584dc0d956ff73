/* propose: guesses a pipeline from a survey of the raw data: contract, feature rules, parameters.
 * Each guess comes with its reason, which is written behind it as a comment and told to the person.
 * SPDX-License-Identifier: MIT
 */
#ifndef FEAT_PROPOSE_H
#define FEAT_PROPOSE_H

#include "base/buf.h"
#include "base/err.h"
#include "feat/survey.h"
#include "io/contract.h"

enum propose_role {
	PROPOSE_FEATURE,
	PROPOSE_KEY,
	PROPOSE_TARGET,
	PROPOSE_ID,	  /* names a row: says nothing of other rows */
	PROPOSE_CONSTANT, /* one value, or none at all */
	PROPOSE_TEXT,	  /* free text */
	PROPOSE_TIME,	  /* when the row happened */
};

struct proposal {
	const struct survey *survey; /* borrowed */
	const char *key;	     /* borrowed; NULL: rows have no key */
	size_t target;		     /* or SCHEMA_NONE */
	enum propose_role *roles;    /* [survey->schema.n] */
	char **reasons;		     /* [n] why, or NULL */
	int classification;
	char *positive; /* of two classes the one to find; NULL else */
	const char *positive_reason;
	char *task_reason;
	const char *split; /* hash, time, position */
	char *split_reason;
	size_t time;	    /* the column of a split by time, or SCHEMA_NONE */
	struct buf remarks; /* lines for the person */
};

struct propose_options {
	const char *target;	  /* NULL: only a contract is wanted */
	const char *key;	  /* or NULL: guessed */
	int ordered;		  /* the rows are in time order: split by position */
	const char *const *nulls; /* NULL-ended, or NULL */
};

/* ERR_DATA: no such target or key, a target of one value or of too many texts, a key that repeats.
 */
int propose(
	struct proposal *p, const struct survey *s, const struct propose_options *o, struct err *e);
void proposal_release(struct proposal *p); /* harmless on a zeroed struct */

/* schema.yaml as a draft; the caller frees it with contract_free(). */
struct contract *propose_contract(const struct proposal *p, const struct propose_options *o);
/* The text of features.yaml and pawl.yaml. */
void propose_features(const struct proposal *p, struct buf *out);
void propose_parameters(const struct proposal *p, struct buf *out);

#endif
