/* kernel: sums of products over rows, fast, and with the same bits on every CPU.
 * SPDX-License-Identifier: MIT
 *
 * Each function is written once, as an inline body, and compiled for three instruction sets; the
 * choice is made at each call from glibc's list of active CPU features (gcc's target_clones ask the
 * CPU itself, so that the portable code could not be tested). The portable code of a CPU without
 * FMA instructions makes do with model/softfma.h: slow, same bits.
 */
#include "model/kernel.h"

#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif
#if defined(__x86_64__) && defined(__GLIBC__)
#include <sys/platform/x86.h>
#endif

#include "base/mem.h"
#include "base/pool.h"
#include "model/softfma.h"

#define SLAB 512    /* rows packed at a time: a panel of 32 columns is 128 KiB, half an L2 */
#define ROWS_MAX 6  /* outputs of a tile: 6 x 32 fill 24 of the 32 registers of AVX-512, */
#define COLS_MAX 32 /* 4 x 12 fill 12 of the 16 of AVX2 */
#define WORTH 2e7   /* multiply-adds of a slab from which on threads pay for their start */

#define INLINE static inline __attribute__((always_inline))

/* One link of a chain; `soft` is a constant. */
INLINE double link(double a, double b, double c, const int soft)
{
	return soft ? softfma(a, b, c) : __builtin_fma(a, b, c);
}

#if defined(__FP_FAST_FMA) || defined(__FMA__) || defined(__aarch64__)
#define SOFT 0
#else
#define SOFT 1
#endif

enum level { LEVEL_PORTABLE, LEVEL_AVX2, LEVEL_AVX512 };

static enum level level(void)
{
#if defined(__x86_64__) && defined(__GLIBC__)
	if (CPU_FEATURE_ACTIVE(AVX512F) && CPU_FEATURE_ACTIVE(FMA))
		return LEVEL_AVX512;
	if (CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(FMA))
		return LEVEL_AVX2;
#elif defined(__x86_64__)
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma"))
		return LEVEL_AVX512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return LEVEL_AVX2;
#endif
	return LEVEL_PORTABLE;
}

const char *kernel_level(void)
{
	static const char *const names[] = {"portable", "avx2", "avx512f"};

	return names[level()];
}

/* Defines NAME_portable, NAME_avx2 and NAME_avx512, which call the
 * inline body with ARGS; AVX2 and AVX-512 only where there are such. */
#ifdef __x86_64__
#define CLONES(name, params, ...)                                                                  \
	static void name##_portable params                                                         \
	{                                                                                          \
		name##_body(__VA_ARGS__, SOFT);                                                    \
	}                                                                                          \
	__attribute__((target("avx2,fma"))) static void name##_avx2 params                         \
	{                                                                                          \
		name##_body(__VA_ARGS__, 0);                                                       \
	}                                                                                          \
	__attribute__((target("avx512f,fma"))) static void name##_avx512 params                    \
	{                                                                                          \
		name##_body(__VA_ARGS__, 0);                                                       \
	}
#define CALL(name, args)                                                                           \
	do {                                                                                       \
		switch (level()) {                                                                 \
		case LEVEL_AVX512:                                                                 \
			name##_avx512 args;                                                        \
			break;                                                                     \
		case LEVEL_AVX2:                                                                   \
			name##_avx2 args;                                                          \
			break;                                                                     \
		default:                                                                           \
			name##_portable args;                                                      \
		}                                                                                  \
	} while (0)
#else
#define CLONES(name, params, ...)                                                                  \
	static void name##_portable params                                                         \
	{                                                                                          \
		name##_body(__VA_ARGS__, SOFT);                                                    \
	}
#define CALL(name, args) name##_portable args
#endif

/* ---- syrk: panels of the slab, tiles of the output */

struct syrk {
	double *c;
	size_t ldc, p, rows; /* rows of this slab */
	size_t mr, nr;	     /* the tile */
	const double *left;  /* [p / mr][rows][mr], scaled by the weights */
	const double *right; /* [p / nr][rows][nr] */
	void (*tile)(double *acc, const double *left, const double *right, size_t rows);
};

/* acc[i][j] = fma(left[r][i], right[r][j], acc[i][j]) for ascending r. */
static void tile_portable(double *acc, const double *left, const double *right, size_t rows)
{
	enum { M = 4, N = 8 };
	double sum[M][N];

	memcpy(sum, acc, sizeof(sum));
	for (size_t r = 0; r < rows; r++, left += M, right += N)
		for (size_t i = 0; i < M; i++)
			for (size_t j = 0; j < N; j++)
				sum[i][j] = link(left[i], right[j], sum[i][j], SOFT);
	memcpy(acc, sum, sizeof(sum));
}

#ifdef __x86_64__
/* The same with vectors by name: compilers agree on the loops above only at some widths. */
#define TILE(name, set, vector, lanes, m, n, load, store, broadcast, fmadd)                        \
	__attribute__((target(set))) static void name(                                             \
		double *acc, const double *left, const double *right, size_t rows)                 \
	{                                                                                          \
		enum { M = (m), N = (n) / (lanes) };                                               \
		vector sum[M][N], row[N];                                                          \
                                                                                                   \
		for (int i = 0; i < M; i++)                                                        \
			for (int j = 0; j < N; j++)                                                \
				sum[i][j] = load(acc + (i * N + j) * (lanes));                     \
		for (size_t r = 0; r < rows; r++, left += M, right += N * (lanes)) {               \
			for (int j = 0; j < N; j++)                                                \
				row[j] = load(right + j * (lanes));                                \
			for (int i = 0; i < M; i++)                                                \
				for (int j = 0; j < N; j++)                                        \
					sum[i][j] = fmadd(broadcast(left[i]), row[j], sum[i][j]);  \
		}                                                                                  \
		for (int i = 0; i < M; i++)                                                        \
			for (int j = 0; j < N; j++)                                                \
				store(acc + (i * N + j) * (lanes), sum[i][j]);                     \
	}
TILE(tile_avx2, "avx2,fma", __m256d, 4, 4, 12, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_set1_pd,
	_mm256_fmadd_pd)
TILE(tile_avx512, "avx512f,fma", __m512d, 8, 6, 32, _mm512_loadu_pd, _mm512_storeu_pd,
	_mm512_set1_pd, _mm512_fmadd_pd)
#endif

/* to[panel][r][k] = a[r][panel * width + k] * w[r], zeros behind column p. */
static void pack(double *to, const double *a, size_t lda, size_t rows, size_t p, size_t width,
	const double *w)
{
	for (size_t at = 0; at < p; at += width) {
		size_t used = p - at < width ? p - at : width;

		for (size_t r = 0; r < rows; r++, to += width) {
			const double *from = a + r * lda + at;

			if (w)
				for (size_t k = 0; k < used; k++)
					to[k] = from[k] * w[r];
			else
				memcpy(to, from, used * sizeof(*to));
			if (used < width)
				memset(to + used, 0, (width - used) * sizeof(*to));
		}
	}
}

/* The tiles of output rows i * mr and following, from the diagonal on. */
static void strip(void *arg, size_t i)
{
	const struct syrk *s = arg;
	size_t top = i * s->mr, m = s->p - top < s->mr ? s->p - top : s->mr;
	const double *left = s->left + top * s->rows;
	double acc[ROWS_MAX * COLS_MAX];

	for (size_t at = top / s->nr * s->nr; at < s->p; at += s->nr) {
		size_t n = s->p - at < s->nr ? s->p - at : s->nr;

		memset(acc, 0, sizeof(acc));
		for (size_t k = 0; k < m; k++)
			memcpy(acc + k * s->nr, s->c + (top + k) * s->ldc + at, n * sizeof(*acc));
		s->tile(acc, left, s->right + at * s->rows, s->rows);
		for (size_t k = 0; k < m; k++) {
			size_t from = top + k > at ? top + k - at : 0;

			if (from < n)
				memcpy(s->c + (top + k) * s->ldc + at + from,
					acc + k * s->nr + from, (n - from) * sizeof(*acc));
		}
	}
}

static void shape(struct syrk *s)
{
	s->mr = 4, s->nr = 8, s->tile = tile_portable;
#ifdef __x86_64__
	switch (level()) {
	case LEVEL_AVX512:
		s->mr = ROWS_MAX, s->nr = COLS_MAX, s->tile = tile_avx512;
		break;
	case LEVEL_AVX2:
		s->mr = 4, s->nr = 12, s->tile = tile_avx2;
		break;
	default:
		break;
	}
#endif
}

void kernel_syrk(double *c, size_t ldc, const double *a, size_t lda, size_t rows, size_t p,
	const double *w, size_t threads)
{
	struct syrk s = {.c = c, .ldc = ldc, .p = p};
	double *left, *right;
	size_t room = rows < SLAB ? rows : SLAB, strips;

	if (!rows || !p)
		return;
	shape(&s);
	strips = (p + s.mr - 1) / s.mr;
	left = mem_array(strips * s.mr * room, sizeof(*left));
	right = mem_array((p + s.nr - 1) / s.nr * s.nr * room, sizeof(*right));
	s.left = left, s.right = right;
	for (size_t r = 0; r < rows; r += s.rows) {
		s.rows = rows - r < SLAB ? rows - r : SLAB;
		pack(left, a + r * lda, lda, s.rows, p, s.mr, w ? w + r : NULL);
		pack(right, a + r * lda, lda, s.rows, p, s.nr, NULL);
		if (threads > 1 && (double)s.rows * (double)p * (double)p / 2 > WORTH)
			pool_run(threads, strips, strip, &s);
		else
			for (size_t i = 0; i < strips; i++)
				strip(&s, i);
	}
	free(left);
	free(right);
}

/* ---- products with narrow matrices: limited by memory, not by arithmetic */

/* One output column: chains of several rows at a time hide the latency of each. */
INLINE void column_body(double *restrict out, const double *restrict a, size_t lda, size_t rows,
	size_t p, const double *restrict b, double bias, const int soft)
{
	size_t r = 0;

	for (; r + 8 <= rows; r += 8) {
		double sum[8];

		for (size_t k = 0; k < 8; k++)
			sum[k] = bias;
		for (size_t j = 0; j < p; j++)
			for (size_t k = 0; k < 8; k++)
				sum[k] = link(a[(r + k) * lda + j], b[j], sum[k], soft);
		for (size_t k = 0; k < 8; k++)
			out[r + k] = sum[k];
	}
	for (; r < rows; r++) {
		double sum = bias;

		for (size_t j = 0; j < p; j++)
			sum = link(a[r * lda + j], b[j], sum, soft);
		out[r] = sum;
	}
}

CLONES(column,
	(double *out, const double *a, size_t lda, size_t rows, size_t p, const double *b,
		double bias),
	out, a, lda, rows, p, b, bias)

INLINE void gemm_body(double *restrict out, const double *restrict a, size_t lda, size_t rows,
	size_t p, const double *restrict b, const double *restrict bias, size_t n, const int soft)
{
	for (size_t r = 0; r < rows; r++, out += n, a += lda) {
		memcpy(out, bias, n * sizeof(*out));
		for (size_t j = 0; j < p; j++)
			for (size_t k = 0; k < n; k++)
				out[k] = link(a[j], b[j * n + k], out[k], soft);
	}
}

CLONES(gemm,
	(double *out, const double *a, size_t lda, size_t rows, size_t p, const double *b,
		const double *bias, size_t n),
	out, a, lda, rows, p, b, bias, n)

void kernel_gemm(double *out, const double *a, size_t lda, size_t rows, size_t p, const double *b,
	const double *bias, size_t n)
{
	if (n == 1)
		CALL(column, (out, a, lda, rows, p, b, *bias));
	else
		CALL(gemm, (out, a, lda, rows, p, b, bias, n));
}

/* Four rows at a time for one row of the output: it is loaded and stored once for four links. */
INLINE void gemm_t_body(double *restrict out, const double *restrict a, size_t lda, size_t rows,
	size_t p, const double *restrict v, size_t n, const int soft)
{
	size_t r = 0;

	for (; r + 4 <= rows; r += 4, a += 4 * lda, v += 4 * n)
		for (size_t k = 0; k < n; k++)
			for (size_t j = 0; j < p; j++) {
				double sum = link(v[k], a[j], out[k * p + j], soft);

				sum = link(v[n + k], a[lda + j], sum, soft);
				sum = link(v[2 * n + k], a[2 * lda + j], sum, soft);
				out[k * p + j] = link(v[3 * n + k], a[3 * lda + j], sum, soft);
			}
	for (; r < rows; r++, a += lda, v += n)
		for (size_t k = 0; k < n; k++)
			for (size_t j = 0; j < p; j++)
				out[k * p + j] = link(v[k], a[j], out[k * p + j], soft);
}

CLONES(gemm_t,
	(double *out, const double *a, size_t lda, size_t rows, size_t p, const double *v,
		size_t n),
	out, a, lda, rows, p, v, n)

void kernel_gemm_t(
	double *out, const double *a, size_t lda, size_t rows, size_t p, const double *v, size_t n)
{
	CALL(gemm_t, (out, a, lda, rows, p, v, n));
}
