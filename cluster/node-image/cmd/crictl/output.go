package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"text/template"
	"time"

	"github.com/docker/go-units"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"sigs.k8s.io/yaml"
)

const shortLength = 13

// table writes aligned columns, which appear on flush.
type table struct{ writer *tabwriter.Writer }

func newTable(out io.Writer, header ...string) table {
	t := table{tabwriter.NewWriter(out, 20, 1, 3, ' ', 0)}
	t.row(header...)
	return t
}

func (t table) row(cells ...string) { fmt.Fprintln(t.writer, strings.Join(cells, "\t")) }

func (t table) flush() error { return t.writer.Flush() }

// short is an id as the tables show it: without its algorithm, 13 characters.
func short(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(len(id), shortLength)]
}

// age is a time in nanoseconds since 1970 as the tables show it: "2 hours ago".
func age(now time.Time, nanoseconds int64) string {
	return units.HumanDuration(now.Sub(time.Unix(0, nanoseconds))) + " ago"
}

// protoJSON is a message as JSON: camelCase names, names of enums, defaults too.
func protoJSON(message proto.Message) ([]byte, error) {
	return protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(message)
}

// writeMessage writes a list in one of the formats that are not a table.
func writeMessage(out io.Writer, format string, message proto.Message) error {
	data, err := protoJSON(message)
	if err != nil {
		return err
	}
	return writeJSON(out, format, "", data)
}

// writeValue writes decoded JSON as format says; text is the go-template's.
func writeValue(out io.Writer, format, text string, value any) error {
	data, err := encode(value)
	if err != nil {
		return err
	}
	return writeJSON(out, format, text, data)
}

// encode is JSON on one line, in which < and & stay what they are.
func encode(value any) ([]byte, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(data.Bytes()), err
}

func writeJSON(out io.Writer, format, text string, data []byte) error {
	switch format {
	case "json":
		// Indent sets the white space anew: protojson's differs from run to run.
		var indented bytes.Buffer
		if err := json.Indent(&indented, data, "", "  "); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, indented.String())
		return err
	case "yaml":
		document, err := yaml.JSONToYAML(data)
		if err != nil {
			return err
		}
		_, err = out.Write(document)
		return err
	case "go-template":
		return writeTemplate(out, text, data)
	default:
		return fmt.Errorf("there is no output format %q here", format)
	}
}

func writeTemplate(out io.Writer, text string, data []byte) error {
	if text == "" {
		return errors.New("-o go-template needs --template, such as --template '{{.status.state}}'")
	}
	parsed, err := template.New("--template").Option("missingkey=error").Funcs(template.FuncMap{
		"json": func(value any) (string, error) {
			encoded, err := encode(value)
			return string(encoded), err
		},
		"lower": strings.ToLower,
		"upper": strings.ToUpper,
	}).Parse(text)
	if err != nil {
		return fmt.Errorf("cannot read the template: %w", err)
	}
	value, err := decode(data)
	if err != nil {
		return err
	}
	var filled strings.Builder
	if err := parsed.Execute(&filled, value); err != nil {
		return fmt.Errorf("cannot fill in the template: %w", err)
	}
	_, err = fmt.Fprintln(out, filled.String())
	return err
}

// decode reads JSON and keeps its numbers as they are written.
func decode(data []byte) (any, error) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return value, decoder.Decode(&value)
}

// checkFormat refuses an output format that a command does not have.
func checkFormat(format string, allowed ...string) error {
	for _, one := range allowed {
		if format == one {
			return nil
		}
	}
	return fmt.Errorf("there is no output format %q: --output is one of %s", format, strings.Join(allowed, ", "))
}
