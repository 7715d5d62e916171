// What a script imports from k6, k6/http, k6/execution and k6/metrics, as far as ours does. As
// in k6 a call waits for its answer: a thread makes it, and this one sleeps.
import {MessageChannel, receiveMessageOnPort, Worker} from 'node:worker_threads';

/** @type {{checks: Record<string, {passed: number, failed: number}>, calls: Record<string, Record<string, number>>, counters: Record<string, number>}} */
export const results = {checks: {}, calls: {}, counters: {}};

const {port1, port2} = new MessageChannel();
const signal = new Int32Array(new SharedArrayBuffer(4));
const caller = new Worker(new URL('caller.mjs', import.meta.url), {workerData: {port: port2, signal}, transferList: [port2]});

export const close = () => caller.terminate();

let expected = status => status < 400;

function request(method, url, body, params = {}) {
  const form = body && typeof body === 'object';
  const headers = {...(form ? {'Content-Type': 'application/x-www-form-urlencoded'} : {}), ...params.headers};
  Atomics.store(signal, 0, 0);
  port1.postMessage({method, url, body: form ? new URLSearchParams(body).toString() : body, headers});
  Atomics.wait(signal, 0, 0);
  const {message} = receiveMessageOnPort(port1);
  const calls = results.calls[params.tags.name] ??= {};
  calls[message.status] = (calls[message.status] ?? 0) + 1;
  if (!expected(message.status)) throw new Error(`${method} ${url}: ${message.status} ${message.error} ${message.body}`);
  return {...message, json: () => JSON.parse(message.body)};
}

export function check(value, sets) {
  let all = true;
  for (const [name, test] of Object.entries(sets)) {
    const passed = Boolean(test(value));
    const tally = results.checks[name] ??= {passed: 0, failed: 0};
    tally[passed ? 'passed' : 'failed']++;
    all &&= passed;
  }
  return all;
}

export function fail(why) {
  throw new Error(why);
}

export function sleep(seconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000 * seconds);
}

export class Counter {
  constructor(name) {
    this.name = name;
    results.counters[name] = 0;
  }

  add(n) {
    results.counters[this.name] += n;
  }
}

export default {
  request,
  post: (url, body, params) => request('POST', url, body, params),
  setResponseCallback: callback => { expected = callback; },
  expectedStatuses: (...all) => status => all.some(one => (typeof one === 'number' ? one === status : one.min <= status && status <= one.max)),
  vu: {idInTest: 1},
};
