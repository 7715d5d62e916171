// Package docker holds the tests of what stands beside it: the image, the compose
// file, the manifests for Kubernetes, and what Prometheus and Grafana read. It is a module
// of its own, so that what reads those formats is no dependency of the service.
package docker
