/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seedrive-refresh: fetch, check, mix, reseed and report, in bounded time. With --watch it runs for ever, and does this
 * after each clone or restore. */
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>

#include "guest/refresh/watch.h"
#include "guest/sys.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static struct refresh_options opt;
static struct refresh refresh;

static int print(const char *text)
{
	return sys_write_all(STDOUT_FILENO, text, strlen(text)) < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* First mixes the clocks and addresses of this machine, which helps even if there is nothing to fetch. Then fetches. */
static int run_once(void)
{
	struct message line;
	const int own = refresh_own(&refresh);
	enum refresh_outcome outcome;

	if (own < 0) {
		refresh_say("/dev/urandom: ", "only root may ask it to reseed", NULL);
		return EXIT_FAILED;
	}
	outcome = refresh_fetch(&refresh, UINT_MAX, &line);
	message_send(&line, false);
	return outcome == REFRESH_FAILED ? EXIT_FAILED : EXIT_DONE;
}

static int run(char *const *environment)
{
	int status;

	/* Forbid a core dump. */
	sys_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0);
	if (refresh_open(&refresh, &opt) < 0) {
		refresh_say("/dev/urandom: cannot be opened", NULL, NULL);
		return EXIT_FAILED;
	}
	if (opt.watch)
		status = watch_run(&refresh, environment) < 0 ? EXIT_FAILED : EXIT_DONE;
	else
		status = run_once();
	refresh_close(&refresh);
	return status;
}

int main(int argc, char **argv)
{
	struct refresh_fault fault;

	if (refresh_options_parse(argc, argv, &opt, &fault) < 0) {
		refresh_say(fault.word, ": ", fault.why);
		return EXIT_USAGE;
	}
	if (opt.help)
		return print(refresh_help);
	if (opt.version)
		return print("seedrive-refresh " VERSION "\n");
	return run(argv + argc + 1);
}
