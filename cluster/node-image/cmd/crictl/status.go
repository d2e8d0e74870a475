package main

import (
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// statusOf is a status with the runtime's verbose information beside it. The
// fields called times are nanoseconds in the API and dates in the answer.
func statusOf(message proto.Message, info map[string]string, times ...string) (map[string]any, error) {
	data, err := protoJSON(message)
	if err != nil {
		return nil, err
	}
	value, err := decode(data)
	if err != nil {
		return nil, err
	}
	status, _ := value.(map[string]any)
	reflected := message.ProtoReflect()
	fields := reflected.Descriptor().Fields()
	for n := range fields.Len() {
		if name := fields.Get(n).JSONName(); status[name] == nil {
			status[name] = nil
		}
	}
	for _, name := range times {
		status[name] = date(reflected.Get(fields.ByJSONName(name)))
	}
	answer := map[string]any{"status": status}
	for key, text := range info {
		answer[key] = infoValue(text)
	}
	return answer, nil
}

// date is nanoseconds since 1970 as RFC 3339; 0 is "not yet", the year 1.
func date(value protoreflect.Value) string {
	var moment time.Time
	if nanoseconds := value.Int(); nanoseconds != 0 {
		moment = time.Unix(0, nanoseconds)
	}
	return moment.Format(time.RFC3339Nano)
}

// infoValue decodes what the runtime gives as text: JSON when it looks like it.
func infoValue(text string) any {
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		if value, err := decode([]byte(text)); err == nil {
			return value
		}
	}
	return strings.Trim(text, `"`)
}
