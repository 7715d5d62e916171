// Makes the calls of modules.mjs, which sleeps meanwhile. Names of headers are spelt as k6, which
// is written in Go, spells them: Etag.
import {workerData} from 'node:worker_threads';

const {port, signal} = workerData;

port.on('message', async ({method, url, body, headers}) => {
  const message = {status: 0, error: '', body: '', headers: {}};
  try {
    const answer = await fetch(url, {method, body, headers});
    message.status = answer.status;
    message.body = await answer.text();
    for (const [name, value] of answer.headers) message.headers[name.replace(/(^|-)[a-z]/g, first => first.toUpperCase())] = value;
  } catch (error) {
    message.error = String(error.cause ?? error);
  }
  port.postMessage(message);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
