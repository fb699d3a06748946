/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usage: stop N CREDITS COMMAND...
 *
 * Runs the guest's program and its children on this host's kernel as if the kernel's generator were not ready: until
 * the first credit, getrandom(2) returns EAGAIN. Credits and requests to reseed do not reach the kernel. Each of them
 * is a line in the file CREDITS, credits with their bytes in hexadecimal. When the N-th system call of all processes
 * begins, all of them are killed, and the call is not executed; with N = 0, none is killed. The exit status is the
 * program's, or 137; the number of calls is printed on standard output. If RUN_FOLDER in the environment names a
 * folder, and root runs this program, COMMAND has that folder as its /run.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADD_ENTROPY 0x40085203
#define RESEED_CRNG 0x5207
#define TASKS_MAX   64

struct task {
	pid_t pid;
	int inside; /* a call has begun */
	int faked;  /* the call was not executed, and this is its result */
	long result;
};

static struct task tasks[TASKS_MAX];
static long stop_at, calls;
static FILE *credits;
static int ready;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static struct task *task_of(pid_t pid)
{
	int i;

	for (i = 0; i < TASKS_MAX; i++) {
		if (tasks[i].pid == pid)
			return tasks + i;
		if (tasks[i].pid == 0) {
			tasks[i].pid = pid;
			return tasks + i;
		}
	}
	errno = EAGAIN;
	die("stop: too many children");
	return NULL;
}

static void kill_all(void)
{
	int i;

	for (i = 0; i < TASKS_MAX && tasks[i].pid; i++)
		kill(tasks[i].pid, SIGKILL);
}

static unsigned word_at(pid_t pid, unsigned long long at)
{
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, pid, at, 0);
	if (errno)
		die("stop: the credit");
	return (unsigned)word;
}

/* The kernel's struct rand_pool_info: the number of bits, the number of bytes, and the bytes. */
static void note_credit(pid_t pid, unsigned long long at)
{
	const unsigned bits = word_at(pid, at), bytes = word_at(pid, at + 4);
	unsigned i;

	fprintf(credits, "credited %u bits, %u bytes: ", bits, bytes);
	for (i = 0; i < bytes; i++)
		fprintf(credits, "%02x", word_at(pid, at + 8 + i) & 0xff);
	fputc('\n', credits);
	fflush(credits);
	ready = 1;
}

static void fake(struct task *t, struct user_regs_struct *regs, long result)
{
	t->faked = 1;
	t->result = result;
	regs->orig_rax = (unsigned long long)-1;
	if (ptrace(PTRACE_SETREGS, t->pid, 0, regs) < 0)
		die("stop: PTRACE_SETREGS");
}

static void call_begins(struct task *t, struct user_regs_struct *regs)
{
	if (++calls == stop_at) {
		kill_all();
		return;
	}
	if (regs->orig_rax == SYS_getrandom && !ready) {
		fake(t, regs, -EAGAIN);
	} else if (regs->orig_rax == SYS_ioctl && regs->rsi == ADD_ENTROPY) {
		note_credit(t->pid, regs->rdx);
		fake(t, regs, 0);
	} else if (regs->orig_rax == SYS_ioctl && regs->rsi == RESEED_CRNG) {
		fputs("taken up\n", credits);
		fake(t, regs, 0);
	}
}

static void call_ends(struct task *t, struct user_regs_struct *regs)
{
	if (!t->faked)
		return;
	t->faked = 0;
	regs->rax = (unsigned long long)t->result;
	if (ptrace(PTRACE_SETREGS, t->pid, 0, regs) < 0)
		die("stop: PTRACE_SETREGS");
}

/* The requests to the kernel may fail, because the process may have ended already: this program killed it, or its
 * parent did. */
static void step(pid_t pid, int status)
{
	struct task *t = task_of(pid);
	struct user_regs_struct regs;
	int signal = WSTOPSIG(status);

	if (signal == (SIGTRAP | 0x80)) {
		t->inside = !t->inside;
		if (ptrace(PTRACE_GETREGS, pid, 0, &regs) == 0) {
			if (t->inside)
				call_begins(t, &regs);
			else
				call_ends(t, &regs);
		}
		signal = 0;
	} else if (status >> 16 || signal == SIGSTOP) {
		signal = 0; /* ptrace's own stop for a new child */
	}
	(void)ptrace(PTRACE_SYSCALL, pid, 0, signal);
}

static void own_run(void)
{
	const char *folder = getenv("RUN_FOLDER");

	if (!folder || geteuid() != 0)
		return;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount(folder, "/run", NULL, MS_BIND, NULL) < 0)
		_exit(127);
}

static pid_t start(char **command)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
		PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("stop: fork");
	if (pid == 0) {
		own_run();
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0)
			execv(command[0], command);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
		ptrace(PTRACE_SETOPTIONS, pid, 0, options) < 0 ||
		ptrace(PTRACE_SYSCALL, pid, 0, 0) < 0)
		die(command[0]);
	task_of(pid);
	return pid;
}

int main(int argc, char **argv)
{
	int status, result = 2;
	pid_t first, pid;

	if (argc < 4)
		return 2;
	stop_at = atol(argv[1]);
	credits = fopen(argv[2], "a");
	if (!credits)
		die(argv[2]);
	first = start(argv + 3);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			step(pid, status);
		else if (pid == first)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	printf("%ld\n", calls);
	return fclose(credits) == 0 ? result : 2;
}
