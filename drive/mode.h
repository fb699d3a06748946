/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_MODE_H
#define DRIVE_MODE_H

/* What goes onto a seed drive: the key `seed` in the configuration, by which an operator can switch seeds off. */
enum drive_mode {
	DRIVE_SEED_ON,  /* a record, and each random_seed is mixed */
	DRIVE_SEED_MIX, /* no record; each random_seed is mixed */
	DRIVE_SEED_OFF, /* no record, nothing is mixed, and no source is read */
};

#endif
