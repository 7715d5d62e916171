package docker

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/stretchr/testify/require"
)

// image is the Dockerfile as the builder reads it.
type image struct {
	build, final instructions.Stage
	args         map[string]string // before the first stage
}

func readDockerfile(t *testing.T) image {
	t.Helper()
	parsed, err := parser.Parse(bytes.NewReader(read(t, "Dockerfile")))
	require.NoError(t, err)
	require.Empty(t, parsed.Warnings)
	stages, args, err := instructions.Parse(parsed.AST, nil)
	require.NoError(t, err)
	require.Len(t, stages, 2)
	i := image{build: stages[0], final: stages[1], args: map[string]string{}}
	for _, a := range args {
		for _, pair := range a.Args {
			i.args[pair.Key] = pair.ValueString()
		}
	}
	return i
}

// find returns the stage's commands of a type.
func find[T instructions.Command](s instructions.Stage) (all []T) {
	for _, c := range s.Commands {
		if one, ok := c.(T); ok {
			all = append(all, one)
		}
	}
	return all
}

func TestTheImageIsFitForStrangers(t *testing.T) {
	i := readDockerfile(t)
	require.Regexp(t, `^golang:\d+\.\d+\.\d+-`, i.args["GO_IMAGE"])
	toolchain := regexp.MustCompile(`(?m)^toolchain go(\S+)$`).FindStringSubmatch(string(read(t, "..", "go.mod")))
	require.Contains(t, i.args["GO_IMAGE"], ":"+toolchain[1]+"-", "as go.mod says")
	require.Contains(t, i.args["BASE_IMAGE"], "distroless/static", "no shell, no package manager")

	user := find[*instructions.UserCommand](i.final)
	require.Len(t, user, 1)
	require.Equal(t, "65532:65532", user[0].User, "a number: Kubernetes cannot tell whether a name is root")
	check := find[*instructions.HealthCheckCommand](i.final)
	require.Len(t, check, 1)
	require.Equal(t, []string{"CMD", "/seathold", "healthcheck"}, check[0].Health.Test, "without a shell")
	entry := find[*instructions.EntrypointCommand](i.final)
	require.False(t, entry[0].PrependShell)
	require.Equal(t, []string{"/seathold"}, entry[0].CmdLine)
	require.Equal(t, "SIGTERM", find[*instructions.StopSignalCommand](i.final)[0].Signal)
	require.Empty(t, find[*instructions.RunCommand](i.final), "there is nothing to run anything with")
	for _, run := range find[*instructions.RunCommand](i.build) {
		require.NotEmpty(t, instructions.GetMounts(run), "built from a cache")
	}

	labels := map[string]bool{}
	for _, l := range find[*instructions.LabelCommand](i.final) {
		for _, pair := range l.Labels {
			labels[pair.Key] = true
		}
	}
	for _, name := range []string{"title", "description", "licenses", "version", "revision"} {
		require.True(t, labels["org.opencontainers.image."+name], name)
	}
}

const release = "9.8.7"

// built is what the build stage leaves: the binary and the data folder.
type built struct {
	root string // stands for /out
	env  []string
}

func (b built) binary() string { return filepath.Join(b.root, "seathold") }

// buildByScript runs the build stage in a folder, as a script: the files that it
// copies, less those that .dockerignore keeps out, and its RUN lines.
func buildByScript(t *testing.T) built {
	t.Helper()
	i := readDockerfile(t)
	source, b := t.TempDir(), built{root: t.TempDir()}
	env := append(os.Environ(), "TARGETOS="+runtime.GOOS, "TARGETARCH="+runtime.GOARCH, "RELEASE="+release)
	for _, c := range i.build.Commands {
		switch c := c.(type) {
		case *instructions.EnvCommand:
			for _, pair := range c.Env {
				env = append(env, pair.Key+"="+pair.Value)
			}
		case *instructions.CopyCommand:
			for _, from := range c.SourcePaths {
				copyFiltered(t, from, filepath.Join(source, c.DestPath, filepath.Base(map[bool]string{true: from}[c.DestPath == "./"])))
			}
		case *instructions.RunCommand:
			require.True(t, c.PrependShell)
			run := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(strings.Join(c.CmdLine, " "), "/out", b.root))
			run.Dir, run.Env = source, env
			said, err := run.CombinedOutput()
			require.NoError(t, err, "%s", said)
		case *instructions.WorkdirCommand, *instructions.ArgCommand:
		default:
			require.Fail(t, "a step that this test does not know", "%s", c)
		}
	}
	for _, e := range find[*instructions.EnvCommand](i.final) {
		for _, pair := range e.Env {
			b.env = append(b.env, pair.Key+"="+pair.Value)
		}
	}
	return b
}

// copyFiltered copies a file or a folder of the project, less what is ignored.
func copyFiltered(t *testing.T, from, to string) {
	t.Helper()
	patterns, err := ignorefile.ReadAll(bytes.NewReader(read(t, "..", ".dockerignore")))
	require.NoError(t, err)
	ignored, err := patternmatcher.New(patterns)
	require.NoError(t, err)
	root := filepath.Join("..", from)
	require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel("..", path)
		require.NoError(t, err)
		inside, err := filepath.Rel(root, path)
		require.NoError(t, err)
		out, err := ignored.MatchesOrParentMatches(name)
		require.NoError(t, err)
		if out || d.IsDir() {
			return nil
		}
		target := filepath.Join(to, inside)
		require.NoError(t, os.MkdirAll(filepath.Dir(target), 0o755))
		return os.WriteFile(target, read(t, path), 0o644)
	}))
}

// TestTheImagesStepsBuildIt: what comes out needs nothing of the image that it is
// put into, runs as nobody in particular, and finds itself healthy.
func TestTheImagesStepsBuildIt(t *testing.T) {
	b := buildByScript(t)
	file, err := elf.Open(b.binary())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	for _, p := range file.Progs {
		require.NotEqual(t, elf.PT_INTERP, p.Type, "it is linked statically")
	}
	libraries, err := file.ImportedLibraries()
	require.NoError(t, err)
	require.Empty(t, libraries)
	require.DirExists(t, filepath.Join(b.root, "data"))

	said, err := exec.CommandContext(t.Context(), b.binary(), "version").CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.Contains(t, string(said), release)

	c := startContainer(t, b)
	c.awaitHealthy(t)
	for _, probe := range probes(t) {
		c.requireAnswers(t, probe)
	}
	require.NotEmpty(t, c.metrics(t))
	c.stop(t)
	require.Error(t, c.healthcheck(t), "the control")
}
