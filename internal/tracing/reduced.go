package tracing

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// told are the attributes that may leave the process. What else the
// instrumentation of HTTP and of the database notes may be personal or secret:
// paths and queries, addresses, browsers, statements.
var told = map[attribute.Key]bool{
	"http.request.method": true, "http.response.status_code": true, "http.route": true, "url.scheme": true,
	"network.protocol.version": true, "error.type": true,
	"db.system": true, "db.system.name": true, "db.name": true, "db.namespace": true, "db.operation": true,
	"db.operation.name": true, "db.mongodb.collection": true, "db.collection.name": true,
	"server.address": true, "server.port": true, // of those who are called; see reduce
	attrRequestID: true,
}

// Reduced returns an exporter of spans without anything that is not on the list.
func Reduced(e sdk.SpanExporter) sdk.SpanExporter { return reduced{e} }

type reduced struct{ sdk.SpanExporter }

// ExportSpans implements sdk.SpanExporter.
func (r reduced) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	clean := make([]sdk.ReadOnlySpan, len(spans))
	for i, span := range spans {
		clean[i] = reducedSpan{span, reduce(span)}
	}
	return r.SpanExporter.ExportSpans(ctx, clean)
}

// reduce returns the attributes on the list. A server's own address is what the
// caller named in Host, anything.
func reduce(span sdk.ReadOnlySpan) []attribute.KeyValue {
	var kept []attribute.KeyValue
	for _, a := range span.Attributes() {
		ours := span.SpanKind() == trace.SpanKindServer && (a.Key == "server.address" || a.Key == "server.port")
		if told[a.Key] && !ours {
			kept = append(kept, a)
		}
	}
	return kept
}

type reducedSpan struct {
	sdk.ReadOnlySpan
	attributes []attribute.KeyValue
}

// Attributes implements sdk.ReadOnlySpan.
func (s reducedSpan) Attributes() []attribute.KeyValue { return s.attributes }

// Events implements sdk.ReadOnlySpan: errors quote what they are about.
func (s reducedSpan) Events() []sdk.Event { return nil }

// Status implements sdk.ReadOnlySpan; its description is an error's text.
func (s reducedSpan) Status() sdk.Status { return sdk.Status{Code: s.ReadOnlySpan.Status().Code} }
