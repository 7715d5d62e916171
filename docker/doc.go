// Package docker holds the tests of what stands beside it: the image, the compose
// file and the manifests for Kubernetes. It is a module of its own, so that what
// reads those formats is no dependency of the service.
package docker
