/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_NAMES_H
#define ISO_NAMES_H

#include <stdbool.h>

/*
 * How much of a file's name its plain ISO 9660 name keeps. All false and level 1 is ECMA-119's 8.3.
 * libisofs always keeps a dot in the beginning where a name may have 31 characters, and more dots than one only where
 * all of 7-bit ASCII is kept; what genisoimage decides with -ldots and -allow-multidot is not asked for here.
 */
struct iso_names {
	unsigned level;    /* 1 to 3; 4: ISO 9660:1999 as well */
	bool full;         /* 31 characters */
	bool longest;      /* 37 characters */
	bool lowercase;    /* as they are */
	bool relaxed;      /* all of 7-bit ASCII */
	bool untranslated; /* the name as it is, whatever it is */
	bool no_version;   /* without ;1 */
	bool no_period;    /* without a dot where there is nothing behind it */
};

#endif
