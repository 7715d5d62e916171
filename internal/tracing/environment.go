package tracing

import (
	"fmt"
	"net/url"
	"strings"
)

// The variables that decide whether there are traces, and where they go. All
// others of OpenTelemetry's (headers, certificates, sampler, limits) are read by
// its SDK.
const (
	varEndpoint       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	varTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	varProtocol       = "OTEL_EXPORTER_OTLP_PROTOCOL"
	varTracesProtocol = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	varExporter       = "OTEL_TRACES_EXPORTER"
	varDisabled       = "OTEL_SDK_DISABLED"
)

// wanted reports whether the environment asks for traces.
func wanted(getenv func(string) string) (bool, error) {
	if strings.EqualFold(getenv(varDisabled), "true") {
		return false, nil
	}
	switch exporter := getenv(varExporter); exporter {
	case "", "otlp":
	case "none":
		return false, nil
	default:
		return false, fmt.Errorf("%s: %q is not known; want otlp or none", varExporter, exporter)
	}
	name, endpoint := first(getenv, varTracesEndpoint, varEndpoint)
	if endpoint == "" {
		return false, nil
	}
	if u, err := url.Parse(endpoint); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		// Not shown: it may have a password in it.
		return false, fmt.Errorf("%s: want a URL such as http://127.0.0.1:4318", name)
	}
	if name, protocol := first(getenv, varTracesProtocol, varProtocol); protocol != "" && protocol != "http/protobuf" {
		return false, fmt.Errorf("%s: %q is not spoken here; want http/protobuf, mostly at port 4318", name, protocol)
	}
	return true, nil
}

// first returns the first variable that is set, and its value.
func first(getenv func(string) string, names ...string) (name, value string) {
	for _, name := range names {
		if value := getenv(name); value != "" {
			return name, value
		}
	}
	return names[len(names)-1], ""
}

// Collector returns where the environment has traces sent, host and scheme, and
// by which variable; nil where there are none. The error names the variable that
// is wrong.
func Collector(getenv func(string) string) (variable string, collector *url.URL, err error) {
	on, err := wanted(getenv)
	if !on || err != nil {
		return "", nil, err
	}
	variable, endpoint := first(getenv, varTracesEndpoint, varEndpoint)
	u, err := url.Parse(endpoint)
	if err != nil {
		return variable, nil, fmt.Errorf("%s: cannot be read", variable) // wanted has read it
	}
	return variable, &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}
