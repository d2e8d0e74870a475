module cks-lab.invalid/bench

go 1.26
