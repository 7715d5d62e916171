package e2e

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// fixture serves pages that are only there to try what the tests of the pages
// are written in.
func fixture(t *testing.T) (base string) {
	t.Helper()
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; require-trusted-types-for 'script'"
	site := http.NewServeMux()
	for path, body := range fixturePages {
		site.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(`<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Fixture</title>` +
				`<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head><body>` + body + `</body></html>`))
		})
	}
	for path, script := range fixtureScripts {
		site.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte(script))
		})
	}
	site.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		_, _ = w.Write([]byte(fixtureStyle))
	})
	site.HandleFunc("POST /taken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) })
	site.HandleFunc("POST /lost", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	return server.URL
}

const fixtureStyle = `
body { margin: 0; font: 16px/1.5 sans-serif; }
.pale { color: #ccc; background: #fff; }
.tiny { padding: 0; border: 0; font-size: 8px; line-height: 8px; }
canvas { display: block; touch-action: none; }
#cover { position: fixed; inset: 0; background: #fff8; }
.broad { width: 1000px; height: 1px; }
#hidden { visibility: hidden; }
`

var fixturePages = map[string]string{
	"/": `<main><h1>A form</h1>
		<form><label>Name <input name="name" value="Nobody"></label>
		<label>Since <input name="since" type="datetime-local"></label>
		<label>Seat <select name="seat"><option>A1</option><option>A2</option></select></label>
		<label><input type="checkbox" name="agreed"> I agree</label>
		<label>Plan <input type="file" name="plan"></label>
		<button>Send</button></form>
		<p id="hidden"><button>Unseen</button></p>
		<p role="status"></p></main><script src="/form.js"></script>`,
	"/covered": `<main><h1>Covered</h1><button id="under">Under it</button><p role="status"></p></main>
		<div id="cover"></div><script src="/covered.js"></script>`,
	"/loud": `<main><h1>Loud</h1></main><script src="/loud.js"></script>`,
	"/inaccessible": `<h1>Not for all</h1><img src="data:," width="9" height="9"><p class="pale">Pale</p><input>
		<button class="tiny">a</button><button class="tiny">b</button><div class="broad"></div>`,
	"/picture": `<main><h1>Picture</h1><canvas role="img" aria-label="Squares" width="300" height="300"></canvas><p id="late"></p></main><script src="/picture.js"></script>`,
}

var fixtureScripts = map[string]string{
	"/form.js": `
		const said = document.querySelector('[role=status]');
		document.querySelector('form').addEventListener('submit', e => {
			e.preventDefault();
			const sent = new FormData(e.target);
			said.textContent = [sent.get('name'), sent.get('since'), sent.get('seat'), sent.get('agreed'), sent.get('plan').name].join(' ');
		});
		document.addEventListener('keydown', e => { if (e.key === 'Escape') said.textContent = 'escaped'; });`,
	"/covered.js": `
		document.getElementById('under').addEventListener('click', () => { document.querySelector('[role=status]').textContent = 'clicked'; });
		document.getElementById('cover').addEventListener('click', e => e.target.remove());`,
	"/loud.js": `
		console.error('an error', 42);
		Promise.reject(new Error('nobody takes it'));
		setTimeout(() => { throw new TypeError('thrown'); });
		document.body.setAttribute('style', 'color: red');
		try { document.body.innerHTML = '<p>markup</p>'; } catch {}
		confirm('really?');
		fetch('/taken', {method: 'POST'});
		fetch('/lost', {method: 'POST'}).catch(() => {}).then(() => { document.querySelector('h1').textContent = 'Quiet'; });
		const given = new AbortController();
		fetch('/taken', {method: 'POST', signal: given.signal}).catch(() => {});
		given.abort();`,
	// A thousand squares that a finger or the mouse moves and two fingers or the
	// wheel make larger.
	"/picture.js": `
		const canvas = document.querySelector('canvas');
		const paper = canvas.getContext('2d');
		let x = 0, y = 0, scale = 1, down = null, drawn = 0;
		const fingers = new Map();
		function draw() {
			drawn = 0;
			paper.setTransform(1, 0, 0, 1, 0, 0);
			paper.clearRect(0, 0, 300, 300);
			paper.setTransform(scale, 0, 0, scale, x, y);
			paper.fillStyle = '#135';
			for (let i = 0; i < 1000; i++) paper.fillRect(i % 40 * 8, Math.floor(i / 40) * 8, 6, 6);
		}
		const later = () => { drawn ||= requestAnimationFrame(draw); };
		canvas.addEventListener('pointerdown', e => fingers.set(e.pointerId, e));
		canvas.addEventListener('pointermove', e => {
			const last = fingers.get(e.pointerId);
			if (!last) return;
			x += (e.clientX - last.clientX) / fingers.size;
			y += (e.clientY - last.clientY) / fingers.size;
			fingers.set(e.pointerId, e);
			if (fingers.size === 2) scale *= 1.01;
			later();
		});
		for (const kind of ['pointerup', 'pointercancel']) canvas.addEventListener(kind, e => fingers.delete(e.pointerId));
		canvas.addEventListener('wheel', e => { e.preventDefault(); scale *= e.deltaY < 0 ? 1.02 : 0.98; later(); });
		globalThis.moved = () => [x, y, scale];
		later();
		document.getElementById('late').textContent = 'there';`,
}
