package e2e

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheModulesOfThePages calls what in the pages' scripts only reckons, in the
// browser that they are for.
func TestTheModulesOfThePages(t *testing.T) {
	t.Parallel()
	s := openShop(t, embeddedWorld, seathold, 10)
	p := openBrowser(t).visitor(t, s.url, desktop)
	p.open("/")
	tests := []struct {
		name, module, script, want string
	}{
		{
			"milestones of the time that is left", "hall/announce.js",
			`({milestone}) => [[undefined, 200], [301, 300], [300, 299], [121, 119], [400, 20], [31, 30], [1, 0], [0, -1]].map(([a, b]) => milestone(a, b) ?? null)`,
			`[null, 300, null, 120, 30, 30, 0, null]`,
		},
		{
			"the live map counts", "hall/seatstate.js",
			`({SeatState}) => {
				const map = new SeatState(5);
				const told = [];
				const end = map.subscribe(changed => told.push(changed));
				map.whole('.hsx.');
				map.changed([[0, 's'], [1, 'h'], [4, 'h'], [9, 's']]);
				end();
				map.changed([[4, '.']]);
				return [map.text(), map.counts(), map.countsOf({seats: [0, 1]}), told, map.known];
			}`,
			`["shsx.", {"free": 1, "held": 1, "sold": 2, "blocked": 1}, {"free": 0, "held": 1, "sold": 1, "blocked": 0}, [null, [0, 4]], true]`,
		},
		{
			// The map tells that a hold ran out a moment later; held again since, a seat is someone's.
			"seats that ran out are chosen again, unless somebody holds them", "sale/sale.js",
			`({Sale}) => {
				const seats = ['1', '2', '3'].map(number => ({guid: 'A' + number, number, category: 0, section: 0, row: 0}));
				const plan = {count: 3, seats, indexOf: new Map(seats.map((s, i) => [s.guid, i])), rows: [{label: 'A'}], sections: [{name: 'Stalls'}], categories: []};
				const sale = new Sale({id: 'modules', status: 'on_sale', categories: []}, plan);
				sale.map.whole('hh.');
				sale.holds.to.ended([{hold: {seats: [0, 1, 2]}, how: 'expired'}]);
				sale.map.changed([[2, 'h']]);
				sale.map.changed([[1, '.']]);
				sale.map.changed([[1, 'h']]);
				sale.chooseAgain([0, 1, 2]);
				return [[...sale.choice.seats], sale.notice.tone];
			}`,
			`[[0], "warn"]`,
		},
		{
			"the service's clock, of a device three hours behind", "clock.js",
			`({learn, now, secondsUntil}) => {
				const ahead = 3 * 3_600_000;
				const answer = control => new Response('', {headers: {Date: new Date(Date.now() + ahead).toUTCString(), 'Cache-Control': control}});
				const off = () => Math.round((now() - Date.now()) / 3_600_000);
				const before = off();
				learn(answer('max-age=60'), Date.now());
				const old = off();
				learn(answer('no-store'), Date.now());
				return [before, old, off(), Math.round(secondsUntil(Date.now() + ahead + 60_000) / 10)];
			}`,
			`[0, 0, 3, 6]`,
		},
		{
			"rows go from left to right, however the plan has them", "hall/plan.js",
			`({readPlan, seatText}) => {
				const seat = (n, x) => ({seat_guid: 's' + n, seat_number: String(n), category: 'A', position: {x, y: 0}});
				const row = (name, y, ...xs) => ({row_number: name, position: {x: 0, y}, seats: xs.map((x, k) => seat(k + 1, x))});
				const plan = readPlan({name: 'Hall', categories: [{name: 'A'}], zones: [{name: 'Stalls', position: {x: 5, y: 5},
					rows: [row('A', 0, 0, 30, 60), row('B', 30, 60, 30, 0), row('C', 60, 0, 60, 30)]}]});
				return [plan.rows.map(r => r.seats), plan.count, seatText(plan, 4), plan.x[3]];
			}`,
			`[[[0, 1, 2], [5, 4, 3], [6, 8, 7]], 9, "Stalls, row B, seat 2", 65]`,
		},
		{
			"prices as they are typed", "organizer/fields.js",
			`({readPrice}) => [['45', 'EUR'], ['45,5', 'EUR'], ['4.505', 'EUR'], ['9000', 'JPY'], ['9.5', 'JPY'], ['1.234', 'KWD'], ['', 'EUR'], ['-1', 'EUR'], ['0', 'EUR'], ['1e5', 'EUR']]
				.map(([text, currency]) => readPrice(text, currency).amount ?? 'refused')`,
			`[4500, 4550, "refused", 9000, "refused", 1234, "refused", "refused", 0, "refused"]`,
		},
		{
			"where in a plan a fault is", "organizer/planplace.js",
			`({placeOf}) => {
				const doc = {zones: [{name: 'Stalls', rows: [{row_number: 'H', seats: [{seat_number: '7', category: 'B'}]}]}]};
				const {steps, fault} = placeOf('plan.zones[0].rows[0].seats[0].category: is not known', doc);
				return [steps, fault, placeOf('prices: has none', doc)];
			}`,
			`[["Zone 1 (Stalls)", "Row 1 (H)", "Seat 1 (7)", "category"], "is not known", null]`,
		},
		{
			"what the orders tell of the past", "organizer/history.js",
			`({pointsOf}) => {
				const time = s => new Date(1e12 + s * 1000).toISOString();
				const order = (status, n, from, to, until, reason) => ({status, reason, seats: Array(n).fill('s'),
					created_at: time(from), updated_at: time(to), payment: {expires_at: time(until)}});
				return pointsOf([order('paid', 2, 0, 10, 100), order('expired', 3, 20, 90, 80), order('refunded', 4, 30, 70, 200, 'organizer')], {until: Infinity})
					.map(p => [(p.time - 1e12) / 1000, p.sold, p.held]);
			}`,
			`[[0, 0, 2], [10, 2, 0], [20, 2, 3], [30, 6, 3], [70, 2, 3], [80, 2, 0]]`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.JSONEq(t, test.want, string(askModule[json.RawMessage](p, test.module, test.script)))
		})
	}
}
