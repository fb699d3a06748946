/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/say.h"

#include "guest/message.h"
#include "guest/stage/notes.h"
#include "guest/sys.h"

void say(const char *a, const char *b, const char *c)
{
	const char *const pieces[] = { a, b, c, NULL };
	char path[NOTES_PATH];
	struct message m;
	int fd, i;

	message_begin(&m);
	for (i = 0; pieces[i]; i++)
		message_add(&m, pieces[i]);
	message_end_line(&m);
	fd = notes_path(path, "/dev/kmsg", "") ? sys_open(path, O_WRONLY | O_APPEND) : -1;
	if (fd < 0)
		return;
	(void)sys_write_all(fd, m.text, m.len);
	sys_close(fd);
}
