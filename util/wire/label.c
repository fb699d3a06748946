/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/label.h"

#include <stddef.h>
#include <string.h>

bool label_is_seed(const char *label)
{
	/* OpenStack's config drive and cloud-init's NoCloud, each in upper and lower case, as cloud-init accepts
	 * them. */
	static const char labels[][9] = { "config-2", "CONFIG-2", "cidata", "CIDATA" };
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (strcmp(label, labels[i]) == 0)
			return true;
	return false;
}
