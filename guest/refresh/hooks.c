/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/hooks.h"

#include <errno.h>
#include <string.h>

#include "guest/process.h"
#include "guest/refresh/refresh.h"
#include "guest/sys.h"

enum { STATUS_NOT_RUN = 126 };

/* Finds the name that follows @after. There is no heap for a list of names, so the folder is read once for each
 * name. */
struct search {
	const char *after;
	char best[HOOK_NAME_MAX];
};

bool hooks_name_taken(const char *name)
{
	size_t n;

	for (n = 0; name[n]; n++) {
		const char c = name[n], lower = c | 0x20;

		if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '-' &&
			c != '_')
			return false;
	}
	return n > 0 && n < HOOK_NAME_MAX;
}

static bool note(void *ctx, const char *name)
{
	struct search *s = ctx;

	if (!hooks_name_taken(name) || strcmp(name, s->after) <= 0 ||
		(s->best[0] && strcmp(name, s->best) >= 0))
		return false;
	return sys_join(s->best, sizeof(s->best), name, "", "");
}

/* Returns: NULL, or why users other than root can change the content of the file or folder. */
static const char *why_not_safe(const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != (uid_t)sys_call(SYS_geteuid, 0, 0, 0))
		return "not root's";
	return st->st_mode & (S_IWGRP | S_IWOTH) ? "others than root can write to it" : NULL;
}

/* Returns: NULL, or why the hook @path must not be run. */
static const char *why_not(const char *path)
{
	struct stat st;
	const char *why;

	if (sys_stat_at(AT_FDCWD, path, 0, &st) < 0 || !S_ISREG(st.st_mode))
		return "not a file";
	why = why_not_safe(&st);
	if (why)
		return why;
	return st.st_mode & S_IXUSR ? NULL : "not executable";
}

/* May the hooks in this folder be run? A user who can write to it could put another one of root's programs there. */
static bool folder_is_safe(const char *folder)
{
	struct stat st;
	const char *why = sys_stat_at(AT_FDCWD, folder, 0, &st) < 0 ? NULL : why_not_safe(&st);

	if (why)
		refresh_say(folder, ": no hook is run: ", why);
	return !why;
}

/* Runs in the child. message_send() and process_begin() have blocked signals; they are unblocked before the program is
 * executed. */
static _Noreturn void become(const char *path, const char *reason, char *const *environment)
{
	const char *const words[] = { path, reason, NULL };
	const uint64_t none = 0;

	sys_close(STDIN_FILENO);
	(void)sys_call6(SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDONLY, 0, 0, 0);
	sys_call6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof(none), 0, 0);
	sys_call(SYS_execve, (long)path, (long)words, (long)environment);
	process_exit(STATUS_NOT_RUN);
}

static void say_status(const char *path, int status)
{
	char digits[8] = { 0 };

	if (status == STATUS_NOT_RUN)
		refresh_say(path, ": cannot be run", NULL);
	else if (status != 0)
		refresh_say(path, ": ends with status ",
			sys_number(digits + sizeof(digits) - 1, (uint64_t)status));
}

static void run(const char *path, const char *reason, unsigned limit_ms, char *const *environment,
	volatile int *running)
{
	const unsigned end_ms = process_now_ms() + limit_ms;
	pid_t child = process_fork();
	int status;

	if (child == 0)
		become(path, reason, environment);
	if (child < 0) {
		refresh_say(path, ": cannot start a process", NULL);
		return;
	}
	*running = child;
	if (process_wait(child, end_ms, &status)) {
		*running = 0;
		say_status(path, status);
		return;
	}
	process_kill(child);
	(void)process_wait(child, process_now_ms() + PROCESS_KILLED_MS, &status);
	*running = 0;
	refresh_say(path, ": does not end, and is killed", NULL);
}

void hooks_run(const char *folder, const char *reason, unsigned limit_ms, char *const *environment,
	volatile int *ret_running)
{
	char last[HOOK_NAME_MAX] = "", path[512];
	struct search s;
	const char *why;

	if (!folder_is_safe(folder))
		return;
	for (;;) {
		s = (struct search){ .after = last };
		if (!sys_each_name(folder, note, &s) ||
			!sys_join(path, sizeof(path), folder, "/", s.best))
			return;
		why = why_not(path);
		if (why)
			refresh_say(path, ": not run: ", why);
		else
			run(path, reason, limit_ms, environment, ret_running);
		memcpy(last, s.best, sizeof(last));
	}
}
