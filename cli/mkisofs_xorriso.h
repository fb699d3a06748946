/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_XORRISO_H
#define CLI_MKISOFS_XORRISO_H

#include "cli/mkisofs_args.h"
#include "cli/mkisofs_words.h"

/* What a command line of xorriso has around the words of mkisofs: `xorriso -as mkisofs ... -- COMMAND...`. */

/**
 * mkisofs_take_as - takes `-as NAME`, and the commands of xorriso before it, from the beginning of the line
 *
 * After it the options are NAME's, and the defaults are xorriso's. They are also xorriso's if this program is called
 * xorrisofs.
 * Returns: 0, also if there is no `-as`; -ENOTSUP: NAME is not one of mkisofs's names; -EINVAL: it is missing.
 */
int mkisofs_take_as(struct mkisofs_args *a, struct mkisofs_words *w, struct fault *f);

/** mkisofs_take_command - takes a command of xorriso after `--`. Returns: 0, or -ENOTSUP. */
int mkisofs_take_command(const char *word, struct fault *f);

#endif
