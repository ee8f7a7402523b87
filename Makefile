# make VERB is Scripts/VERB.
verbs := setup build run test bench fuzz format
.PHONY: $(verbs)
$(verbs):
	@Scripts/$@ $(ARGS)
