/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/mkisofs_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NOT_OURS "not an option of seedrive-mkisofs"

static int refuse_word(const char *word, struct fault *f)
{
	return fault_set(f, -ENOTSUP, "%s: " NOT_OURS, word);
}

int mkisofs_word_refuse(const struct mkisofs_word *word, struct fault *f)
{
	const struct mkisofs_option *o = word->option;

	if (o->name[1] || !word->typed[2])
		return fault_set(f, -ENOTSUP, "%.*s: " NOT_OURS ", which %s",
			(int)strcspn(word->typed, "="), word->typed, o->why);
	/* A word that begins with a known letter may be a long option that only other programs have. */
	if (word->typed[1] == o->name[0])
		return refuse_word(word->typed, f);
	return fault_set(f, -ENOTSUP, "-%s: " NOT_OURS ", which %s", o->name, o->why);
}

const char *mkisofs_word_name(const struct mkisofs_word *word, char out[MKISOFS_NAME_SIZE])
{
	const struct mkisofs_option *o = word->option;

	/* An option of one letter may share the word with others, and with its value. */
	if (o->name[1])
		snprintf(out, MKISOFS_NAME_SIZE, "%.*s", (int)strcspn(word->typed, "="),
			word->typed);
	else
		snprintf(out, MKISOFS_NAME_SIZE, "-%s", o->name);
	return out;
}

/* Takes the words after @typed that are the option's values. */
static int take_values(struct mkisofs_words *w, struct mkisofs_word *ret, int n, struct fault *f)
{
	if (n > w->argc - w->at) {
		w->at = w->argc;
		return fault_set(f, -EINVAL, "%s: a value is missing", ret->typed);
	}
	if (n > 0 && !ret->value)
		ret->value = w->argv[w->at];
	w->at += n;
	return 1;
}

static int next_letter(struct mkisofs_words *w, struct mkisofs_word *ret, struct fault *f)
{
	const char *at = w->letters;

	ret->typed = w->argv[w->at - 1];
	ret->option = mkisofs_option_letter(*at++);
	w->letters = *at ? at : NULL;
	if (!ret->option) {
		w->letters = NULL;
		return refuse_word(ret->typed, f);
	}
	if (ret->option->words == 0)
		return 1;
	ret->value = w->letters;
	w->letters = NULL;
	return take_values(w, ret, ret->value ? 0 : 1, f);
}

/* Reads an option by its name. Returns: 0 if no option has this name; then each letter may be an option. */
static int next_name(struct mkisofs_words *w, struct mkisofs_word *ret, struct fault *f)
{
	const char *name = ret->typed + (ret->typed[1] == '-' ? 2 : 1);
	const size_t len = strcspn(name, "=");
	struct fault several;
	int r = mkisofs_option_find(name, len, &ret->option, &several);

	/* For a single letter the list of candidates would be too long to help. */
	if (r < 0 && len == 1)
		return refuse_word(ret->typed, f);
	if (r < 0)
		return fault_set(f, r, "%s: " NOT_OURS "; it %s", ret->typed, several.text);
	if (!ret->option)
		return 0;
	if (!name[len])
		return take_values(w, ret, ret->option->words, f);
	if (ret->option->words == 0)
		return refuse_word(ret->typed, f);
	ret->value = name + len + 1;
	return take_values(w, ret, ret->option->words - 1, f);
}

static int next_option(struct mkisofs_words *w, struct mkisofs_word *ret, struct fault *f)
{
	const char *word = ret->typed;
	const bool two = word[1] == '-';
	int r = 0;

	/* A single letter is an option, not an abbreviation. */
	if (word[2] || !mkisofs_option_letter(word[1]))
		r = next_name(w, ret, f);
	if (r != 0)
		return r;
	if (two || !mkisofs_option_letter(word[1]))
		return refuse_word(word, f);
	w->letters = word + 1;
	return next_letter(w, ret, f);
}

int mkisofs_word_next(struct mkisofs_words *w, struct mkisofs_word *ret, struct fault *f)
{
	*ret = (struct mkisofs_word){ 0 };
	if (w->letters)
		return next_letter(w, ret, f);
	if (w->at >= w->argc)
		return 0;
	ret->typed = w->argv[w->at++];
	if (!w->ended && strcmp(ret->typed, "--") == 0) {
		w->ended = true;
		return mkisofs_word_next(w, ret, f);
	}
	if (!w->ended && ret->typed[0] == '-' && ret->typed[1])
		return next_option(w, ret, f);
	ret->value = ret->typed;
	return 1;
}
