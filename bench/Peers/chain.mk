# A chain of STEPS containers, each after the one before.
numbers := $(shell seq 1 $(STEPS))

all: step-$(STEPS)

step-0:
	@touch $@

define step
step-$(1): step-$(shell expr $(1) - 1)
	@docker run --rm --label $(LABEL) $(IMAGE) true
	@touch $$@
endef
$(foreach number,$(numbers),$(eval $(call step,$(number))))
