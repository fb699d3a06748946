/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/batch.h"
#include "cli/progress.h"
#include "cli/report.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- the list --- */

static int add_row(struct batch *b, char *line, const char *path, size_t number, struct fault *f)
{
	char *tab = strchr(line, '\t');

	if (!*line || *line == '#')
		return 0;
	if (!tab || tab == line || !tab[1] || strchr(tab + 1, '\t'))
		return fault_set(f, -EINVAL, "%s:%zu: must be OUT, a tab and DIR", path, number);
	/* The array doubles when its length reaches a power of two. */
	if ((b->rows & (b->rows - 1)) == 0) {
		size_t room = b->rows ? 2 * b->rows : 1;
		struct batch_row *row = realloc(b->row, room * sizeof(*row));

		if (!row)
			return fault_errno(f, -ENOMEM, path);
		b->row = row;
	}
	*tab = '\0';
	b->row[b->rows++] = (struct batch_row){ line, tab + 1, number };
	return 0;
}

static int read_text(struct batch *b, const char *path, size_t *ret_len, struct fault *f)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	size_t room = 0;
	ssize_t n;
	int r = 0;

	*ret_len = 0;
	if (!file)
		return fault_errno(f, -errno, path);
	errno = 0;
	/* No name contains a zero byte, so reading up to one reads the whole file. */
	n = getdelim(&b->text, &room, '\0', file);
	if (n < 0 && ferror(file))
		r = fault_errno(f, errno ? -errno : -EIO, path);
	else if (n > 0 && b->text[n - 1] == '\0')
		r = fault_set(f, -EINVAL, "%s: not a text file: it contains a zero byte", path);
	if (file != stdin)
		fclose(file);
	*ret_len = n > 0 ? (size_t)n : 0;
	return r;
}

int batch_read(struct batch *b, const char *path, struct fault *f)
{
	size_t len, number = 0;
	char *line, *end, *next;
	int r;

	*b = (struct batch){ 0 };
	r = read_text(b, path, &len, f);
	if (r < 0 || len == 0)
		return r;
	end = b->text + len;
	for (line = b->text; line < end && r == 0; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (next)
			*next++ = '\0';
		else
			next = end;
		r = add_row(b, line, path, ++number, f);
	}
	return r;
}

void batch_clear(struct batch *b)
{
	free(b->row);
	free(b->text);
	*b = (struct batch){ 0 };
}

/* --- the work --- */

/* Memory that the worker processes share. */
struct shared {
	_Atomic size_t next, tried, done;
	_Atomic size_t at[BATCH_JOBS_MAX]; /* the row that each process is making; NO_ROW: none */
};

#define NO_ROW SIZE_MAX

static _Noreturn void work(const struct batch *b, const struct batch_work *w, struct shared *s,
	_Atomic size_t *at, pid_t parent)
{
	size_t i;

	/* If the parent dies, even by SIGKILL, the kernel sends us SIGTERM, and we remove our unfinished files. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILED);
	/* Lines are written whole, because the other processes print at the same time. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	while ((i = atomic_fetch_add(&s->next, 1)) < b->rows) {
		*at = i;
		if (w->one(w->ctx, b->row + i) == 0)
			atomic_fetch_add(&s->done, 1);
		atomic_fetch_add(&s->tried, 1);
		*at = NO_ROW;
		fflush(stdout);
	}
	w->end(w->ctx);
	if (fflush(stdout) == 0 && !ferror(stdout))
		_exit(EXIT_DONE);
	report_error("standard output: %s", strerror(errno));
	_exit(EXIT_FAILED);
}

static void say_killed(int signal, const struct batch *b, size_t row)
{
	if (row == NO_ROW)
		report_error(
			"--batch: a process was killed by signal %d between two drives", signal);
	else
		report_error("%s: may be missing: the process that made it was killed by signal %d",
			b->row[row].out, signal);
}

/* Returns: which of the processes has the number @pid. */
static size_t find_process(const pid_t process[BATCH_JOBS_MAX], pid_t pid)
{
	size_t i = 0;

	while (i < BATCH_JOBS_MAX - 1 && process[i] != pid)
		i++;
	return i;
}

static void wait_for(unsigned running, const pid_t process[BATCH_JOBS_MAX], const struct batch *b,
	struct shared *s, bool quiet)
{
	const struct timespec nap = { .tv_nsec = 50000000 };
	struct progress progress;
	int status;
	pid_t pid;

	progress_init(&progress, "drives", quiet);
	while (running > 0) {
		pid = waitpid(-1, &status, progress.on ? WNOHANG : 0);
		if (pid == 0) {
			progress_show(&progress, s->tried, b->rows);
			nanosleep(&nap, NULL);
		} else if (pid > 0) {
			if (WIFSIGNALED(status))
				say_killed(WTERMSIG(status), b, s->at[find_process(process, pid)]);
			running--;
		} else if (errno != EINTR) {
			break;
		}
	}
	progress_end(&progress);
}

long batch_run(const struct batch *b, unsigned jobs, const struct batch_work *w, bool quiet)
{
	struct shared *s =
		mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const pid_t parent = getpid();
	pid_t process[BATCH_JOBS_MAX] = { 0 };
	unsigned running = 0;
	long done = 0;

	if (s == MAP_FAILED)
		return -errno;
	fflush(stdout);
	while (running < jobs && running < b->rows) {
		pid_t pid;

		s->at[running] = NO_ROW;
		pid = fork();
		if (pid == 0)
			work(b, w, s, s->at + running, parent);
		if (pid < 0)
			break;
		process[running++] = pid;
	}
	/* With fewer processes the work takes longer; it fails only if no process was started. */
	if (running == 0 && b->rows > 0)
		done = -errno;
	wait_for(running, process, b, s, quiet);
	if (done == 0)
		done = (long)s->done;
	munmap(s, sizeof(*s));
	return done;
}

unsigned batch_jobs(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return CPU_COUNT(&set) > BATCH_JOBS_MAX ? BATCH_JOBS_MAX : (unsigned)CPU_COUNT(&set);
}
