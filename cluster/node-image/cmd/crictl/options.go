package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"github.com/spf13/pflag"
	"sigs.k8s.io/yaml"
)

const (
	defaultEndpoint = "unix:///run/containerd/containerd.sock"
	defaultConfig   = "/etc/crictl.yaml"
	defaultTimeout  = 10 * time.Second
)

// options are the global flags as given; the empty string is "not given".
type options struct {
	config, runtime, image, timeout string
}

// settings are the options after the environment, the configuration file and
// the defaults have filled their gaps.
type settings struct {
	runtime, image string
	timeout        time.Duration
}

// configFile is the part of /etc/crictl.yaml that this program knows.
type configFile struct {
	RuntimeEndpoint string `json:"runtime-endpoint"`
	ImageEndpoint   string `json:"image-endpoint"`
	Timeout         int    `json:"timeout"`
}

func (o *options) addFlags(flags *pflag.FlagSet) {
	flags.StringVarP(&o.config, "config", "c", "",
		"configuration `file` (default $CRI_CONFIG_FILE, then "+defaultConfig+")")
	flags.StringVarP(&o.runtime, "runtime-endpoint", "r", "",
		"`address` of the runtime (default $CONTAINER_RUNTIME_ENDPOINT, the file's, then "+defaultEndpoint+")")
	flags.StringVarP(&o.image, "image-endpoint", "i", "",
		"`address` of the image service (default $IMAGE_SERVICE_ENDPOINT, the file's, then the runtime's)")
	flags.StringVarP(&o.timeout, "timeout", "t", "",
		"how long to wait for the runtime, as 5s or in whole seconds (default "+defaultTimeout.String()+")")
}

// resolve fills the gaps of the options. It fails on a timeout that is none, on
// a configuration file that was named and cannot be read, and on a broken one.
func (o *options) resolve(getenv func(string) string) (settings, error) {
	file, err := readConfig(first(o.config, getenv("CRI_CONFIG_FILE")))
	if err != nil {
		return settings{}, err
	}
	s := settings{timeout: defaultTimeout}
	s.runtime = first(o.runtime, getenv("CONTAINER_RUNTIME_ENDPOINT"), file.RuntimeEndpoint, defaultEndpoint)
	s.image = first(o.image, getenv("IMAGE_SERVICE_ENDPOINT"), file.ImageEndpoint, s.runtime)
	if file.Timeout > 0 {
		s.timeout = time.Duration(file.Timeout) * time.Second
	}
	if o.timeout != "" {
		if s.timeout, err = parseTimeout(o.timeout); err != nil {
			return settings{}, err
		}
	}
	return s, nil
}

func readConfig(path string) (configFile, error) {
	var file configFile
	named := path != ""
	if !named {
		path = defaultConfig
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return file, nil
	}
	if err != nil {
		return file, fmt.Errorf("cannot read the configuration: %w", err)
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return file, fmt.Errorf("cannot read the configuration %s: %w", path, err)
	}
	return file, nil
}

func parseTimeout(text string) (time.Duration, error) {
	timeout, err := time.ParseDuration(text)
	if seconds, isNumber := strconv.Atoi(text); isNumber == nil {
		timeout, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || timeout <= 0 {
		return 0, fmt.Errorf("--timeout %q is not a time such as 5s", text)
	}
	return timeout, nil
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
