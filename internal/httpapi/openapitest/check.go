package openapitest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contractHeaders are those of an answer that mean something to clients: one
// that the document does not name must not be there.
var contractHeaders = []string{
	"Allow", "Content-Disposition", "ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After",
	"WWW-Authenticate", "X-Request-Id",
}

// Check returns in what an answer differs from the document, nil where in
// nothing. The body is the whole body.
func (d *Document) Check(r *http.Request, status int, header http.Header, body []byte) error {
	said, err := d.responseTo(r, status)
	if err != nil {
		return err
	}
	err = errors.Join(d.checkHeaders(said, header), d.checkContent(said, r.Method, header, body))
	if err != nil {
		return fmt.Errorf("%s %s answered %d against the document: %w", r.Method, r.URL.Path, status, err)
	}
	return nil
}

func (d *Document) checkHeaders(said response, header http.Header) error {
	var errs []error
	for _, name := range contractHeaders {
		if len(header.Values(name)) > 0 && said.Headers[name] == nil {
			errs = append(errs, fmt.Errorf("the header %s is not in the document", name))
		}
	}
	for name, ref := range said.Headers {
		pointer := said.pointer + "/headers/" + name + "/schema"
		if ref.Ref != "" {
			pointer = ref.Ref[1:] + "/schema"
		}
		if err := d.checkHeader(name, ref.Value, pointer, header.Values(name)); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (d *Document) checkHeader(name string, said *openapi3.Header, pointer string, values []string) error {
	switch {
	case len(values) == 0 && said.Required:
		return fmt.Errorf("the header %s is missing", name)
	case len(values) == 0:
		return nil
	}
	text := strings.Join(values, ", ") // several lines are one list (RFC 9110, 5.3)
	var value any = text
	if said.Schema.Value.Type.Is(openapi3.TypeInteger) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("the header %s is no whole number: %q", name, text)
		}
		value = n
	}
	if err := d.validate(pointer, value); err != nil {
		return fmt.Errorf("the header %s: %w", name, err)
	}
	return nil
}

func (d *Document) checkContent(said response, method string, header http.Header, body []byte) error {
	if len(said.Content) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("a body where the document has none: %.80q", body)
		}
		return nil
	}
	contentType, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type %q: %w", header.Get("Content-Type"), err)
	}
	media := said.Content[contentType]
	switch {
	case media == nil:
		return fmt.Errorf("the content type %s is not in the document", contentType)
	case method == http.MethodHead:
		return nil
	}
	if body, err = decoded(header, body); err != nil {
		return err
	}
	return d.checkBody(said.pointer+"/content/"+escape(contentType)+"/schema", contentType, body)
}

// decoded undoes the coding that the body was sent in.
func decoded(header http.Header, body []byte) ([]byte, error) {
	switch coding := header.Get("Content-Encoding"); coding {
	case "":
		return body, nil
	case "gzip":
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("the body is not gzip: %w", err)
		}
		return io.ReadAll(r)
	default:
		return nil, fmt.Errorf("the content coding %s is none of ours", coding)
	}
}

func (d *Document) checkBody(pointer, contentType string, body []byte) error {
	if contentType != "application/json" && contentType != "application/problem+json" {
		return d.validate(pointer, string(body))
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the body is not JSON: %w", err)
	}
	if err := d.validate(pointer, value); err != nil {
		return fmt.Errorf("the body: %w\n%s", err, body)
	}
	return nil
}
