# pawl.mk: the rules of a pipeline, for GNU make 4.3 or newer. A project's Makefile says
#
#     MODEL := telco                          the model's name in the registry
#     RAW   := raw/telco.csv                  the raw file, or several; or RAW_CMD='psql ...'
#     PARTITIONS := ...                       further files of RAW's columns, as `pawl feedback`
#                                             writes them; partitions/*.csv where it is not set
#     PAWL  ?= pawl
#     include $(shell $(PAWL) --share)/pawl.mk
#
# Goals: all (the default), model, scores IN=FILE, refresh, clean, help. Variables of one run:
#     SET='train.l2=0.1 split.seed=2'         parameters that override pawl.yaml
#     NAME=l2-01                              what the run is called in the run store
#
# What is stale is decided by content, not by time. `pawl sync` is called once, when this file is
# read; it keeps a small key file for the raw input and for each step's effective parameters and
# result version, and rewrites one only when its content differs. Rules depend on keys and artifacts,
# never on raw or YAML files, so that `touch`, a comment or a fresh clone run nothing, and other
# content with an older time stamp is noticed. A tool that finds its output up to date keeps it.
#
# One recipe is one command: a shell that survives its make starts nothing. A sibling of an output
# has an empty recipe; both are committed with one time stamp, the primary last.

.DEFAULT_GOAL := all
.SUFFIXES:

PAWL ?= pawl
OUT ?= out
SCORES ?= $(OUT)/scores.csv
PARTITIONS ?= $(if $(RAW_CMD),,$(sort $(wildcard partitions/*.csv)))
pawl.keys := .pawl/key

ifeq ($(strip $(MODEL)),)
$(error MODEL is not set: the Makefile names the model before it includes pawl.mk)
endif
ifeq ($(strip $(RAW)$(RAW_CMD)),)
$(error RAW is not set: the Makefile names the raw file before it includes pawl.mk)
endif

PAWL_HOME ?= $(CURDIR)/.pawl
PAWL_EXPERIMENT := $(MODEL)
PAWL_SET := $(SET)
PAWL_RUN_NAME := $(NAME)
export PAWL_HOME PAWL_EXPERIMENT PAWL_SET PAWL_RUN_NAME RAW_CMD IN

# What each step is called with, besides its files. sync asks the tools themselves for their
# effective parameters under these arguments.
ingest.args := -c pawl.yaml -s schema.yaml
profile.args := -c pawl.yaml
validate.args := -c pawl.yaml -s schema.yaml
split.args := -c pawl.yaml
featurize.args := -c pawl.yaml -r features.yaml
train.args := -c pawl.yaml
evaluate.args := -c pawl.yaml
gates.args := -c pawl.yaml --check
register.args := -c pawl.yaml

# quote(TEXT): as one word of the shell.
pawl.quote = '$(subst ','\'',$(1))'

pawl.steps := ingest profile validate split featurize train evaluate

# clean and help need no keys: they work also where a raw file is gone or a configuration is wrong.
ifneq ($(filter-out clean help,$(or $(MAKECMDGOALS),all)),)
# $(shell) does not see what make exports (before 4.4), so it is told.
PAWL_RUN := $(shell PAWL_HOME=$(call pawl.quote,$(PAWL_HOME)) PAWL_SET=$(call pawl.quote,$(SET)) \
	$(PAWL) sync --keys $(pawl.keys) --sweep $(OUT) \
	$(if $(RAW_CMD),--value raw=$(call pawl.quote,$(RAW_CMD)),$(foreach f,$(RAW) $(PARTITIONS),--raw raw=$(call pawl.quote,$f))) \
	$(foreach s,$(pawl.steps),--step '$s $($s.args)') \
	--step 'gates=evaluate $(gates.args)' --step 'register $(register.args)')
ifneq ($(.SHELLSTATUS),0)
$(error pawl sync failed, see above: nothing was run)
endif
export PAWL_RUN
endif

# key(STEP...): the key files of steps.
pawl.key = $(patsubst %,$(pawl.keys)/%.key,$(1))
# sibling(PRIMARY,SIBLING): SIBLING is made by PRIMARY's recipe; deleted by hand, it comes back.
pawl.sibling = $(eval $(2): $(1) ;)$(if $(wildcard $(2)),,$(eval $(1): pawl.force))

.PHONY: all model scores refresh clean help pawl.force

all: $(OUT)/release.json $(OUT)/profile.json
model: $(OUT)/metrics.json $(OUT)/profile.json

$(OUT)/data.arrow: $(call pawl.key,raw ingest) | $(OUT)
	@$(PAWL) ingest $(ingest.args) -o $@ $(if $(RAW_CMD),--exec "$$RAW_CMD",$(foreach f,$(RAW) $(PARTITIONS),$(call pawl.quote,$f)))

$(OUT)/profile.json: $(OUT)/data.arrow $(call pawl.key,profile)
	@$(PAWL) profile $(profile.args) -o $@ $<

# The report is always committed; the verdict is a target of its own: schema skew stops here.
$(OUT)/validation.json: $(OUT)/data.arrow $(call pawl.key,validate)
	@$(PAWL) validate $(validate.args) --report -q -o $@ $<
$(OUT)/valid.ok: $(OUT)/validation.json
	@$(PAWL) validate --check -o $@ $<

$(OUT)/train.arrow: $(OUT)/data.arrow $(OUT)/valid.ok $(call pawl.key,split)
	@$(PAWL) split $(split.args) -o $@ --test-output $(OUT)/test.arrow $<
$(call pawl.sibling,$(OUT)/train.arrow,$(OUT)/test.arrow)

$(OUT)/train.features.arrow: $(OUT)/train.arrow $(call pawl.key,featurize)
	@$(PAWL) featurize $(featurize.args) -o $@ --graph $(OUT)/features.onnx $<
$(call pawl.sibling,$(OUT)/train.features.arrow,$(OUT)/features.onnx)

$(OUT)/model.onnx: $(OUT)/train.features.arrow $(OUT)/features.onnx $(call pawl.key,train)
	@$(PAWL) train $(train.args) --graph $(OUT)/features.onnx -o $@ $<

$(OUT)/metrics.json: $(OUT)/model.onnx $(OUT)/test.arrow $(call pawl.key,evaluate)
	@$(PAWL) evaluate $(evaluate.args) -m $< -o $@ $(OUT)/test.arrow

$(OUT)/gates.ok: $(OUT)/metrics.json $(call pawl.key,gates)
	@$(PAWL) evaluate $(gates.args) -o $@ $<

$(OUT)/release.json: $(OUT)/gates.ok $(OUT)/metrics.json $(OUT)/model.onnx $(OUT)/test.arrow \
		$(OUT)/train.arrow $(call pawl.key,register)
	@$(PAWL) register add $(register.args) --promote --summary -o $@ --gates $< \
		--metrics $(OUT)/metrics.json --data $(OUT)/test.arrow \
		--reference $(OUT)/train.arrow $(MODEL) $(OUT)/model.onnx

scores:
	@$(if $(IN),$(PAWL) predict -m $(MODEL)@champion -o $(SCORES) "$$IN",\
		$(error IN is not set: make scores IN=FILE [SCORES=FILE]))

# The raw command is run again (its text is all that make can see of it).
refresh: all
ifneq ($(filter refresh,$(MAKECMDGOALS)),)
$(OUT)/data.arrow: pawl.force
endif

$(OUT):
	@mkdir -p $@

clean:
	@rm -rf $(OUT) $(pawl.keys)

help:
	@printf '%s\n' 'make                 run what is stale, register, promote when better' \
		'make model           the same up to the metrics; the registry is not touched' \
		'make scores IN=FILE  score FILE with the champion into $(SCORES)' \
		'make refresh         with RAW_CMD: run the command again' \
		'make clean           remove $(OUT) (runs and registry stay in .pawl)' \
		"options              SET='train.l2=0.1' NAME=l2-01, -n, -jN, -k"
