/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/json_print.h"

void json_print(json_object *object, FILE *to)
{
	fprintf(to, "%s\n",
		json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}
