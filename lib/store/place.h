/* place: putting small files and whole directories where other programs read them at any time.
 * SPDX-License-Identifier: MIT
 *
 * For records: renamed, but not fsynced, unlike artifacts (base/file.h): after a power cut a
 * record may be missing, never the work. A holder of the lock that guards the directory writes.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stddef.h>

#include "base/err.h"

/* Writes DIR/NAME through the plain file DIR/.put and rename; NAME may be in a directory below
 * DIR ("tags/x"), where no temporary may ever lie. */
int place_file(const char *dir, const char *name, const void *bytes, size_t len, struct err *e);

/* The same, and it is on the disk when it returns: for the registry. */
int place_safe(const char *dir, const char *name, const void *bytes, size_t len, struct err *e);

/* fsync of a file or of a directory (not of what is in it). */
int place_fsync(const char *path, struct err *e);

/* fsync of every file in a directory, of the directory, and of those below. */
int place_sync(const char *dir, struct err *e);

/* Writes PATH directly: for directories that nobody sees yet. */
int place_new(const char *path, const void *bytes, size_t len, struct err *e);

/* Appends one whole line, which is on the disk when it returns; nothing of it on failure. */
int place_append(const char *path, const char *line, size_t len, struct err *e);

/* A copy of a file, on the disk when it returns; sharing its blocks where the file system can. */
int place_copy(const char *from, const char *to, struct err *e);

/* Removes a file or a directory with all that is in it; one that does not exist is fine. */
int place_remove(const char *path, struct err *e);

/* Makes sure that PATH is a directory, and removes what is in it. */
int place_empty(const char *path, struct err *e);

/* Renames a directory to its final name. 1: something of that name is there already (`from` is
 * removed), 0: done, -1: failure. */
int place_dir(const char *from, const char *to, struct err *e);

/* The names in a directory, sorted by bytes, "." and ".." left out; *n = 0 where there is none.
 * The caller frees with place_names_free(). */
char **place_names(const char *path, size_t *n, struct err *e);
void place_names_free(char **names, size_t n);

#endif
