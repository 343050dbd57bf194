.PHONY: run test soak bench check

run:   ; @scripts/run
test:  ; @scripts/test
soak:  ; @scripts/soak
bench: ; @scripts/bench
check: ; @scripts/check
