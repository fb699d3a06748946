/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_NAMES_H
#define ISO_NAMES_H

#include <stdbool.h>

/*
 * How much of a file's name its plain ISO 9660 name keeps. With level 1 and all other members false, names have the 8.3
 * form of ECMA-119. genisoimage's options -ldots and -allow-multidot have no member here, because libisofs leaves no
 * choice: it always keeps a leading dot if names may have 31 characters, and it keeps more than one dot only with
 * @relaxed.
 */
struct iso_names {
	unsigned level;    /* 1 to 3; 4 adds a tree of ISO 9660:1999 */
	bool full;         /* up to 31 characters */
	bool longest;      /* up to 37 characters */
	bool lowercase;    /* lower-case letters are not converted to capitals */
	bool relaxed;      /* all characters of 7-bit ASCII are kept */
	bool untranslated; /* the name is written unchanged */
	bool no_version;   /* no ";1" is appended */
	bool no_period;    /* no dot is appended to a name without an extension */
};

#endif
