/* customers: a deterministic generator of a telephone company's customers, for the example.
 * SPDX-License-Identifier: MIT
 *
 * One row a customer: who they are, their contract, what they pay, and whether they left within the
 * next three months. There is a real signal (the log odds in customer_odds), noise, missing values,
 * and drift that can be switched on:
 *   prices     charges rise by 30 %: the inputs drift, people leave as the same odds say
 *   behaviour  long contracts no longer hold, and calls matter twice as much: the concept drifts
 * Labels arrive late: --unlabelled leaves the label out, --labels prints only key, label and the
 * day on which it was known. The same seed and rows give the same bytes everywhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/fmath.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/rng.h"

enum { FIRST_DAY = 20089 }; /* 2025-01-01 */

struct settings {
	uint64_t rows, seed, first;
	int prices, behaviour, unlabelled, labels;
};

struct customer {
	uint64_t id;
	const char *region, *contract, *payment;
	int tenure, calls, paperless;
	double monthly, total; /* total < 0: not billed yet */
	int32_t day, known;    /* of the row; of the label */
	int churned;
};

static const char *const regions[] = {"north", "south", "east", "west", "islands"};
static const char *const contracts[] = {"month", "year", "two years"};
static const char *const payments[] = {"card", "transfer", "cheque"};

static size_t pick(struct rng *r, const double *shares, size_t n)
{
	double u = rng_uniform(r);
	size_t i = 0;

	while (i + 1 < n && u >= shares[i])
		u -= shares[i++];
	return i;
}

static double cents(double money)
{
	return (double)(int64_t)(money * 100 + 0.5) / 100;
}

static double customer_odds(const struct customer *c, const struct settings *s)
{
	double hold = s->behaviour ? -0.1 : -1.0;
	double odds = -1.1 + 0.022 * (c->monthly - 60) - 0.035 * c->tenure;

	if (strcmp(c->contract, "year") == 0)
		odds += hold;
	if (strcmp(c->contract, "two years") == 0)
		odds += 2 * hold;
	if (strcmp(c->region, "islands") == 0)
		odds += 0.6;
	if (strcmp(c->payment, "cheque") == 0)
		odds += 0.45;
	return odds + (s->behaviour ? 0.7 : 0.35) * c->calls + (c->paperless ? 0.2 : 0);
}

static struct customer customer_make(const struct settings *s, uint64_t row)
{
	static const double region_shares[] = {0.3, 0.25, 0.2, 0.15, 0.1};
	static const double contract_shares[] = {0.55, 0.25, 0.2};
	static const double payment_shares[] = {0.5, 0.3, 0.2};
	struct customer c = {.id = s->first + row};
	struct rng r;

	rng_init(&r, hash_seed(s->seed, "customer", c.id));
	c.region = regions[pick(&r, region_shares, 5)];
	c.contract = contracts[pick(&r, contract_shares, 3)];
	c.payment = payments[pick(&r, payment_shares, 3)];
	c.tenure = (int)(-24 * fmath_log(1 - rng_uniform(&r)));
	c.tenure = c.tenure > 96 ? 96 : c.tenure;
	while (c.calls < 9 && rng_uniform(&r) < 0.45)
		c.calls++;
	c.paperless = rng_uniform(&r) < 0.6;
	c.monthly = 60 + 18 * rng_normal(&r) + 6 * (double)(c.paperless);
	c.monthly = cents((c.monthly < 15 ? 15 : c.monthly) * (s->prices ? 1.3 : 1));
	c.total = c.tenure ? cents(c.monthly * c.tenure * (0.9 + 0.2 * rng_uniform(&r))) : -1;
	c.day = FIRST_DAY + (int32_t)(c.id / 40);
	c.churned = rng_uniform(&r) < fmath_sigmoid(customer_odds(&c, s));
	c.known = c.day + 7 + (int32_t)rng_below(&r, 83);
	return c;
}

static void customer_print(const struct customer *c, const struct settings *s)
{
	char day[DATE_TEXT], known[DATE_TEXT], monthly[NUM_TEXT], total[NUM_TEXT] = "";

	date_print(c->day, day);
	date_print(c->known, known);
	num_print(c->monthly, monthly);
	if (c->total >= 0)
		num_print(c->total, total);
	if (s->labels) {
		printf("C%06llu,%s,%s\n", (unsigned long long)c->id, c->churned ? "yes" : "no",
			known);
		return;
	}
	printf("C%06llu,%s,%s,%s,%d,%s,%d,%s,%s,%s", (unsigned long long)c->id, day, c->region,
		c->contract, c->tenure, c->payment, c->calls, c->paperless ? "true" : "false",
		monthly, total);
	puts(s->unlabelled ? "" : c->churned ? ",yes" : ",no");
}

static int usage(void)
{
	fputs("usage: customers [--rows N] [--seed N] [--first N] [--drift prices|behaviour]...\n"
	      "                 [--unlabelled | --labels]\n",
		stderr);
	return 2;
}

static int parse(struct settings *s, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		uint64_t number = 0;
		int has = num_uint64(value, strlen(value), &number) == 0;

		if (strcmp(argv[i], "--unlabelled") == 0)
			s->unlabelled = 1;
		else if (strcmp(argv[i], "--labels") == 0)
			s->labels = 1;
		else if (strcmp(argv[i], "--rows") == 0 && has)
			s->rows = number, i++;
		else if (strcmp(argv[i], "--seed") == 0 && has)
			s->seed = number, i++;
		else if (strcmp(argv[i], "--first") == 0 && has)
			s->first = number, i++;
		else if (strcmp(argv[i], "--drift") == 0 && strcmp(value, "prices") == 0)
			s->prices = 1, i++;
		else if (strcmp(argv[i], "--drift") == 0 && strcmp(value, "behaviour") == 0)
			s->behaviour = 1, i++;
		else
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct settings s = {.rows = 6000, .seed = 1, .first = 1};

	if (parse(&s, argc, argv) < 0)
		return usage();
	if (s.labels)
		puts("customer_id,churned,known_on");
	else
		printf("customer_id,day,region,contract,tenure_months,payment,support_calls,"
		       "paperless,"
		       "monthly_charge,total_charge%s\n",
			s.unlabelled ? "" : ",churned");
	for (uint64_t row = 0; row < s.rows; row++) {
		struct customer c = customer_make(&s, row);

		customer_print(&c, &s);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("customers: cannot write standard output\n", stderr);
		return 4;
	}
	return 0;
}
