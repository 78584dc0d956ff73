# pawl: build, test, install. No lists to edit: a new bin/X.c, lib/FLOOR/M.c, man/pawl-X.1,
# tests/unit/FLOOR-M.c, tests/cli/X.bats or tests/fuzz/X.c is picked up by itself.
#
#   make            build into build/ (VERBOSE=1: show commands)           make V=asan|tsan|cov|clang  a build of that kind
#   make demo       the loop on the example     make check                 all tests
#   make unit cli flow interop                  one kind of test           T=PATTERN: some of them
#   make fuzz SECONDS=60   make lint   make format   make install PREFIX=/usr/local

.DEFAULT_GOAL := all
Q := $(if $(VERBOSE),,@)
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

CC = gcc
PREFIX = /usr/local
V =
B := build$(if $(V),/$(V))
SECONDS = 60
export LC_ALL := C

OPTIMISE := -O2
ifeq ($(V),asan)
OPTIMISE := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else ifeq ($(V),tsan)
OPTIMISE := -O1 -fsanitize=thread
else ifeq ($(V),cov)
OPTIMISE := -O0 --coverage
else ifeq ($(V),clang)
CC = clang
else ifneq ($(V),)
$(error V is asan, tsan, cov or clang, or nothing)
endif

WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
CFLAGS := -std=gnu11 -g $(OPTIMISE) $(WARN) -ffp-contract=off -fno-math-errno -D_GNU_SOURCE \
	-fstack-protector-strong -pthread
CPPFLAGS := -Ilib -I$(B)/gen -MMD -MP
LDFLAGS := -Wl,--as-needed -pthread $(OPTIMISE)
# The reference LAPACK, linked statically: the same bits on every CPU (DESIGN rule 3).
# Asked for when something is linked: `make demo` has no compiler yet when this is read.
LAPACK = $(eval LAPACK := $(foreach a,liblapacke.a lapack/liblapack.a blas/libblas.a,$\
	$(shell $(CC) -print-file-name=$a)))$(LAPACK)
LDLIBS = -lmicrohttpd -lcsv -lz -lyaml -ljansson -lcrypto -lprotobuf-c -llz4 -lzstd $(LAPACK) -lgfortran -lm

LIB := $(B)/libpawl.a
GEN := $(B)/gen/onnx.pb-c.h
SRC := $(sort $(wildcard lib/*/*.c))
OBJ := $(SRC:%.c=$(B)/obj/%.o) $(B)/obj/gen/onnx.pb-c.o
TOOLS := $(filter-out pawl,$(patsubst bin/%.c,%,$(sort $(wildcard bin/*.c))))
PROGRAMS := $(addprefix $(B)/libexec/pawl/,$(TOOLS)) $(if $(wildcard bin/pawl.c),$(B)/bin/pawl)
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/*.c)))
EXAMPLES := $(patsubst %.c,$(B)/%,$(sort $(wildcard examples/*/*.c)))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/*.c)))

.PHONY: all demo check unit cli flow interop fuzz lint format install uninstall clean \
	unit-programs fuzz-library

all: $(PROGRAMS) $(B)/share/pawl/pawl.mk $(EXAMPLES)

# ---- the library and the programs

$(GEN): /usr/include/onnx/onnx.proto
	@mkdir -p $(@D)
	$(Q)protoc-c --proto_path=$(<D) --c_out=$(@D) $(<F)
$(B)/gen/onnx.pb-c.c: $(GEN) ;
$(B)/obj/gen/onnx.pb-c.o: $(B)/gen/onnx.pb-c.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -w $(CPPFLAGS) -c -o $@ $<
$(B)/obj/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<
# The kernels are where the time goes.
$(B)/obj/lib/model/kernel.o: CFLAGS += $(if $(V),,-O3)
# Members are never taken out by ar: a removed source needs a new archive.
$(LIB): $(OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)ar crs $@ $^
$(B)/libexec/pawl/%: $(B)/obj/bin/%.o $(LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)
$(B)/bin/pawl: $(B)/obj/bin/pawl.o $(LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)
$(B)/examples/%: $(B)/obj/examples/%.o $(LIB)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)
$(B)/share/pawl/pawl.mk: lib/mk/pawl.mk
	@mkdir -p $(@D)
	$(Q)cp $< $@
# Kept after the link. Not all targets: a secondary file that is missing is not made again while
# what depends on it is newer, and a source that was moved here keeps its old time.
.SECONDARY: $(patsubst %.c,$(B)/obj/%.o,$(wildcard bin/*.c examples/*.c examples/*/*.c))
-include $(shell find $(B)/obj $(B)/unit -name '*.d' 2>/dev/null)

# ---- the README's two commands, on all processors where -j does not say otherwise

PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

demo:
	@tools/deps
	@$(MAKE) $(PARALLEL) --no-print-directory -s all
	@examples/churn/demo

check:
	@tools/deps --test
	@$(MAKE) $(PARALLEL) --no-print-directory -s all unit-programs
	@tools/check $(if $(V),V=$(V)) unit cli flow interop lint

# ---- tests: every file writes TAP, tools/check counts

$(B)/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	@echo '  TEST $@'
	$(Q)$(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) -o $@ $< $(LIB) -lcmocka $(LDLIBS)
unit-programs: $(UNIT)
unit: unit-programs ; @tools/check $(if $(V),V=$(V)) unit
cli flow interop: all ; @tools/check $(if $(V),V=$(V)) $@
lint: ; @tools/check lint

# libFuzzer needs clang; corpora lie in tests/fuzz/corpus/X.
fuzz-library:
	@$(MAKE) --no-print-directory -s B=build/fuzz/obj CC=clang \
		OPTIMISE='-O1 -fsanitize=address,undefined,fuzzer-no-link' build/fuzz/obj/libpawl.a
build/fuzz/%: tests/fuzz/%.c fuzz-library
	clang $(filter-out $(OPTIMISE),$(CFLAGS)) -O1 -fsanitize=address,undefined,fuzzer -Ilib \
		-Ibuild/fuzz/obj/gen -o $@ $< build/fuzz/obj/libpawl.a $(LDLIBS)
fuzz: $(FUZZ:%=build/fuzz/%)
	@tools/fuzz $(SECONDS) $(FUZZ)

# ---- the rest

format: ; clang-format -i $(SRC) $(wildcard lib/*/*.h bin/*.c tests/unit/*.[ch] tests/fuzz/*.c)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/pawl \
		$(DESTDIR)$(PREFIX)/share/pawl $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7
	install $(B)/bin/pawl $(DESTDIR)$(PREFIX)/bin/
	install $(TOOLS:%=$(B)/libexec/pawl/%) $(DESTDIR)$(PREFIX)/libexec/pawl/
	install -m 644 $(B)/share/pawl/pawl.mk $(DESTDIR)$(PREFIX)/share/pawl/
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 644 lib/mk/completion.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/pawl
	for s in 1 5 7; do for m in man/*.$$s; do [ ! -e "$$m" ] || \
		install -m 644 "$$m" $(DESTDIR)$(PREFIX)/share/man/man$$s/; done; done

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/pawl $(DESTDIR)$(PREFIX)/libexec/pawl $(DESTDIR)$(PREFIX)/share/pawl
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/pawl
	rm -f $(patsubst man/%,$(DESTDIR)$(PREFIX)/share/man/man?/%,$(wildcard man/*))

clean: ; rm -rf build
