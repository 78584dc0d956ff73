/* The kernels against plain loops: not nearly equal, equal.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "model/kernel.h"
#include "model/softfma.h"

/* Values of many sizes, some zeros, so that every rounding counts. */
static double *noise(size_t n, uint64_t seed)
{
	double *x = mem_array(n, sizeof(*x));
	uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;

	for (size_t i = 0; i < n; i++) {
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		x[i] = state % 7 ? ldexp((double)(int64_t)state, (int)(state % 40) - 70) : 0;
	}
	return x;
}

static void plain_syrk(double *c, const double *a, size_t rows, size_t p, const double *w)
{
	for (size_t i = 0; i < p; i++)
		for (size_t j = i; j < p; j++)
			for (size_t r = 0; r < rows; r++)
				c[i * p + j] = fma(w ? a[r * p + i] * w[r] : a[r * p + i],
					a[r * p + j], c[i * p + j]);
}

static void plain_gemm(double *out, const double *a, size_t rows, size_t p, const double *b,
	const double *bias, size_t n)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t k = 0; k < n; k++) {
			out[r * n + k] = bias[k];
			for (size_t j = 0; j < p; j++)
				out[r * n + k] = fma(a[r * p + j], b[j * n + k], out[r * n + k]);
		}
}

static void plain_gemm_t(
	double *out, const double *a, size_t rows, size_t p, const double *v, size_t n)
{
	for (size_t k = 0; k < n; k++)
		for (size_t j = 0; j < p; j++)
			for (size_t r = 0; r < rows; r++)
				out[k * p + j] = fma(v[r * n + k], a[r * p + j], out[k * p + j]);
}

static const struct {
	size_t rows, p;
} shapes[] = {{1, 1}, {2, 3}, {7, 5}, {8, 6}, {9, 7}, {33, 31}, {31, 32}, {64, 33}, {100, 12},
	{513, 13}, {1025, 40}, {600, 97}, {70, 130}};
#define NSHAPES (sizeof(shapes) / sizeof(*shapes))

static void syrk_is_one_fma_chain_per_element(void **state)
{
	(void)state;
	for (size_t t = 0; t < 2 * NSHAPES; t++) {
		size_t rows = shapes[t / 2].rows, p = shapes[t / 2].p;
		double *a = noise(rows * p, t), *w = t % 2 ? noise(rows, t + 99) : NULL;
		double *fast = noise(p * p, 5), *slow = noise(p * p, 5);

		kernel_syrk(fast, p, a, p, rows, p, w, 1);
		plain_syrk(slow, a, rows, p, w);
		assert_memory_equal(fast, slow, p * p * sizeof(*fast));
		free(a), free(w), free(fast), free(slow);
	}
}

static void syrk_goes_on_where_the_last_call_ended(void **state)
{
	size_t rows = 1500, p = 37;
	double *a = noise(rows * p, 1), *w = noise(rows, 2);
	double *once = mem_new(p * p, sizeof(*once)), *cut = mem_new(p * p, sizeof(*cut));

	(void)state;
	kernel_syrk(once, p, a, p, rows, p, w, 1);
	for (size_t at = 0, step = 1; at < rows; at += step, step = step * 2 + 1) {
		if (step > rows - at)
			step = rows - at;
		kernel_syrk(cut, p, a + at * p, p, step, p, w + at, 1);
	}
	assert_memory_equal(once, cut, p * p * sizeof(*once));
	free(a), free(w), free(once), free(cut);
}

static void syrk_gives_the_same_bits_with_any_number_of_threads(void **state)
{
	size_t rows = 700, p = 300;
	double *a = noise(rows * p, 3), *one = mem_new(p * p, sizeof(*one));

	(void)state;
	kernel_syrk(one, p, a, p, rows, p, NULL, 1);
	for (size_t threads = 2; threads <= 4; threads++) {
		double *many = mem_new(p * p, sizeof(*many));

		kernel_syrk(many, p, a, p, rows, p, NULL, threads);
		assert_memory_equal(one, many, p * p * sizeof(*one));
		free(many);
	}
	free(a), free(one);
}

static void products_are_one_fma_chain_per_element(void **state)
{
	static const size_t widths[] = {1, 2, 3, 8, 17};

	(void)state;
	for (size_t t = 0; t < 5 * NSHAPES; t++) {
		size_t rows = shapes[t / 5].rows, p = shapes[t / 5].p, n = widths[t % 5];
		double *a = noise(rows * p, t), *b = noise(p * n, 1), *v = noise(rows * n, 2);
		double *bias = noise(n, 3), *fast = noise(rows * n, 4), *slow = noise(rows * n, 5);
		double *fast_t = noise(n * p, 6), *slow_t = noise(n * p, 6);

		kernel_gemm(fast, a, p, rows, p, b, bias, n);
		plain_gemm(slow, a, rows, p, b, bias, n);
		assert_memory_equal(fast, slow, rows * n * sizeof(*fast));
		kernel_gemm_t(fast_t, a, p, rows, p, v, n);
		plain_gemm_t(slow_t, a, rows, p, v, n);
		assert_memory_equal(fast_t, slow_t, n * p * sizeof(*fast_t));
		free(a), free(b), free(v), free(bias), free(fast), free(slow), free(fast_t),
			free(slow_t);
	}
}

/* A double of any exponent, or one close to the others, so that products and sums nearly cancel. */
static double any_double(uint64_t *state, int wide)
{
	uint64_t bits;
	double x;

	*state ^= *state << 13, *state ^= *state >> 7, *state ^= *state << 17;
	bits = *state * 0x2545f4914f6cdd1du;
	if (!wide)
		bits = (bits & 0x800fffffffffffffu) | (uint64_t)(1023 - bits % 3) << 52;
	if (bits % 5 == 0) /* few bits, so that ties come up */
		bits &= 0xfffffff000000000u;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

static void the_software_fma_is_rounded_once(void **state)
{
	uint64_t random = 42;

	(void)state;
	for (int i = 0; i < 3000000; i++) {
		double a = any_double(&random, i & 1), b = any_double(&random, i & 1);
		double c = any_double(&random, i & 1), want, got;

		if (i % 3 == 0) /* the product's own neighbourhood, down to its last bits */
			c = ldexp(-a * b, -(i / 3 % 110));
		if (i % 7 == 0)
			c = -a * b;
		want = fma(a, b, c);
		got = softfma(a, b, c);
		if (isnan(want) ? !isnan(got) : memcmp(&want, &got, sizeof(want)))
			fail_msg("fma(%a, %a, %a) = %a, not %a", a, b, c, want, got);
	}
}

/* The digest of what all kernels give for one input, by the code of this process. */
static void digest(char hex[SHA256_HEX])
{
	size_t rows = 777, p = 53, n = 3;
	double *a = noise(rows * p, 1), *w = noise(rows, 2), *v = noise(rows * n, 3);
	double *c = mem_new(p * p, sizeof(*c)), *out = mem_new(rows * n + p * n, sizeof(*out));
	struct sha256 *s = sha256_new();

	kernel_syrk(c, p, a, p, rows, p, w, 1);
	kernel_gemm(out, a, p, rows, p, v, w, n);
	kernel_gemm_t(out + rows * n, a, p, rows, p, v, n);
	sha256_add(s, c, p * p * sizeof(*c));
	sha256_add(s, out, (rows * n + p * n) * sizeof(*out));
	kernel_gemm(out, a, p, rows, p, v, w, 1);
	sha256_add(s, out, rows * sizeof(*out));
	sha256_hex(s, hex);
	sha256_free(s);
	free(a), free(w), free(v), free(c), free(out);
}

/* This program again, under the setting: its line "LEVEL DIGEST". */
static void run_under(const char *tunables, char level[16], char hex[SHA256_HEX])
{
	char *command =
		mem_printf("GLIBC_TUNABLES=%s exec /proc/%d/exe digest", tunables, (int)getpid());
	FILE *f = popen(command, "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%15s %64s", level, hex), 2);
	assert_int_equal(pclose(f), 0);
	free(command);
}

static void every_clone_gives_the_same_bits(void **state)
{
	char here[SHA256_HEX], there[SHA256_HEX], level[16];

	(void)state;
	digest(here);
	run_under("glibc.cpu.hwcaps=-AVX512F", level, there);
	assert_string_not_equal(level, "avx512f");
	assert_string_equal(there, here);
	run_under("glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA", level, there);
	assert_string_equal(level, "portable");
	assert_string_equal(there, here);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syrk_is_one_fma_chain_per_element),
		cmocka_unit_test(syrk_goes_on_where_the_last_call_ended),
		cmocka_unit_test(syrk_gives_the_same_bits_with_any_number_of_threads),
		cmocka_unit_test(products_are_one_fma_chain_per_element),
		cmocka_unit_test(the_software_fma_is_rounded_once),
		cmocka_unit_test(every_clone_gives_the_same_bits),
	};
	char hex[SHA256_HEX];

	if (argc == 2 && !strcmp(argv[1], "digest")) {
		digest(hex);
		printf("%s %s\n", kernel_level(), hex);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
