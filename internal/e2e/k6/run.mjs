// Runs a script for k6 in node, one visitor after the other: setup, the script's function so
// many times, teardown. What came of it is printed as JSON.
//   node run.mjs SCRIPT VISITS
import {readFileSync} from 'node:fs';
import {register} from 'node:module';
import {pathToFileURL} from 'node:url';

const [script, visits] = process.argv.slice(2);
const modules = new URL('modules.mjs', import.meta.url).href;
register(`data:text/javascript,${encodeURIComponent(`
  export const resolve = (name, context, next) =>
    /^k6($|\\/)/.test(name) ? {url: ${JSON.stringify(modules)}, shortCircuit: true} : next(name, context);
  export const load = (url, context, next) => next(url, url.endsWith('.js') ? {...context, format: 'module'} : context);
`)}`);

globalThis.__ENV = {...process.env};
globalThis.open = path => readFileSync(path, 'utf8');
const {results, close} = await import(modules);
const {setup, default: visit, teardown, options} = await import(pathToFileURL(script).href);
const data = JSON.stringify(setup()); // each virtual user gets a copy
for (let i = 0; i < Number(visits); i++) visit(JSON.parse(data));
teardown(JSON.parse(data));
console.log(JSON.stringify({...results, thresholds: Object.keys(options.thresholds)}));
close();
