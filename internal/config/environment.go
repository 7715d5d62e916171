package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"

	"github.com/joho/godotenv"
)

const (
	prefix     = "SEATHOLD_"
	testPrefix = "SEATHOLD_TEST_"
	fileSuffix = "_FILE"
)

// Source says where a setting's value is from.
type Source string

// The sources of a value.
const (
	SourceDefault     Source = "default"
	SourceEnvironment Source = "environment"
	SourceDotenv      Source = ".env"
	SourceFile        Source = "file" // the one that NAME_FILE names
)

// variable is one variable of Config, as its struct tags describe it.
type variable struct {
	name   string
	field  string
	secret bool
}

// variables lists all variables in the order of Config's fields.
func variables() []variable {
	var all []variable
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if name := f.Tag.Get("env"); name != "" {
			all = append(all, variable{name: name, field: f.Name, secret: f.Tag.Get("secret") == "true"})
		}
	}
	return all
}

func variableOfField(field string) (variable, bool) {
	for _, v := range variables() {
		if v.field == field {
			return v, true
		}
	}
	return variable{}, false
}

// layer is the variables of one origin, only those with our prefix.
type layer map[string]string

func keepOwn(environ []string) layer {
	own := layer{}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(name, prefix) {
			own[name] = value
		}
	}
	return own
}

// readDotenv reads the file at path; where there is none, nothing.
func readDotenv(path string) (layer, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %s", path, reason(err))
	}
	values, err := godotenv.UnmarshalBytes(text)
	if err != nil {
		// The parser's own error quotes the text, which may be a secret.
		return nil, fmt.Errorf("%s: cannot be read; want lines of NAME=value, values with spaces or # in quotes", path)
	}
	own := layer{}
	for name, value := range values {
		if strings.HasPrefix(name, prefix) {
			own[name] = value
		}
	}
	return own, nil
}

// has reports whether the layer speaks of v at all, by either of its names. An
// empty value counts: it is how an environment takes back what .env says.
func (l layer) has(v variable) bool {
	_, direct := l[v.name]
	_, file := l[v.name+fileSuffix]
	return direct || (v.secret && file)
}

// read returns v's value, "" where it is unset or empty.
func (l layer) read(v variable) (value string, fromFile bool, err error) {
	value = l[v.name]
	path := ""
	if v.secret {
		path = l[v.name+fileSuffix]
	}
	if path == "" {
		return value, false, nil
	}
	if value != "" {
		return "", false, &Error{
			Variable: v.name, Problem: "set together with " + v.name + fileSuffix, Want: "only one of the two",
		}
	}
	value, err = readSecretFile(v.name+fileSuffix, path)
	return value, true, err
}

// readSecretFile does not look at who else may read the file: orchestrators
// mount secrets readable by all users of a container, which has only one.
func readSecretFile(variable, path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", &Error{
			Variable: variable, Problem: quote(path) + " cannot be read: " + reason(err), Want: "the path of a readable file",
		}
	}
	value := strings.TrimRight(string(text), "\r\n")
	if value == "" {
		// Taken as unset, it would silently start something else than was meant.
		return "", &Error{Variable: variable, Problem: quote(path) + " is empty", Want: "a file with the value in it"}
	}
	return value, nil
}

// reason is the system's word for a failed file operation, without the path.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// merged is every variable that has a value, and where it is from.
type merged struct {
	values  map[string]string
	sources map[string]Source
	files   []SecretFile
}

// SecretFile is a file that a secret was read from.
type SecretFile struct {
	Variable string // NAME_FILE
	Path     string
}

// merge takes each variable from the environment or else from .env. The two
// names of a secret go together: one set for real hides both of .env.
func merge(given, dotenv layer) (merged, error) {
	m := merged{values: map[string]string{}, sources: map[string]Source{}}
	var errs []error
	for _, v := range variables() {
		from, source := given, SourceEnvironment
		if !given.has(v) {
			from, source = dotenv, SourceDotenv
		}
		value, fromFile, err := from.read(v)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if value == "" {
			continue
		}
		if fromFile {
			source = SourceFile
			m.files = append(m.files, SecretFile{Variable: v.name + fileSuffix, Path: from[v.name+fileSuffix]})
		}
		m.values[v.name], m.sources[v.name] = value, source
	}
	return m, errors.Join(errs...)
}
