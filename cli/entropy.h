/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_ENTROPY_H
#define CLI_ENTROPY_H

#include <json-c/json.h>
#include <stdio.h>

#include "seed/draw.h"

/** entropy_json - the claim and all that it rests on, so that a reader can redo the sum. */
json_object *entropy_json(const struct seed *s, uint32_t asked_bits);

/** entropy_drawn_json - the same where no record was made: what was drawn, and nothing that is claimed. */
json_object *entropy_drawn_json(const struct seed *s, uint32_t asked_bits);

/** entropy_print - the same for people, a line a source. */
void entropy_print(const struct seed *s, FILE *to);

#endif
