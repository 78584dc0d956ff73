/* jsonl: any bytes as JSON Lines, also gzipped. `make fuzz` runs it; libFuzzer starts from
 * tests/fuzz/corpus/jsonl.
 * SPDX-License-Identifier: MIT
 */
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_text(data, size, FORMAT_JSONL);
	return 0;
}
