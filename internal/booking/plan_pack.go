package booking

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// PackPlan compresses a plan's document for a store: a large hall takes
// megabytes of JSON, and a MongoDB document has at most 16 MiB.
func PackPlan(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("compress plan: %w", err)
	}
	if _, err := w.Write(raw); err != nil {
		return nil, fmt.Errorf("compress plan: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress plan: %w", err)
	}
	return b.Bytes(), nil
}

// UnpackPlan returns what PackPlan was given. A damaged text is an error.
func UnpackPlan(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("decompress plan: %w", err)
	}
	raw, err := io.ReadAll(r) // its end verifies length and checksum
	if err != nil {
		return nil, fmt.Errorf("decompress plan: %w", err)
	}
	return raw, nil
}
