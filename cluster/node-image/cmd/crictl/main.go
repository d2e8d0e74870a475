package main

import (
	_ "k8s.io/cri-client/pkg"
	_ "k8s.io/cri-client/pkg/logs"
	_ "sigs.k8s.io/yaml"
)

func main() {}
