package e2e

import (
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/require"
)

// screenshotsVariable is the folder that pictures of the pages are written to;
// without it they are among what is built.
const screenshotsVariable = "SEATHOLD_TEST_SCREENSHOTS"

// shoot takes a picture of the page in each look: name-1280x800.png, in the dark
// name-1280x800-dark.png, and so on.
func shoot(t *testing.T, p *tab, name string) {
	t.Helper()
	p.inEachLook(allLooks, func(l look) {
		require.NoError(t, p.picture(name+"-"+l.name+".png"))
	})
}

// picture writes what the window shows.
func (p *tab) picture(file string) error {
	folder := os.Getenv(screenshotsVariable)
	if folder == "" {
		folder = filepath.Join(projectRoot, "dist", "screenshots")
	}
	taken, err := call(p, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, file), taken.Data, 0o644)
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// shootFailure keeps what a failed test's page looked like at its end.
func (p *tab) shootFailure() {
	file := "failed-" + notInNames.ReplaceAllString(p.t.Name(), "-") + fmt.Sprintf("-%d.png", p.number)
	if err := p.picture(file); err != nil {
		p.t.Logf("no picture of the page: %v", err)
		return
	}
	p.t.Logf("the page at the end: %s", file)
}

func requirePicture(t *testing.T, file string, width, height int) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	taken, err := png.DecodeConfig(f)
	require.NoError(t, errors.Join(err, f.Close()))
	require.Equal(t, []int{width, height}, []int{taken.Width, taken.Height}, file)
}
