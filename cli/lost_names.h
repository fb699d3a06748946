/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_LOST_NAMES_H
#define CLI_LOST_NAMES_H

#include "iso/tree.h"
#include "iso/write.h"

/**
 * lost_names_report - warn of what a reader of the image will not find: a line for all names that Joliet cuts or changes, and
 * one for all symbolic links that lead nowhere on it
 * @links: a drive for guests, who find nothing where these lead
 * @way:   the end of that line: what to do
 */
void lost_names_report(
	const struct tree *t, const struct iso_options *o, bool links, const char *way);

#endif
