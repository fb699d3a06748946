/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/mkisofs.h"

#include <stdio.h>

void mkisofs_help(void)
{
	fputs("usage: seedrive-mkisofs [-as NAME] [OPTION...] [-o OUT] PATH...\n"
	      "\n"
	      "Makes an ISO 9660 image as genisoimage, mkisofs and xorrisofs do. One that is labelled\n"
	      "config-2, CONFIG-2, cidata or CIDATA also gets a seed for the guest's kernel.\n"
	      "\n"
	      "  -as NAME                 as the first option: like xorriso, with Rock Ridge by default\n"
	      "  -o, -output OUT          written in place; without it, to standard output\n"
	      "  -V, -volid TEXT          the label\n"
	      "  -J, -joliet              names for Windows; -joliet-long: of up to 103 characters\n"
	      "  -r, -rational-rock       names, modes and links for Unix; all readable, and root's\n"
	      "  -R, -rock                as -r, with the files' own modes and owners; --norock: neither\n"
	      "  -l, -iso-level N, -allow-lowercase, -relaxed-filenames, -max-iso9660-filenames,\n"
	      "  -U, -N, -d               what the plain names may be\n"
	      "  -publisher, -p, -A, -sysid, -volset TEXT\n"
	      "                           what the volume descriptor says\n"
	      "  -f, -follow-links        what a symbolic link leads to, rather than the link\n"
	      "  -m, -x, -exclude PATTERN what is left out of folders; -no-bak: backups\n"
	      "  -uid, -gid, -file-mode, -dir-mode, -new-dir-mode N\n"
	      "                           owners and modes in Rock Ridge\n"
	      "  -graft-points            a PATH is PLACE=PATH\n"
	      "  -partition_cyl_align on  a size of whole MiB, as with xorrisofs\n"
	      "  --seed on|mix|off        off: no seed, for an image that many machines share\n"
	      "  -quiet                   no progress on a terminal, and no size\n"
	      "  -version, -help\n"
	      "\n"
	      "seedrive-mkisofs(1) has all of them; /etc/seedrive.conf configures the seed.\n",
		stderr);
}
