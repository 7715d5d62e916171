package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAPersonFillsInAForm tries what the tests of the pages are written in, by
// mouse and by finger.
func TestAPersonFillsInAForm(t *testing.T) {
	t.Parallel()
	b, site := openBrowser(t), fixture(t)
	plan := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(plan, []byte("{}"), 0o600))
	for _, l := range []look{desktop, phone} {
		t.Run(l.name, func(t *testing.T) {
			p := b.visitor(t, site, l)
			p.open("/")
			require.Equal(t, "Nobody", p.value("Name"))
			p.fill("Name", "Ada Lovelace")
			p.fill("Since", "2027-05-01T19:30")
			p.choose("Seat", "A2")
			p.click("checkbox", "I agree")
			p.awaitState("checkbox", "I agree", "checked")
			p.attach("Plan", plan)
			p.in("main", "").click("button", "Send")
			p.in("status", "").awaitText("Ada Lovelace 2027-05-01T19:30 A2 on plan.json")
			p.click("checkbox", "I*gree")
			p.awaitState("checkbox", "I agree", "-checked")
			require.Zero(t, p.count("button", "Unseen"), "what is hidden is not found")
			p.awaitPath("/")
		})
	}
}

func TestAPersonUsesTheKeyboard(t *testing.T) {
	t.Parallel()
	p := openBrowser(t).visitor(t, fixture(t), desktop)
	p.open("/")
	p.press("Tab")
	p.awaitFocus("textbox", "Name")
	p.press("Control+a", "B", "o", "b")
	require.Equal(t, "Bob", p.value("Name"))
	require.Equal(t, 1, p.pressUntil("Tab", 20, "*", "*Since*"))
	p.pressUntil("Tab", 20, "checkbox", "I agree")
	p.press("Space")
	p.awaitState("checkbox", "I agree", "checked")
	p.pressUntil("Shift+Tab", 20, "combobox", "Seat")
	p.press("ArrowDown")
	p.pressUntil("Tab", 20, "button", "Send")
	p.press("Enter")
	p.awaitText("Bob A2 on")
	p.press("Escape")
	p.awaitText("escaped")
}

// TestNothingIsClickedThroughWhatIsInFront: a step says why it cannot be done.
func TestNothingIsClickedThroughWhatIsInFront(t *testing.T) {
	t.Parallel()
	p := openBrowser(t).visitor(t, fixture(t), desktop)
	p.open("/covered")
	n := p.await("button", "Under*")
	_, why := p.middle(n.id)
	require.Contains(t, why, `in front of it is <div id="cover">`)
	p.clickAt(point{200, 200}) // which takes the cover away
	p.click("button", "Under it")
	p.in("status", "").awaitText("clicked")
	_, why = p.only("button", "Over it")
	require.Equal(t, "it is not there", why)
	require.Contains(t, p.outline(), `  button "Under it"`)
}

// TestAPageThatDoesNotAnswerIsAskedAgain: it may be on its way to another.
func TestAPageThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	t.Parallel()
	p := openBrowser(t).visitor(t, fixture(t), desktop)
	p.open("/")
	const gone = 1 << 20 // no world has this number
	tries := 0
	p.until("see what comes after no answer", func() string {
		if tries++; tries == 1 {
			return evaluateIn[string](p, gone, "'an answer'")
		}
		return ""
	})
	require.Equal(t, 2, tries)
	require.Contains(t, p.try(func() string { return evaluateIn[string](p, gone, "''") }), "context")
	require.Zero(t, *p.tries)
}

// TestWhatAPageSaysIsHeard is the control: everything that fails a test is heard,
// and what is allowed is not told.
func TestWhatAPageSaysIsHeard(t *testing.T) {
	t.Parallel()
	p := openBrowser(t).visitor(t, fixture(t), desktop)
	p.open("/loud")
	p.await("heading", "Quiet")
	said := p.heard.unexpected()
	expected := []string{
		"console: an error 42", "exception: Uncaught (in promise) Error: nobody takes it*", "exception: Uncaught TypeError: thrown*",
		"policy: style-src* refused *", "policy: require-trusted-types-for refused *", "confirm: really?",
		"POST /taken: 409", "POST /lost: net::ERR_EMPTY_RESPONSE",
	}
	for _, pattern := range expected {
		require.True(t, anyFits(said, pattern), "%s\n%q", pattern, said)
	}
	p.allow(expected...)
	p.allow("console: *") // the browser's own words for the policy
	require.Empty(t, p.heard.unexpected())
}

func anyFits(texts []string, pattern string) bool {
	for _, each := range texts {
		if wildcard(pattern).MatchString(each) {
			return true
		}
	}
	return false
}

// TestVisitorsShareNothing: who is signed in is known in all windows of one
// person, and in none of another's. All of them are drawn, whichever is in front.
func TestVisitorsShareNothing(t *testing.T) {
	t.Parallel()
	b, site := openBrowser(t), fixture(t)
	ada := b.visitor(t, site, desktop)
	ada.open("/")
	ada.run("localStorage.setItem('who', 'Ada')")
	also, bob := ada.another(desktop), b.visitor(t, site, desktop)
	also.open("/")
	bob.open("/")
	const who = "localStorage.getItem('who') ?? ''"
	require.Equal(t, "Ada", evaluate[string](also, who))
	require.Equal(t, "", evaluate[string](bob, who))
	for _, p := range []*tab{ada, also, bob} {
		p.awaitFrames()
		require.Equal(t, "visible", evaluate[string](p, "document.visibilityState"))
	}
}

// TestAPersonGoesBackAndForth: what is gone is waited for too.
func TestAPersonGoesBackAndForth(t *testing.T) {
	t.Parallel()
	p := openBrowser(t).visitor(t, fixture(t), desktop.withoutMotion())
	require.True(t, evaluate[bool](p, "matchMedia('(prefers-reduced-motion: reduce)').matches"))
	p.open("/")
	p.fill("Name", "Ada")
	p.click("button", "Send")
	p.in("status", "").awaitText("Ada*A1*")
	p.reload()
	p.await("heading", "A form")
	require.Equal(t, "Nobody", p.value("Name"))
	p.open("/covered#under")
	p.awaitPath("/covered*")
	p.awaitGone("heading", "A form")
	p.back()
	p.awaitPath("/")
	p.await("heading", "A form")
}

// TestPicturesAreTaken in every look, at its size.
func TestPicturesAreTaken(t *testing.T) {
	folder := t.TempDir()
	t.Setenv(screenshotsVariable, folder)
	p := openBrowser(t).visitor(t, fixture(t), desktop)
	p.open("/")
	shoot(t, p, "form")
	for _, l := range allLooks {
		requirePicture(t, filepath.Join(folder, "form-"+l.name+".png"), int(l.width), int(l.height))
	}
	require.Equal(t, desktop.width, evaluate[int64](p, "innerWidth"), "the page is shown as before")
}
