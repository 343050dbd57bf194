.PHONY: run test bench check

run:   ; @scripts/run
test:  ; @scripts/test
bench: ; @scripts/bench
check: ; @scripts/check
