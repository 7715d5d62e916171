// A sale against a running service, by k6 (https://k6.io): the visitors of
// `seathold load`, for those who prefer k6's tools. Start the service with
// SEATHOLD_ABUSE_LIMITS=off, for all of them come from one address, and with the
// payment provider sandbox, on whose page they pay.
//
//   seathold plan generate --seats 5000 -o plan.json
//   k6 run -e TOKEN=$(seathold login --email operator@demo.example) -e PLAN=$PWD/plan.json sale.js
//
// By -e:
//   URL        where the service is (http://127.0.0.1:8080)
//   EVENT      sell this event, by its id; otherwise one of its own is made and closed, by
//   PLAN       the path of a seating plan, and
//   HOLD_TTL   how long its holds last, in seconds (the service's own)
//   TOKEN      an organizer's or operator's access token: makes the event, and at the end
//              counts what is sold; an operator's has the service audit it, too. Without
//              one, EVENT is needed, and nothing is counted. It must outlive the run.
//   CUSTOMERS  accounts that are made first, shared by the visitors (20)
//   RATE, RAMP, DURATION   visitors a second (20), the time in which that many come to be
//              (10s), and how long they come then (1m)
//   MAX_VUS    visitors at a time (200); k6 counts who is beyond as dropped_iterations
//   BROWSE, BUY, ABANDON, RELEASE, CANCEL   weights of what they do (50, 30, 8, 4, 3)
//   THINK      seconds that a person takes between two steps, on the average (0.5)
//   P99        the most that 99 of 100 holds may take, in ms (500)
//
// k6 measures from when a call starts, not from when its visitor was due, and k6 itself has no
// Server-Sent Events: nobody listens here.
import exec from 'k6/execution';
import http from 'k6/http';
import {Counter} from 'k6/metrics';
import {check, fail, sleep} from 'k6';

/** @typedef {{email: string, password: string, token: string, until: number}} Customer */
/** @typedef {{event: string, own: boolean, customers: Customer[]}} Sale */
/** @typedef {{guids: string[], row: number[]}} Hall */

const url = (__ENV.URL || 'http://127.0.0.1:8080').replace(/\/+$/, '');
const think = number('THINK', 0.5);
const plan = __ENV.EVENT || !__ENV.PLAN ? '' : open(__ENV.PLAN);
const weights = {
  browse: number('BROWSE', 50),
  buy: number('BUY', 30),
  abandon: number('ABANDON', 8),
  release: number('RELEASE', 4),
  cancel: number('CANCEL', 3),
};

const seatsSold = new Counter('seats_sold');
const doubleSales = new Counter('double_sales');
const mismatches = new Counter('audit_mismatches');

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: {
    sale: {
      executor: 'ramping-arrival-rate',
      timeUnit: '1s',
      startRate: 0,
      stages: [
        {target: number('RATE', 20), duration: __ENV.RAMP || '10s'},
        {target: number('RATE', 20), duration: __ENV.DURATION || '1m'},
      ],
      preAllocatedVUs: number('MAX_VUS', 200),
    },
  },
  setupTimeout: '10m',
  teardownTimeout: '5m',
  thresholds: {
    checks: ['rate>0.99'],
    http_req_failed: ['rate<0.01'],
    'http_req_duration{name:hold}': [`p(99)<${number('P99', 500)}`],
    dropped_iterations: ['count<1'],
    double_sales: ['count<1'],
    audit_mismatches: ['count<1'],
  },
};

// What a sale has in the ordinary course is no failure: a map that has not changed, seats that someone else was
// quicker to take, a hold that ran out.
http.setResponseCallback(http.expectedStatuses({min: 200, max: 299}, 304, 409, 410));

/** Makes the customers, then the event: k6 has no teardown to close it where this fails. @returns {Sale} */
export function setup() {
  if (!__ENV.EVENT && !(plan && __ENV.TOKEN)) fail('give EVENT, or PLAN and TOKEN to make one');
  const password = `load-${Math.random().toString(36).slice(2)}-${Math.random().toString(36).slice(2)}`;
  const customers = [];
  for (let i = 0; i < number('CUSTOMERS', 20); i++) {
    const email = `k6-${Date.now()}-${i}@customers.example`;
    const made = call('POST', '/v1/auth/register', 'register', {email, password, name: `Visitor ${i + 1}`});
    if (made.status !== 201) fail(`a customer could not be registered: ${said(made)}`);
    customers.push(login({email, password, token: '', until: 0}));
  }
  if (customers.length === 0) fail('CUSTOMERS: at least one is needed');
  return {event: __ENV.EVENT || makeEvent(), own: !__ENV.EVENT, customers};
}

function makeEvent() {
  const document = JSON.parse(plan);
  /** @type {Record<string, {amount: number, currency: string}>} */
  const prices = {};
  for (const category of document.categories) prices[category.name] = {amount: 2500, currency: 'EUR'};
  const made = call('POST', '/v1/events', 'make event', {
    name: `Load of ${new Date().toISOString().slice(0, 19)}`,
    starts_at: new Date(Date.now() + 7 * 86_400_000).toISOString(),
    plan: document,
    prices,
    max_seats_per_customer: readHall(plan).guids.length,
    ...(__ENV.HOLD_TTL ? {hold_ttl_seconds: number('HOLD_TTL', 0)} : {}),
  }, __ENV.TOKEN);
  if (made.status !== 201) fail(`the event could not be made: ${said(made)}`);
  return body(made).id;
}

/** One visitor. @param {Sale} sale */
export default function (sale) {
  const kind = pick();
  const at = `/v1/events/${sale.event}`;
  const seen = call('GET', at, 'event');
  const drawn = call('GET', `${at}/plan`, 'plan');
  const map = call('GET', `${at}/seats`, 'seats');
  if (!check(seen, {'the event is there': r => r.status === 200 && drawn.status === 200 && map.status === 200})) return;
  pause();
  if (kind === 'browse') {
    const again = call('GET', `${at}/seats`, 'seats', null, '', {'If-None-Match': map.headers.Etag}); // so spelt by k6
    check(again, {'the map is there': r => r.status === 200 || r.status === 304});
    return;
  }
  const token = tokenOf(sale);
  const held = hold(at, token, readHall(String(drawn.body)), body(map).seats);
  if (!held || kind === 'abandon') return;
  pause();
  if (kind === 'release') {
    check(call('DELETE', `${at}/holds/${held.id}`, 'release', null, token), {'the hold is given back': r => r.status === 204});
    return;
  }
  const ordered = call('POST', '/v1/orders', 'order', {event_id: sale.event, hold_id: held.id}, token, key());
  if (!check(ordered, {'the order is made': r => r.status === 201})) return;
  pause();
  if (kind === 'cancel') {
    const cancelled = call('POST', `/v1/orders/${body(ordered).id}/cancel`, 'cancel', {}, token);
    check(cancelled, {'the order is cancelled': r => r.status === 200 && body(r).status === 'cancelled'});
    return;
  }
  pay(body(ordered), token);
}

/**
 * Holds free neighbours; where someone was quicker, others.
 * @param {string} at @param {string} token @param {Hall} hall @param {string} seats
 */
function hold(at, token, hall, seats) {
  const party = 1 + Math.floor(4 * Math.random());
  for (let tries = 0; tries < 4; tries++) {
    const chosen = choose(hall, seats, party);
    if (!chosen.length) return null; // it is sold out
    const answer = call('POST', `${at}/holds`, 'hold', {seats: chosen}, token, key());
    check(answer, {'seats are held, or taken': r => r.status === 201 || r.status === 409});
    if (answer.status === 201) return body(answer);
    if (answer.status !== 409 || body(answer).code !== 'seats_taken') return null;
    const again = call('GET', `${at}/seats`, 'seats');
    if (again.status !== 200) return null;
    const taken = new Set(body(answer).seats);
    const now = body(again).seats;
    seats = hall.guids.map((guid, i) => (taken.has(guid) ? 'h' : now[i])).join('');
  }
  return null;
}

/**
 * Presses Pay on the sandbox's page, and waits until the order says so.
 * @param {any} order @param {string} token
 */
function pay(order, token) {
  if (!check(order, {'the provider is the sandbox': o => o.payment && o.payment.provider === 'sandbox'})) return;
  const paid = http.post(order.payment.url, {action: 'pay'}, {tags: {name: 'pay'}});
  if (!check(paid, {'the payment is made': r => r.status === 200})) return;
  let answer;
  for (let wait = 0.02; wait < 10; wait *= 2) {
    answer = call('GET', `/v1/orders/${order.id}`, 'confirm', null, token);
    if (answer.status !== 200 || body(answer).status !== 'pending_payment') break;
    sleep(wait);
  }
  if (check(answer, {'the order is paid': r => r !== undefined && r.status === 200 && body(r).status === 'paid'})) seatsSold.add(order.seats.length);
}

/** Counts what is sold, has it audited, and closes the event. @param {Sale} sale */
export function teardown(sale) {
  if (!__ENV.TOKEN) return;
  sleep(2); // the map is as of a moment ago
  const owner = new Map();
  let cursor = '';
  do {
    const page = call('GET', `/v1/events/${sale.event}/orders?status=paid&limit=200${cursor}`, 'orders', null, __ENV.TOKEN);
    if (!check(page, {'the orders can be read': r => r.status === 200})) break;
    for (const order of body(page).items) {
      for (const seat of order.seats) {
        if (owner.has(seat)) doubleSales.add(1);
        owner.set(seat, order.id);
      }
    }
    const next = body(page).next_cursor;
    cursor = next ? `&cursor=${encodeURIComponent(next)}` : '';
  } while (cursor);
  const shown = call('GET', `/v1/events/${sale.event}/seats?taken=true`, 'seats');
  check(shown, {
    'every sold seat has one order': r => r.status === 200 &&
      body(r).taken.filter((/** @type {any} */ seat) => seat.status === 'sold').length === owner.size,
  });
  if (body(call('GET', '/v1/me', 'me', null, __ENV.TOKEN)).role === 'operator') {
    const audit = call('GET', `/v1/ops/events/${sale.event}/audit`, 'audit', null, __ENV.TOKEN);
    if (check(audit, {'the event is audited': r => r.status === 200})) mismatches.add(body(audit).mismatches.length + body(audit).unchecked);
  }
  if (sale.own) call('PATCH', `/v1/events/${sale.event}`, 'close', {status: 'closed'}, __ENV.TOKEN);
}

/** @type {Customer | undefined} */
let self; // the customer that this virtual user is

/** An access token that still lasts. @param {Sale} sale */
function tokenOf(sale) {
  self ??= sale.customers[exec.vu.idInTest % sale.customers.length];
  if (Date.now() > self.until) self = login(self);
  return self.token;
}

/** @param {Customer} customer @returns {Customer} */
function login({email, password}) {
  const answer = call('POST', '/v1/auth/login', 'login', {email, password});
  if (answer.status !== 200) fail(`a customer could not log in: ${said(answer)}`);
  return {email, password, token: body(answer).access_token, until: Date.now() + 800 * body(answer).expires_in};
}

/**
 * A call of the API. Its name in the results is not its path, which differs each time.
 * @param {string} method @param {string} path @param {string} name @param {unknown} [content]
 * @param {string} [token] @param {Record<string, string>} [headers]
 */
function call(method, path, name, content, token, headers) {
  return http.request(method, url + path, content ? JSON.stringify(content) : null, {
    headers: {
      ...(content ? {'Content-Type': 'application/json'} : {}),
      ...(token ? {Authorization: `Bearer ${token}`} : {}),
      ...headers,
    },
    tags: {name},
  });
}

/** @param {import('k6/http').Response} answer @returns {any} */
function body(answer) {
  return answer.json();
}

/** @param {import('k6/http').Response} answer */
function said(answer) {
  const hint = answer.status === 429 ? '; start the service with SEATHOLD_ABUSE_LIMITS=off' : '';
  return `${answer.status} ${answer.error} ${String(answer.body).slice(0, 300)}${hint}`;
}

/** An Idempotency-Key, as the pages give each thing that is wanted. */
function key() {
  return {'Idempotency-Key': `${exec.vu.idInTest}-${Date.now()}-${Math.random()}`};
}

function pause() {
  if (think > 0) sleep(think / 2 + think * Math.random());
}

function pick() {
  let n = Math.random() * Object.values(weights).reduce((a, b) => a + b);
  for (const [kind, weight] of Object.entries(weights)) {
    n -= weight;
    if (n < 0) return kind;
  }
  return 'browse';
}

/** @param {string} text @returns {Hall} */
function readHall(text) {
  const hall = {guids: /** @type {string[]} */ ([]), row: /** @type {number[]} */ ([])};
  let rows = 0;
  for (const zone of JSON.parse(text).zones) {
    for (const row of zone.rows) {
      for (const seat of row.seats) {
        hall.guids.push(seat.seat_guid);
        hall.row.push(rows);
      }
      rows++;
    }
  }
  return hall;
}

/**
 * Free neighbours, else fewer, else none. Those in front are liked best, so that visitors want the same ones.
 * @param {Hall} hall @param {string} seats @param {number} party
 */
function choose(hall, seats, party) {
  const start = Math.floor(Math.random() ** 2 * seats.length);
  for (let n = party; n > 0; n--) {
    for (let i = 0; i < seats.length; i++) {
      const at = (start + i) % seats.length;
      if (hall.row[at] === hall.row[at + n - 1] && seats.slice(at, at + n) === '.'.repeat(n)) return hall.guids.slice(at, at + n);
    }
  }
  return [];
}

/** @param {string} name @param {number} otherwise */
function number(name, otherwise) {
  const given = __ENV[name] === undefined || __ENV[name] === '' ? otherwise : Number(__ENV[name]);
  if (!(given >= 0)) throw new Error(`${name}: ${__ENV[name]} is no number of 0 or more`);
  return given;
}
