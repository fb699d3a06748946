/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/patient.h"

bool patient_fails(struct patient *p, bool is_news, int64_t now_ms)
{
	const bool tell = is_news && !p->told;

	if (p->pause_ms == 0)
		p->pause_ms = PATIENT_MIN_MS;
	else if (p->pause_ms < PATIENT_MAX_MS / 2)
		p->pause_ms *= 2;
	else
		p->pause_ms = PATIENT_MAX_MS;
	p->again_ms = now_ms + p->pause_ms;
	p->told = p->told || tell;
	return tell;
}

bool patient_alarms(struct patient *p, bool sure)
{
	const bool before = p->out;

	p->alarms++;
	p->out = p->out || sure || p->alarms >= PATIENT_ALARMS;
	return p->out && !before;
}

void patient_forgive(struct patient *p)
{
	*p = (struct patient){ 0 };
}

bool patient_recovers(struct patient *p)
{
	const bool tell = p->told;

	*p = (struct patient){ .alarms = p->alarms, .out = p->out };
	return tell;
}

bool patient_rests(const struct patient *p, int64_t now_ms)
{
	return p->out || (p->pause_ms > 0 && now_ms < p->again_ms);
}

int64_t patient_due_ms(const struct patient *p, int64_t other_ms)
{
	return !p->out && p->pause_ms > 0 && p->again_ms < other_ms ? p->again_ms : other_ms;
}
