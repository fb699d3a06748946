/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/config/config.h"
#include "cli/config/file.h"
#include "cli/config/key.h"
#include "cli/config/listen.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const section_names[CONFIG_PARTS] = { "", "mkisofs", "serve" };

/* Appends a copy of @text to one of the two lists of strings. Returns: the copy; NULL: no memory. */
static const char *append(struct config *c, char ***list, size_t *count, const char *text)
{
	char **more = reallocarray(*list, *count + 1, sizeof(*more));

	if (more) {
		*list = more;
		more[*count] = strdup(text);
	}
	/* analyzer: config_clear() frees the entries of the list */
	if (!more || !more[*count]) {
		c->err = -ENOMEM;
		return NULL;
	}
	return more[(*count)++];
}

static void note_fault(void *to, unsigned line, const char *words)
{
	struct config *c = to;
	struct fault f;

	fault_set(&f, 0, "%s:%u: %s", c->file[c->files - 1], line, words);
	append(c, &c->fault, &c->faults, f.text);
}

static enum config_part find_part(const char *section)
{
	unsigned i;

	for (i = 0; i < CONFIG_PARTS; i++)
		if (strcmp(section, section_names[i]) == 0)
			break;
	return (enum config_part)i;
}

static void note_listen(struct config *c, unsigned line, const char *name)
{
	struct fault f;

	if (config_listen_find(c, name, line, &f))
		return;
	if (f.text[0])
		note_fault(c, line, f.text);
	else
		c->err = -ENOMEM;
}

static void note_section(void *to, unsigned line, const char *name)
{
	struct fault f;

	if (config_listen_name(name)) {
		note_listen(to, line, config_listen_name(name));
		return;
	}
	if (find_part(name) != CONFIG_PARTS)
		return;
	fault_set(&f, 0, "[%s]: unknown section", name);
	note_fault(to, line, f.text);
}

/* Stores a valid entry, which replaces the entry of an earlier file. */
static void keep(struct config *c, struct config_entry *e, unsigned line, const char *value)
{
	free(e->value);
	*e = (struct config_entry){ strdup(value), c->files - 1, line };
	if (!e->value)
		c->err = -ENOMEM;
}

static int check_new(const struct config *c, const struct config_entry *old, const char *name,
	const char *value, struct fault *f)
{
	if (old->value && old->file == c->files - 1)
		return fault_set(f, -EEXIST, "%s: was set in line %u already", name, old->line);
	if (!*value)
		return fault_set(f, -EINVAL, "%s: a value is missing", name);
	return 0;
}

static void note_listen_entry(
	struct config *c, unsigned line, const char *listener, const char *name, const char *value)
{
	struct config_listen *l;
	struct fault f;
	int key, r;

	l = config_listen_find(c, listener, line, &f);
	if (!l)
		return; /* note_section() has reported the section */
	key = config_listen_key(name, value, &f);
	r = key < 0 ? key : check_new(c, l->entry + key, name, value, &f);
	if (r < 0)
		note_fault(c, line, f.text);
	else
		keep(c, l->entry + key, line, value);
}

/* Reports the faults of a section [listen NAME] that are not in one line, such as a missing key. */
static int check_listeners(struct config *c)
{
	struct fault found, f;
	size_t i;

	for (i = 0; i < c->listens && c->err == 0; i++) {
		const struct config_listen *l = c->listen + i;

		if (config_listen_check(c, i, &found) == 0)
			continue;
		fault_set(&f, 0, "%s:%u: %s", c->file[l->file], l->line, found.text);
		append(c, &c->fault, &c->faults, f.text);
	}
	return c->err;
}

/* Is the entry valid? Returns: 0, or a negative errno with @f. */
static int check_entry(const struct config *c, enum config_part part, const char *name,
	const char *value, struct fault *f)
{
	const size_t i = config_key_find(name);
	struct settings scratch = { .part = part };
	int r;

	if (i == config_keys_count)
		return fault_set(f, -EINVAL, "%s: unknown key", name);
	if (!config_key_allowed(config_keys + i, part))
		return part == CONFIG_TOOLS ? fault_set(f, -EINVAL, "%s: belongs in [%s]", name,
						      section_names[CONFIG_SERVE]) :
					      fault_set(f, -EINVAL, "%s: does not belong in [%s]",
						      name, section_names[part]);
	r = check_new(c, &c->entry[part][i], name, value, f);
	return r < 0 ? r : config_keys[i].take(&scratch, value, f);
}

static void note_entry(
	void *to, unsigned line, const char *section, const char *name, const char *value)
{
	const enum config_part part = find_part(section);
	struct config *c = to;
	struct fault f;

	if (config_listen_name(section)) {
		note_listen_entry(c, line, config_listen_name(section), name, value);
		return;
	}
	if (part == CONFIG_PARTS)
		return; /* note_section() has reported the section */
	if (check_entry(c, part, name, value, &f) < 0) {
		note_fault(c, line, f.text);
		return;
	}
	keep(c, &c->entry[part][config_key_find(name)], line, value);
}

/* Reads one file. Its faults are added to c->fault; only a lack of memory is an error. */
static int read_one(struct config *c, int dirfd, const char *name, const char *path)
{
	const struct config_sink sink = { c, note_section, note_entry, note_fault };
	struct fault f;
	char *text = NULL;
	size_t len;
	int r = config_file_read(dirfd, name, path, &text, &len, &f);

	if (r < 0) {
		append(c, &c->fault, &c->faults, f.text);
	} else if (append(c, &c->file, &c->files, path)) {
		r = config_file_parse(text, len, &sink);
		if (r < 0)
			c->err = r;
	}
	free(text);
	return c->err;
}

static int is_conf(const struct dirent *d)
{
	const size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > 5 && strcmp(d->d_name + len - 5, ".conf") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_names(struct config *c, int dirfd, const char *folder)
{
	struct dirent **name;
	int i, count = scandirat(dirfd, ".", &name, is_conf, by_bytes);
	struct fault f;

	if (count < 0) {
		fault_errno(&f, -errno, folder);
		append(c, &c->fault, &c->faults, f.text);
		return c->err;
	}
	for (i = 0; i < count; i++) {
		fault_set(&f, 0, "%s/%s", folder, name[i]->d_name);
		if (c->err == 0)
			read_one(c, dirfd, name[i]->d_name, f.text);
		free(name[i]);
	}
	free(name);
	return c->err;
}

static int read_folder(struct config *c, const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	struct stat st;
	struct fault f;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		r = fault_errno(&f, -errno, folder);
	else
		r = config_file_trusted(&st, geteuid(), folder, &f);
	if (r < 0) {
		append(c, &c->fault, &c->faults, f.text);
		r = c->err;
	} else {
		r = read_names(c, fd, folder);
	}
	if (fd >= 0)
		close(fd);
	return r;
}

int config_read_default(struct config *c, const char *file, const char *folder)
{
	int r = 0;

	/* A symbolic link without a target exists: reading it reports the fault. */
	if (faccessat(AT_FDCWD, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
		r = read_one(c, AT_FDCWD, file, file);
	if (r == 0)
		r = read_folder(c, folder);
	return r < 0 ? r : check_listeners(c);
}

int config_read(struct config *c, const char *file)
{
	int r;

	if (!file)
		return config_read_default(c, CONFIG_FILE, CONFIG_FOLDER);
	r = read_one(c, AT_FDCWD, file, file);
	return r < 0 ? r : check_listeners(c);
}

void config_clear(struct config *c)
{
	size_t i;

	for (i = 0; i < CONFIG_PARTS * CONFIG_KEYS_MAX; i++)
		free(c->entry[i / CONFIG_KEYS_MAX][i % CONFIG_KEYS_MAX].value);
	for (i = 0; i < c->listens * CONFIG_LISTEN_KEYS_MAX; i++)
		free(c->listen[i / CONFIG_LISTEN_KEYS_MAX].entry[i % CONFIG_LISTEN_KEYS_MAX].value);
	for (i = 0; i < c->listens; i++)
		free(c->listen[i].name);
	free(c->listen);
	for (i = 0; i < c->files; i++)
		free(c->file[i]);
	for (i = 0; i < c->faults; i++)
		free(c->fault[i]);
	free(c->file);
	free(c->fault);
	*c = (struct config){ 0 };
}
