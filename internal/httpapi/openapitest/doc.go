// Package openapitest holds answers against the API's OpenAPI document, so that
// a field, a status, a header or a content type that the document does not have
// fails the test that saw it. It judges by a validator of JSON Schema 2020-12
// that knows nothing of the one the service checks requests with.
package openapitest
