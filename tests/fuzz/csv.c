/* csv: any bytes as CSV, also gzipped. `make fuzz` runs it; libFuzzer starts from
 * tests/fuzz/corpus/csv.
 * SPDX-License-Identifier: MIT
 */
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_text(data, size, FORMAT_CSV);
	return 0;
}
