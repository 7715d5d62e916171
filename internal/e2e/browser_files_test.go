package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// chooseFile presses a button that asks for a file, and gives one.
func (p *tab) chooseFile(button, file string) {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, pagePatience)
	defer end()
	asked := make(chan cdp.BackendNodeID, 1)
	require.NoError(p.t, chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*page.EventFileChooserOpened); ok {
			asked <- e.BackendNodeID
		}
	}))
	must(p, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true})
	p.click("button", button)
	select {
	case id := <-asked:
		must(p, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, BackendNodeID: id})
	case <-ctx.Done():
		require.FailNow(p.t, "the button asks for no file: "+button)
	}
	must(p, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{})
}

// dropFiles drags files over the page and drops them on a button.
func (p *tab) dropFiles(button string, files ...string) {
	p.t.Helper()
	at := p.reach("drop files on "+button, func() (thing, string) { return p.only("button", button) })
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: files, DragOperationsMask: 1}
	for _, kind := range []input.DispatchDragEventType{
		input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop,
	} {
		must(p, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: at.x, Y: at.y, Data: data})
	}
}

// saved returns the name and the text of the file that the page has the browser
// save while do runs.
func (p *tab) saved(do func()) (name, text string) {
	p.t.Helper()
	folder := p.t.TempDir()
	must(p, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder,
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
	})
	do()
	p.until("await that a file is saved", func() string {
		files, err := os.ReadDir(folder)
		if err != nil {
			return err.Error()
		}
		if len(files) != 1 || strings.HasSuffix(files[0].Name(), ".crdownload") || strings.HasPrefix(files[0].Name(), ".") {
			return "there is none yet"
		}
		name = files[0].Name()
		return ""
	})
	content, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(p.t, err)
	return name, string(content)
}
