/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest-stage in a root that belongs to the test, $HERE/root, for tests/dist/stage.bats. The linker's --wrap replaces
 * each function that only root may call, or that must hang in a test. The replacement runs a script in $HERE/world,
 * which records the call, and then does something, fails or hangs. If there is no such script, the function does
 * nothing, and succeeds.
 */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "guest/machine.h"
#include "guest/process.h"
#include "guest/stage/deadline.h"
#include "guest/stage/lines.h"
#include "guest/stage/notes.h"
#include "guest/stage/remount.h"
#include "guest/status.h"
#include "guest/sys.h"

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);
void __real_process_kill(pid_t child);
void __wrap_process_kill(pid_t child);
int __real_sys_fsync(int fd);
int __wrap_sys_fsync(int fd);
void __real_deadline_set(unsigned limit_ms);
void __wrap_deadline_set(unsigned limit_ms);
void __wrap_status_write(const struct verdict *v, bool failed, const char *stage, bool left_out);
bool __wrap_kernel_ready(void);
void __wrap_machine_ask(struct situation *s);
int __wrap_remount_begin(void);
int __wrap_remount_root(const char *dir, bool writable, unsigned long flags);
int __wrap_remount_efivars(const char *dir);
void __wrap_remount_hide_efivars(const char *dir);

static char here[NOTES_PATH], patience[8] = "1", top[NOTES_PATH];
static char *const *environment;

static void note_variable(const char *word, const char *name, char *to, size_t size)
{
	const char *value = lines_begins(word, name);

	if (value)
		(void)sys_join(to, size, value, "", "");
}

int __wrap_main(int argc, char **argv)
{
	char *const *word;

	environment = argv + argc + 1;
	for (word = environment; *word; word++) {
		note_variable(*word, "HERE=", here, sizeof(here));
		note_variable(*word, "PATIENCE=", patience, sizeof(patience));
	}
	(void)sys_join(top, sizeof(top), here, "/root", "");
	notes_top = top;
	return __real_main(argc, argv);
}

/* Returns the script's exit status as a negative errno. The script is in the worker's process group, so it is killed
 * with the worker. */
static int ask(const char *script, const char *a, const char *b, const char *c)
{
	const char *const argv[] = { script, a, b, c, NULL };
	char path[NOTES_PATH];
	int status = 0;
	pid_t child;

	if (!sys_join(path, sizeof(path), here, "/world/", script) || !sys_exists(path))
		return 0;
	child = (pid_t)sys_call6(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
	if (child == 0) {
		sys_call(SYS_execve, (long)path, (long)argv, (long)environment);
		process_exit(127);
	}
	sys_call6(SYS_wait4, child, (long)&status, 0, 0, 0, 0);
	return -WEXITSTATUS(status);
}

/* On a busy machine scripts are slow, so the deadline is multiplied by $PATIENCE. */
void __wrap_deadline_set(unsigned limit_ms)
{
	unsigned times = 0;
	const char *digit;

	for (digit = patience; *digit; digit++)
		times = 10 * times + (unsigned)(*digit - '0');
	__real_deadline_set(limit_ms * times);
}

/* The real function writes the program's own file, which is outside of the test's root. */
void __wrap_status_write(const struct verdict *v, bool failed, const char *stage, bool left_out)
{
	(void)ask("status", v || failed || left_out ? "?" : "none", stage, NULL);
}

/* Each of these functions returns false if its script fails: the kernel is ready, or there is no hypervisor. */
bool __wrap_kernel_ready(void)
{
	return ask("not-ready", NULL, NULL, NULL) != 0;
}

void __wrap_machine_ask(struct situation *s)
{
	s->hypervisor = ask("hypervisor", NULL, NULL, NULL) == 0;
}

int __wrap_remount_begin(void)
{
	return ask("begin", NULL, NULL, NULL);
}

/* Passes the file system's other flags to the script, with the names that mount(8) uses. */
int __wrap_remount_root(const char *dir, bool writable, unsigned long flags)
{
	static const struct {
		char name[10];
		unsigned long flag;
	} rows[] = { { ",sync", MS_SYNCHRONOUS }, { ",dirsync", MS_DIRSYNC },
		{ ",mand", MS_MANDLOCK }, { ",lazytime", 1 << 25 } };
	char text[64] = "";
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char so_far[sizeof(text)];

		memcpy(so_far, text, sizeof(text));
		if (flags & rows[i].flag)
			(void)sys_join(text, sizeof(text), so_far, rows[i].name, "");
		flags &= ~rows[i].flag;
	}
	if (flags)
		return -EINVAL;
	return ask("remount", writable ? "rw" : "ro", dir, *text ? text + 1 : NULL);
}

int __wrap_remount_efivars(const char *dir)
{
	return ask("efivars", dir, NULL, NULL);
}

void __wrap_remount_hide_efivars(const char *dir)
{
	(void)ask("hide-efivars", dir, NULL, NULL);
}

int __wrap_sys_fsync(int fd)
{
	const int r = ask("sync", NULL, NULL, NULL);

	return r < 0 ? r : __real_sys_fsync(fd);
}

/* If its script fails, the process survives, as it would in a call that no signal can interrupt. */
void __wrap_process_kill(pid_t child)
{
	if (ask("kill", NULL, NULL, NULL) == 0)
		__real_process_kill(child);
}
