/* audit: who moved what when, and why: the append-only history of a model in the registry.
 * SPDX-License-Identifier: MIT
 *
 * models/NAME/history.jsonl, one canonical JSON object a line:
 *   time      "2026-11-21T05:06:07.089Z"        who       "user@host"
 *   event     register | first | promote | keep | alias | rollback | delete | outside
 *   version   what it is about                  alias     which one moved, or null
 *   from, to  version numbers, or null          why       a phrase
 *   aliases   {alias: version}, all of them, after the event
 *   inputs    {role: sha256} that a decision was made on
 *   previous  sha256 of the line before without its newline (of the first line: 64 zeros)
 * so that a line that was edited or taken out shows. The line is written before the aliases are:
 * what a killed process did not finish, the next one does. A line without its newline was cut by
 * a full disk or a power cut before anything was done about it: it is none.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

#define AUDIT_FILE "history.jsonl"

/* Appends an event (borrowed; time, who and previous are added) and syncs it to the disk. The
 * caller holds the registry's lock. */
int audit_append(const char *dir, const json_t *event, struct err *e);

/* All events, oldest first (a new array, empty where there is no history); NULL on failure. *broken
 * is the number from 1 of the first line that does not fit the one before, or 0. */
json_t *audit_read(const char *dir, size_t *broken, struct err *e);

/* Fills *e for a history whose line (from 1) does not follow from the one before; returns -1. */
int audit_broken(const char *dir, size_t line, struct err *e);

#endif
