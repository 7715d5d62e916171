package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// changed changes the JSON object that an answer is, on its way through a proxy.
func changed(r *http.Response, change func(map[string]any)) error {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return err
	}
	change(body)
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	r.ContentLength = int64(len(text))
	r.Header.Set("Content-Length", strconv.Itoa(len(text)))
	return nil
}
