/* file: reading files whole, and writing them so that nothing half-written is ever seen.
 * SPDX-License-Identifier: MIT
 *
 * An output `NAME` is written to `.NAME.part` beside it, which is opened and flock()ed before any
 * input is read; then fsynced and renamed. Two writers of one name queue. Whoever gets the lock
 * checks that the name still means the file it locked, and opens again where it does not. What a
 * killed run left is truncated and used by the next. The mode is 0666 less umask.
 *
 * The committed file's mtime is the time at which the process started (file_started), not that
 * of the rename: an orphan of a killed make, which commits after a parameter changed, leaves a
 * file that is older than the parameter's key, and make computes it again.
 *
 * What is not a regular file (/dev/full, a FIFO, /dev/null) is written directly; a symlink is
 * followed, so that it stays one; a directory is refused.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

struct outfile {
	int fd;	      /* write here; -1 once committed or discarded */
	char *path;   /* as named by the caller; "-" is stdout */
	char *target; /* what is renamed over: path with symlinks followed; NULL: written directly
		       */
	char *part;   /* DIR/.NAME.part, or NULL */
};

#define OUTFILE_INIT                                                                               \
	{                                                                                          \
		-1, NULL, NULL, NULL                                                               \
	}

/* Opens an output (path NULL or "-": stdout); waits for another writer of the same name. */
int outfile_open(struct outfile *o, const char *path, struct err *e);
/* fsync, mtime, rename; harmless fsync errors of pipes and devices are none. Releases o. */
int outfile_commit(struct outfile *o, struct err *e);
/* Removes the part file; the old output stays as it was. Harmless twice, and after a commit. */
void outfile_discard(struct outfile *o);
/* Removes the part file and gives the existing, intact output the mtime of this process. */
int outfile_keep(struct outfile *o, struct err *e);
int outfile_write(struct outfile *o, const void *bytes, size_t len, struct err *e);
/* Whether the target is a regular file or will be one (so that it can be read back or patched). */
int outfile_regular(const struct outfile *o);

/* When this process started to work: asked for first thing in main, remembered. */
struct timespec file_started(void);

/* One call: a whole small file, written atomically. */
int file_write(const char *path, const void *bytes, size_t len, struct err *e);

/* Appends all that is there to *out, with a NUL behind it; more than cap bytes are ERR_DATA. What
 * was appended before a failure stays: the caller releases. `name` is for messages. */
int file_read(const char *path, size_t cap, struct buf *out, struct err *e);
int file_read_fd(int fd, const char *name, size_t cap, struct buf *out, struct err *e);
int file_exists(const char *path);
int file_mkdirs(const char *path, struct err *e); /* like mkdir -p */
/* sha256 of a file's bytes; exit 4 where it changed while it was read. */
int file_sha256(const char *path, char hex[SHA256_HEX], struct err *e);
/* Whether two stats of one file show the same content: device, inode, size, mtime, ctime. */
int file_same(const struct stat *a, const struct stat *b);
/* Whether two outputs (NULL or "-": stdout), which may not exist yet, are one regular file: then
 * the lock of the second would never come. */
int file_alias(const char *a, const char *b);

/* DIR/NAME in fresh memory; the part of a path behind the last slash (borrowed); fresh dirname. */
char *file_join(const char *dir, const char *name);
const char *file_name(const char *path);
char *file_dir(const char *path);

#endif
