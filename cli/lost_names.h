/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_LOST_NAMES_H
#define CLI_LOST_NAMES_H

#include "iso/tree.h"
#include "iso/write.h"

/**
 * lost_names_report - warns of names that a reader of the image will not find: one line for all names that Joliet cuts or
 * changes, and one for all symbolic links whose target is not in the image
 * @links: whether to report links; set for a seed drive, because its guest cannot follow them out of the image
 * @way:   the end of the line about links: what the user can do
 */
void lost_names_report(
	const struct tree *t, const struct iso_options *o, bool links, const char *way);

#endif
