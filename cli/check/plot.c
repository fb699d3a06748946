/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check/plot.h"
#include "cli/check/html.h"

#include <math.h>

/* The size of the drawing, in units of the SVG, and the edges of the area for the data in it. */
#define WIDTH  640
#define HEIGHT 320
#define LEFT   90
#define RIGHT  (WIDTH - 22)
#define TOP    22
#define BOTTOM (HEIGHT - 52)

#define TICKS_UP 5

static double at_x(const struct plot *p, double x)
{
	return LEFT + (x - p->left) / (p->right - p->left) * (RIGHT - LEFT);
}

static double at_y(const struct plot *p, double y)
{
	double part = (y - p->bottom) / (p->top - p->bottom);

	if (p->log)
		part = y > p->bottom ? log(y / p->bottom) / log(p->top / p->bottom) : 0;
	return BOTTOM - part * (BOTTOM - TOP);
}

static void text_at(FILE *to, double x, double y, const char *class, const char *text)
{
	fprintf(to, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	html_text(to, text);
	fputs("</text>\n", to);
}

static void line(FILE *to, double x0, double y0, double x1, double y1, const char *class)
{
	fprintf(to, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class,
		x0, y0, x1, y1);
}

/* The least number that is 1, 2 or 5 times a power of ten, and not below @x. */
static double round_step(double x)
{
	const double power = pow(10, floor(log10(x))), digit = x / power;

	return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

double plot_round_up(double x)
{
	double step;

	if (x <= 0)
		return 1;
	step = round_step(x / TICKS_UP);
	return step * ceil(x / step - 1e-9);
}

static void tick_up(const struct plot *p, FILE *to, double y)
{
	char text[32];

	line(to, LEFT, at_y(p, y), RIGHT, at_y(p, y), "grid");
	if (p->log && y >= 1e4)
		snprintf(text, sizeof(text), "%.0f%c", y < 1e6 ? y / 1e3 : y / 1e6,
			y < 1e6 ? 'k' : 'M');
	else
		snprintf(text, sizeof(text), "%.7g", fabs(y) < 1e-12 ? 0.0 : y);
	text_at(to, LEFT - 8, at_y(p, y) + 5, "up", text);
}

static void ticks_up(const struct plot *p, FILE *to)
{
	double y, step;

	if (p->log) {
		for (y = pow(10, ceil(log10(p->bottom) - 1e-9)); y <= p->top * 1.0001; y *= 10)
			tick_up(p, to, y);
		return;
	}
	step = round_step((p->top - p->bottom) / TICKS_UP);
	for (y = ceil(p->bottom / step - 1e-9) * step; y <= p->top + step * 1e-9; y += step)
		tick_up(p, to, y);
}

void plot_begin(const struct plot *p, FILE *to)
{
	fprintf(to,
		"<svg id=\"%s\" class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-labelledby=\"%s-title %s-about\">\n<title id=\"%s-title\">",
		p->id, WIDTH, HEIGHT, p->id, p->id, p->id);
	html_text(to, p->title);
	fprintf(to, "</title>\n<desc id=\"%s-about\">", p->id);
	html_text(to, p->about);
	fputs("</desc>\n", to);
	ticks_up(p, to);
	text_at(to, (LEFT + RIGHT) / 2.0, HEIGHT - 8, "label", p->x_label);
	fprintf(to, "<text class=\"label\" transform=\"translate(16 %.1f) rotate(-90)\">",
		(TOP + BOTTOM) / 2.0);
	html_text(to, p->y_label);
	fputs("</text>\n", to);
}

void plot_tick(const struct plot *p, FILE *to, double x, const char *text)
{
	line(to, at_x(p, x), BOTTOM, at_x(p, x), BOTTOM + 5, "axis");
	text_at(to, at_x(p, x), BOTTOM + 21, "along", text);
}

void plot_ticks(const struct plot *p, FILE *to, int many)
{
	const double step = round_step((p->right - p->left) / many);
	char text[32];
	double x;

	for (x = ceil(p->left / step - 1e-9) * step; x <= p->right + step * 1e-9; x += step) {
		snprintf(text, sizeof(text), "%.6g", fabs(x) < step * 1e-9 ? 0.0 : x);
		plot_tick(p, to, x, text);
	}
}

void plot_bar(const struct plot *p, FILE *to, double x0, double x1, double y0, double y1,
	const char *class, const char *text)
{
	const double a = at_y(p, y0), b = at_y(p, y1);

	fprintf(to,
		"<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>",
		class, at_x(p, x0), fmin(a, b), at_x(p, x1) - at_x(p, x0), fabs(a - b));
	html_text(to, text);
	fputs("</title></rect>\n", to);
}

/* Draws a line over a wider one in the background's colour, so that it is visible on solid bars too. */
static void line_over(FILE *to, double x0, double y0, double x1, double y1, const char *class)
{
	line(to, x0, y0, x1, y1, "under");
	line(to, x0, y0, x1, y1, class);
}

void plot_across(const struct plot *p, FILE *to, double y, const char *class)
{
	line_over(to, LEFT, at_y(p, y), RIGHT, at_y(p, y), class);
}

void plot_upright(const struct plot *p, FILE *to, double x, const char *class, const char *text)
{
	line_over(to, at_x(p, x), TOP, at_x(p, x), BOTTOM, class);
	if (text)
		text_at(to, at_x(p, x) + 7, TOP + 13, "right", text);
}

void plot_dash(const struct plot *p, FILE *to, double x0, double x1, double y, const char *class)
{
	line(to, at_x(p, x0), at_y(p, y), at_x(p, x1), at_y(p, y), class);
}

void plot_point(const struct plot *p, FILE *to, double x, double y, const char *text)
{
	fprintf(to, "<circle class=\"point\" cx=\"%.2f\" cy=\"%.2f\" r=\"3\"><title>", at_x(p, x),
		at_y(p, y));
	html_text(to, text);
	fputs("</title></circle>\n", to);
}

void plot_note(const struct plot *p, FILE *to, double x, double y, const char *text)
{
	text_at(to, at_x(p, x), at_y(p, y) - 5, "note", text);
}

void plot_end(FILE *to)
{
	line(to, LEFT, BOTTOM, RIGHT, BOTTOM, "axis");
	fputs("</svg>\n", to);
}
