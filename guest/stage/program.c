/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/program.h"

#include <errno.h>
#include <string.h>

#include "guest/process.h"
#include "guest/stage/deadline.h"
#include "guest/stage/heard.h"
#include "guest/stage/notes.h"
#include "guest/stage/say.h"
#include "guest/sys.h"

/* The folders in which the program is looked for if it is not in our own prefix, for example in an initramfs. */
static const char *const folders[] = { "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/" };

static char beside[NOTES_PATH];
static char *const *environment;

void program_begin(const char *self, char *const *with)
{
	size_t n = strlen(self);

	environment = with;
	while (n > 0 && self[n - 1] != '/')
		n--;
	if (n == 0 || n >= sizeof(beside) - sizeof("../../sbin/" PROGRAM_NAME))
		return;
	memcpy(beside, self, n);
	memcpy(beside + n, "../../sbin/" PROGRAM_NAME, sizeof("../../sbin/" PROGRAM_NAME));
}

static void add(struct program *p, const char *word)
{
	if (p->count < PROGRAM_WORDS_MAX)
		p->word[p->count++] = word;
}

void program_add(struct program *p, const char *a, const char *b)
{
	add(p, a);
	if (b)
		add(p, b);
}

void program_add_all(struct program *p, const char *const *words)
{
	for (; *words; words++)
		add(p, *words);
}

static int execute(const char *path, const struct program *p)
{
	return (int)sys_call(SYS_execve, (long)path, (long)p->word, (long)environment);
}

/* Runs in the child. Because of this umask, only root can access the files that the program makes. */
static _Noreturn void become_program(const struct program *p, int said)
{
	const uint64_t no_signals = 0;
	char path[NOTES_PATH];
	size_t i;
	int r;

	sys_call(SYS_dup3, said, STDERR_FILENO, 0);
	sys_call(SYS_umask, 077, 0, 0);
	sys_call6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&no_signals, 0, sizeof(no_signals), 0, 0);
	r = *beside ? execute(beside, p) : -ENOENT;
	for (i = 0; r == -ENOENT && i < sizeof(folders) / sizeof(*folders); i++)
		if (sys_join(path, sizeof(path), folders[i], PROGRAM_NAME, ""))
			r = execute(path, p);
	process_exit(r == -ENOENT ? PROGRAM_NOT_THERE : PROGRAM_NOT_RUN);
}

/* Waits until the program has ended. Returns: as program_run(). */
static int await(pid_t child)
{
	int status;

	if (process_wait(child, deadline_program_ms(), &status))
		return status;
	process_kill(child);
	if (process_wait(child, process_now_ms() + PROCESS_KILLED_MS, &status)) {
		say("does not end, and is killed", NULL, NULL);
		return -ETIME;
	}
	say("does not end; the boot continues without it", NULL, NULL);
	return -EBUSY;
}

int program_run(struct program *p, const char *note)
{
	int said = notes_open(note), status;
	pid_t child;

	if (said < 0)
		return PROGRAM_NOT_THERE;
	if ((int)(deadline_program_ms() - process_now_ms()) <= 0) {
		sys_close(said);
		return PROGRAM_NOT_RUN;
	}
	deadline_step(NULL);
	child = process_fork();
	if (child == 0)
		become_program(p, said);
	sys_close(said);
	if (child < 0)
		return PROGRAM_NOT_THERE;
	deadline_owns(child);
	status = await(child);
	deadline_owns(0);
	if (status == PROGRAM_USAGE)
		heard_report(note);
	return status;
}
