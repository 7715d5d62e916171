// Package representation answers with a text in the coding that the client
// takes, or tells it that it has the text already (RFC 9110, 8.4, 8.8 and 13).
//
// A text that is compressed is another representation than the text as it is, so
// each has a strong tag of its own, and the answer varies by Accept-Encoding.
package representation

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
)

// Body is a text that stays the same under its tag.
type Body struct {
	Type  string // its media type
	Tag   string // of the text as it is, without quotes
	Plain []byte
	// Gzip returns the text compressed, nil where that is not smaller. It is
	// called for every client that takes it.
	Gzip func() []byte
}

// TagOf names a text by its content.
func TagOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}

// gzipTag names the compressed representation of what has the tag.
func gzipTag(tag string) string { return tag + "-gzip" }

// Compress returns the content compressed, nil where that is not smaller. The
// level is one of compress/gzip's.
func Compress(content []byte, level int) []byte {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, level)
	if err != nil {
		panic(fmt.Sprintf("gzip level %d: %v", level, err))
	}
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()
	if packed.Len() >= len(content) {
		return nil
	}
	return packed.Bytes()
}

// form is one representation of a body.
type form struct {
	tag, coding string
	body        []byte
}

// Serve answers GET and HEAD with the body, or 304 to whom has it. Of the forms
// that the client takes it sends the one that it wants most, the compressed one
// where it wants both as much; having any of them is enough.
func (b Body) Serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	known, forms := KnownTo(r), b.forms(codingsFor(r))
	for _, f := range forms {
		if known.Has(f.tag) {
			h.Set("ETag", Quoted(f.tag))
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	f := forms[0]
	if f.coding != "" {
		h.Set("Content-Encoding", f.coding)
	}
	h.Set("ETag", Quoted(f.tag))
	h.Set("Content-Type", b.Type)
	h.Set("Content-Length", strconv.Itoa(len(f.body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.body) // a client that has gone is no error of ours
	}
}

// forms are those that the client takes, the one to send first. Who takes none
// gets the text as it is.
func (b Body) forms(take codings) []form {
	plain := form{tag: b.Tag, body: b.Plain}
	if take.gzip <= 0 {
		return []form{plain}
	}
	packed := b.Gzip()
	if packed == nil {
		return []form{plain}
	}
	gzipped := form{tag: gzipTag(b.Tag), coding: "gzip", body: packed}
	switch {
	case take.plain <= 0:
		return []form{gzipped}
	case take.plain > take.gzip:
		return []form{plain, gzipped}
	default:
		return []form{gzipped, plain}
	}
}
