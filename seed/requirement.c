/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/requirement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct judge {
	const struct seed *seed;
	const struct seed_requirement *rq;
	const struct warning_sink *warn;
	struct fault *fault;
};

/* What ends the command, or, where less may be claimed, a warning. */
#define refuse(j, ...)                                                \
	((j)->rq->claim_less ? warning_send((j)->warn, __VA_ARGS__) : \
			       (void)fault_refused((j)->fault, __VA_ARGS__))

/* All sources and their faults in one line. */
static void refuse_all(const struct judge *j, const char *what)
{
	const struct seed *s = j->seed;
	char line[SOURCES_MAX * 512] = "", label[SOURCE_LABEL_SIZE], why[DRAW_WHY_SIZE];
	size_t i, at = 0;

	for (i = 0; i < s->reports && at < sizeof(line); i++) {
		const struct draw_report *r = s->report + i;
		const char *word = draw_passed(r) ? "passed, worth nothing by itself" :
						    draw_why(r, why, sizeof(why));

		if (draw_passed(r) &&
			(r->assessed_per || r->given || r->spec->src->kind == SOURCE_KERNEL))
			word = "passed";
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s: %s", i ? "; " : "",
			draw_label(r, label, sizeof(label)), word);
	}
	refuse(j, "%s %u of %u bits: %s", what, s->claim.credit_bits, j->rq->bits, line);
}

static void warn_of_twins(const struct judge *j)
{
	const struct seed *s = j->seed;
	char label[SOURCE_LABEL_SIZE], twin[SOURCE_LABEL_SIZE];
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (draw_passed(r) && r->same_as && !s->sources.by_default)
			warning_send(j->warn, "%s: the same device as %s: counted once",
				draw_label(r, label, sizeof(label)),
				draw_label(r->same_as, twin, sizeof(twin)));
	}
}

/* That this host has no such source, or not for this user, is news only to those who asked for it. */
static bool is_news(const struct seed *s, const struct draw_report *r)
{
	const enum source_presence p = source_presence(r->err);

	return !s->sources.by_default ||
		(p != SOURCE_ABSENT &&
			(p != SOURCE_NOT_PERMITTED || r->spec->src->kind != SOURCE_DEVICE));
}

static void warn_of_failures(const struct judge *j)
{
	const struct seed *s = j->seed;
	char label[SOURCE_LABEL_SIZE], why[DRAW_WHY_SIZE];
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (draw_passed(r) || r->skipped || !is_news(s, r))
			continue;
		warning_send(j->warn, "%s: %s", draw_label(r, label, sizeof(label)),
			draw_why(r, why, sizeof(why)));
	}
}

/* Does a block of the broker's rest on this source? */
static bool block_has(const struct broker_block *b, const char *name)
{
	uint32_t i;

	for (i = 0; i < b->sources; i++)
		if (b->source[i].assessed_bits > 0 && strcmp(b->source[i].name, name) == 0)
			return true;
	return false;
}

/* Does each of them? */
static bool broker_has(const struct seed *s, const char *name)
{
	const struct broker_block *given = NULL;
	size_t i;

	for (i = 0; i < s->reports && !given; i++)
		given = s->report[i].given;
	for (i = 0; given && i < s->blocks; i++)
		if (!block_has(given + i, name))
			return false;
	return given != NULL;
}

/* Has every source of this name passed, and is there one? */
static bool meets_name(const struct judge *j, const char *name, size_t len)
{
	const struct seed *s = j->seed;
	const struct source *src = source_find(name, len);
	char label[SOURCE_LABEL_SIZE], why[DRAW_WHY_SIZE];
	bool any = false;
	size_t i;

	if (broker_has(s, src->name))
		return true;
	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (r->spec->src != src)
			continue;
		any = true;
		if (draw_passed(r))
			continue;
		refuse(j, "%s: %s", draw_label(r, label, sizeof(label)),
			draw_why(r, why, sizeof(why)));
		return false;
	}
	if (!any)
		refuse(j, "%.*s: required, but not among the sources", (int)len, name);
	return any;
}

static bool is_hardware(const char *word, size_t len)
{
	return len == 8 && strncmp(word, "hardware", len) == 0;
}

static bool meets_hardware(const struct judge *j)
{
	if (j->seed->claim.hardware_bits >= j->rq->bits)
		return true;
	refuse(j, "hardware: %u of %u bits", j->seed->claim.hardware_bits, j->rq->bits);
	return false;
}

/* What one word of the requirement leaves to claim. */
static enum claim_counted judge_word(const struct judge *j, const char *word, size_t len)
{
	if (is_hardware(word, len))
		return meets_hardware(j) ? CLAIM_COUNT_ALL : CLAIM_COUNT_HARDWARE;
	return meets_name(j, word, len) ? CLAIM_COUNT_ALL : CLAIM_COUNT_NOTHING;
}

/* What all of them leave. Where less may not be claimed, the first that is not met is the one that is named. */
static enum claim_counted judge_required(const struct judge *j)
{
	enum claim_counted counted = CLAIM_COUNT_ALL;
	const char *word = j->rq->require;
	size_t len;

	for (; word && *word; word += len + (word[len] == ',')) {
		enum claim_counted left;

		len = strcspn(word, ",");
		left = judge_word(j, word, len);
		if (left > counted)
			counted = left;
		if (counted != CLAIM_COUNT_ALL && !j->rq->claim_less)
			break;
	}
	return counted;
}

/* The sources, and whether others than hardware will do. */
static struct source_list sources_of(const struct seed_requirement *rq)
{
	struct source_list list = rq->sources;
	const char *word = rq->require;
	size_t len;

	for (; word && *word; word += len + (word[len] == ',')) {
		len = strcspn(word, ",");
		list.hardware |= is_hardware(word, len);
	}
	return list;
}

int requirement_begin(struct seed *s, const struct seed_requirement *rq, struct fault *f)
{
	const struct source_list sources = sources_of(rq);
	int r;

	f->text[0] = '\0';
	memset(s, 0, sizeof(*s));
	r = seed_draw_begin(s, &sources, rq->bits);
	return r < 0 ? fault_errno(f, r, "seed") : 0;
}

int requirement_end(struct seed *s, const struct seed_requirement *rq, const struct warning_sink *w,
	struct fault *f)
{
	const struct judge j = { s, rq, w, f };
	const int r = seed_draw_end(s);
	enum claim_counted counted;

	f->text[0] = '\0';
	counted = judge_required(&j);
	if (counted != CLAIM_COUNT_ALL && !rq->claim_less)
		return -ENODATA;
	seed_limit(s, counted);
	if (r < 0 || s->claim.credit_bits < rq->bits) {
		refuse_all(
			&j, rq->claim_less ? "less entropy than asked for:" : "entropy refused:");
		return r < 0 || !rq->claim_less ? -ENODATA : 0;
	}
	warn_of_failures(&j);
	warn_of_twins(&j);
	return 0;
}

int requirement_draw(struct seed *s, const struct seed_requirement *rq,
	const struct warning_sink *w, struct fault *f)
{
	const int r = requirement_begin(s, rq, f);

	return r < 0 ? r : requirement_end(s, rq, w, f);
}

int requirement_draw_with(struct seed *s, const struct seed_requirement *rq, size_t blocks,
	struct draw_memory *memory, const struct warning_sink *w, struct fault *f)
{
	const struct source_list sources = sources_of(rq);
	int r;

	memset(s, 0, sizeof(*s));
	r = seed_draw_with(s, &sources, rq->bits, blocks, memory);
	if (r < 0 && r != -ENODATA)
		return fault_errno(f, r, "seed");
	return requirement_end(s, rq, w, f);
}
