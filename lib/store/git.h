/* git: the commit that a working directory is at.
 * SPDX-License-Identifier: MIT
 */
#ifndef STORE_GIT_H
#define STORE_GIT_H

/* Reads .git upward from the working directory, without starting git. 40 or 64 hexadecimal digits
 * (malloced), or NULL where there is no repository, no commit yet, or another way to keep refs. */
char *git_commit(void);

/* The branch (malloced), or NULL. */
char *git_branch(void);

/* 1: tracked files differ from the commit, 0: they do not, -1: unknown. Runs `git status`. */
int git_dirty(void);

#endif
