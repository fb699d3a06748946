/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_ENTROPY_H
#define CLI_ENTROPY_H

#include <json-c/json.h>
#include <stdio.h>

#include "cli/options.h"
#include "seed/draw.h"

/**
 * entropy_begin - start to draw a seed
 * Returns: -1 to go on, else an exit status; seed_clear() in either case.
 */
int entropy_begin(struct seed *s, const struct entropy_options *o);

/**
 * entropy_end - wait for the seed, and judge whether it is what was asked for
 * Says on standard error what failed: a warning where the rest suffices, one line that names every
 * source where it does not.
 * Returns: -1 to go on with @s, else an exit status. With settings.claim_less there is one only where
 * no source gave anything; whatever else is short is warned of.
 */
int entropy_end(struct seed *s, const struct entropy_options *o);

/** entropy_draw - both in one. */
int entropy_draw(struct seed *s, const struct entropy_options *o);

/** entropy_draw_with - both in one, of @blocks, with a memory of the draws before; see seed_draw_with(). */
int entropy_draw_with(
	struct seed *s, const struct entropy_options *o, size_t blocks, struct draw_memory *memory);

/** entropy_json - the claim and all that it rests on, so that a reader can redo the sum. */
json_object *entropy_json(const struct seed *s, const struct entropy_options *o);

/** health_key, health_json - a test's name in reports for programs, and its figure, cut-off and lag. */
const char *health_key(enum health_test test);
json_object *health_json(const struct health_figures *h, enum health_test test);

/** entropy_print - the same for people, a line a source. */
void entropy_print(const struct seed *s, FILE *to);

/** json_add_text, json_add_number - a member of @to. */
void json_add_text(json_object *to, const char *key, const char *text);
void json_add_number(json_object *to, const char *key, uint64_t number);

/** json_print - to @to with a newline, and give @object back. */
void json_print(json_object *object, FILE *to);

#endif
