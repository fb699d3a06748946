/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_OPTIONS_H
#define CLI_MKISOFS_OPTIONS_H

#include <getopt.h>

/* What getopt_long_only() gives for an option that has no letter. */
enum {
	OPT_REFUSE = 256,
	OPT_ACCEPT,
	OPT_PUBLISHER,
	OPT_QUIET,
	OPT_LOWERCASE,
	OPT_RELAXED,
	OPT_LONGEST,
	OPT_ISO_LEVEL,
	OPT_JOLIET_LONG,
	OPT_CHARSET,
	OPT_GRAFT,
	OPT_SYSID,
	OPT_VOLSET,
	OPT_NOROCK,
	OPT_ALIGN,
	OPT_VERSION,
	OPT_HELP,
};

/* genisoimage's letters. The dash: words that are no options come in their place; the colon: a value that
 * is missing is told from an option that is unknown. */
#define MKISOFS_LETTERS "-:A:b:B:c:C:dDe:fgG:hH:i:JlLm:M:No:p:P:rRs:TUvV:x:z"

/*
 * All of genisoimage's long options, also those that are refused: what may be abbreviated depends on
 * the others. Behind them those of xorrisofs that callers in the field use.
 */
extern const struct option mkisofs_options[];

#endif
