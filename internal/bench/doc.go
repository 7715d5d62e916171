// Package bench measures Seathold and prints each figure beside its target:
// `make bench`. Figures of time do not fail, since machines differ; compare
// two of one run.
package bench
