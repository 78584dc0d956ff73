/* kernel: sums of products over rows, fast, and with the same bits on every CPU.
 * SPDX-License-Identifier: MIT
 *
 * Every output element is one chain of fused multiply-adds, rounded once each, in ascending order
 * of what is summed over; the code is vectorised across outputs and never along the sum. So the
 * result does not depend on the width of the vectors, on how the rows are cut into calls (a chain
 * goes on where the last call ended), on the tile shapes or on the number of threads.
 *
 * Matrices are row-major; `ld*` is the distance between rows, in elements.
 */
#ifndef MODEL_KERNEL_H
#define MODEL_KERNEL_H

#include <stddef.h>

/* c[i][j] += sum_r (w[r] * a[r][i]) * a[r][j] for i <= j < p, in ascending r; c is [p, p], a is
 * [rows, p]; w may be NULL (all 1). The lower triangle of c is left as it is. */
void kernel_syrk(double *c, size_t ldc, const double *a, size_t lda, size_t rows, size_t p,
	const double *w, size_t threads);

/* out[r][k] = bias[k] + sum_j a[r][j] * b[j][k], in ascending j; a is [rows, p], b [p, n], out
 * [rows, n]. */
void kernel_gemm(double *out, const double *a, size_t lda, size_t rows, size_t p, const double *b,
	const double *bias, size_t n);

/* out[k][j] += sum_r v[r][k] * a[r][j], in ascending r; a is [rows, p], v [rows, n], out [n, p]. */
void kernel_gemm_t(
	double *out, const double *a, size_t lda, size_t rows, size_t p, const double *v, size_t n);

/* What the machine code in use was made for: "avx512f", "avx2" or "portable". It follows the CPU
 * and glibc's view of it, so that GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA chooses the
 * last. */
const char *kernel_level(void);

#endif
