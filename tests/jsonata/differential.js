// Makes cases in the format of JSONata's conformance suite, with what npm's jsonata 2.0.6 gives for each, so that
// `jsonata_suite` can say where ours differs.   node differential.js SEED COUNT > cases.json
//
// Left out, and counted on stderr, is what says something of JavaScript rather than of JSONata; docs/jsonata.md has
// the list with reasons. Arrays and objects are evaluated item by item: 2.0.6 runs their parts as promises side by
// side, so that which of two errors wins hangs on how many of them each has waited for.
'use strict';
const fs = require('fs');
const vm = require('vm');
const { documents, variables, generator } = require('./generate.js');

// The clock stands: what is missing in a date comes from now.
const NOW = Date.UTC(2024, 1, 29, 12, 34, 56, 789);
globalThis.Date = class extends Date {
  constructor(...parts) { if (parts.length) super(...parts); else super(NOW); }
};
const clock = performance;

/** What the running expression did that only JavaScript explains. */
let oddity = null;

globalThis.__each = async (list, evaluate) => {
  const results = [];
  for (const [at, item] of list.entries()) results.push(await evaluate(item, at));
  return results;
};
/** jsonata-js hands arguments to a partially applied built-in function as they are, against its signature. */
globalThis.__unchecked = (native, given) => {
  if (!native.__signature) return;
  try {
    const checked = native.__signature.validate([...given], undefined);
    if (checked.every((it, at) => it === given[at])) return;
  } catch (error) { /* refused */ }
  oddity = 'a partially applied built-in function with arguments against its signature';
};
/** `f ~> g` is a lambda of jsonata-js's own text, so its errors point into that text: the mark takes them back. */
globalThis.__unplaced = (tree) => {
  for (const [name, it] of Object.entries(tree)) {
    if (name === 'position') tree.position = -1;
    else if (it && typeof it === 'object') globalThis.__unplaced(it);
  }
  return tree;
};
/** Of one tuple that is grouped by several keys 2.0.6 takes the item away when it has made the first group. */
globalThis.__taken = (tuple) => {
  if (!('@' in tuple)) oddity = 'one tuple grouped by several keys, of which 2.0.6 gives only the first its item';
  delete tuple['@'];
};
/** A sort forgets that it sorted tuples, and a second one then compares these themselves. */
globalThis.__reduced = (tuples) => {
  if (Array.isArray(tuples) && tuples.some((it) => !('@' in it))) oddity = 'one tuple grouped by several keys, of which 2.0.6 gives only the first its item';
};
/** To an empty array that is to be made an object 2.0.6 adds nothing as an item, and the array stays so. */
globalThis.__padded = (list) => {
  if (!list.sequence) oddity = 'an empty array that 2.0.6 changes while it makes an object of it';
  list.push(undefined);
};
globalThis.__sorted = (list) => {
  if (Array.isArray(list) && !list.tupleStream && list.some((it) => it && typeof it === 'object' && '@' in it)) oddity = 'tuples that were sorted and then sorted, filtered or grouped without their items';
  return list;
};
globalThis.__walked = (it) => {
  if (it && (it._jsonata_lambda || it._jsonata_function)) oddity = 'the members of a function';
};
/** 2.0.6 looks for the exponent of zero and of negative numbers without end. */
globalThis.__endless = (exponent) => {
  if (exponent > -2000) return;
  oddity = 'a search for an exponent that never ends';
  throw new Error(oddity);
};
globalThis.__text = (it) => {
  if (typeof it === 'function' || it && (it._jsonata_lambda || it._jsonata_function)) oddity = 'a regular expression searching the source text of a function';
};
globalThis.__unreadable = (parameters) => {
  if (/=/.test(parameters)) oddity = 'a partially applied built-in function whose parameter has a default in JavaScript';
};

const engine = (() => {
  const path = require.resolve('jsonata');
  let text = fs.readFileSync(path, 'utf8');
  const replace = (from, to) => {
    if (!from.test(text)) throw new Error(`jsonata 2.0.6 expected: ${from}`);
    text = text.replace(from, to);
  };
  replace(/Promise\.all\(expr\.expressions\s*\.map\(/, '__each(expr.expressions, (');
  replace(/Promise\.all\(Object\.keys\(groups\)\.map\(/, '__each(Object.keys(groups), (');
  replace(/var result = proc\.apply\(focus, args\);/, '__unchecked(proc, args); $&');
  replace(/definition\.signature = parseSignature\(signature\);/, '$& func.__signature = definition.signature;');
  replace(/var body = 'function\(' \+ sigArgs/, '__unreadable(sigArgs.join()); $&');
  replace(/var chainAST = parser\((.*?)\);/, 'var chainAST = __unplaced(parser($1));');
  replace(/var closure = (async )?function\(str, fromIndex\) \{/, '$& __text(str);');
  replace(/delete tuple\['@'\];/, '__taken(tuple);');
  replace(/(function evaluateSortExpression[\s\S]*?)var lhs = input;/, '$1var lhs = __sorted(input);');
  replace(/function evaluateWildcard\(expr, input\) \{/, '$& __walked(input);');
  replace(/function recurseDescendants\(input, results\) \{/, '$& __walked(input);');
  replace(/function reduceTupleStream\(tupleStream\) \{/, '$& __reduced(tupleStream);');
  replace(/input\.push\(undefined\);/, '__padded(input);');
  replace(/async function evaluateFilter\(predicate, input, environment\) \{/, '$& __sorted(input);');
  replace(/async function evaluateGroupExpression\(expr, input, environment\) \{/, '$& __sorted(input);');
  replace(/while \(mantissa < minMantissa\) \{/, '$& __endless(exponent);');
  return new vm.Script(`(function(module, exports, require){${text}\n})`, { filename: path });
})();

/** A fresh engine: one that ran before remembers on its functions where they were called. */
function fresh() {
  const module = { exports: {} };
  engine.runInThisContext()(module, module.exports, require);
  return module.exports;
}

/** Why a value is JavaScript's own, if it is. */
function strangeness(value, depth = 0) {
  if (typeof value === 'function' || typeof value === 'symbol') return 'a function in the result';
  if (typeof value === 'string') return /^async function|async function \(/.test(value) ? 'the source text of a function' : /\[object Object\]/.test(value) ? 'an object made a text by JavaScript' : null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'an infinity or NaN';
  if (value === null || typeof value !== 'object') return null;
  if (value._jsonata_lambda || value._jsonata_function) return 'a function in the result';
  if (depth > 50) return 'deeper than 50';
  if (value.tupleStream || '@' in value) return 'tuples in the result';
  if (!Array.isArray(value) && Object.keys(value).some((it) => /^(0|[1-9][0-9]*)$/.test(it))) return 'keys that are numbers, which JavaScript puts first';
  for (const it of Object.values(value)) {
    const found = strangeness(it, depth + 1);
    if (found) return found;
  }
  return null;
}

/** `{ result }`, `{ undefined }`, `{ code, … }`, or `{ left: reason }`. */
async function outcome(expr, document) {
  oddity = null;
  try {
    const compiled = fresh()(expr);
    let depth = 0;
    const start = clock.now();
    compiled.assign(Symbol.for('jsonata.__evaluate_entry'), async () => { if (++depth > 2000 || clock.now() - start > 1000) throw { code: 'SKIP' }; });
    compiled.assign(Symbol.for('jsonata.__evaluate_exit'), async () => { depth--; });
    const copy = (it) => JSON.parse(JSON.stringify(it));
    const result = await compiled.evaluate(copy(documents[document]), copy(variables));
    if (result && result.outerWrapper) oddity = 'the array that 2.0.6 wraps an array of the input in';
    if (oddity) return { left: oddity };
    if (result === undefined) return { undefined: true };
    const strange = strangeness(result);
    if (strange) return { left: strange };
    const text = JSON.stringify(result);
    if (text.length > 20000) return { left: 'too long' };
    return { result: JSON.parse(text) };
  } catch (error) {
    if (oddity) return { left: oddity };
    if (error.code === 'SKIP') return { left: 'too deep or too slow' };
    if (typeof error.code !== 'string' || !/^[STDU][0-9]{4}$/.test(error.code)) return { left: 'an exception of JavaScript' };
    const it = { code: error.code };
    const chained = error.position === -1 || (/^[fg]$/.test(error.token) && /~>/.test(expr));
    if (error.position !== undefined && !chained) it.position = error.position;
    if (typeof error.token === 'string' && !chained) it.token = error.token;
    // Functions show their insides in messages; patterns that are none are refused in V8's words.
    if (!/object Object|_jsonata|async function|Invalid regular expression/.test(error.message || '') && (error.message || '').length < 500 && !chained) it.message = error.message;
    return it;
  }
}

(async () => {
  const [seed, count] = [Number(process.argv[2] || 1), Number(process.argv[3] || 20000)];
  const next = generator(seed);
  const seen = new Set();
  const left = {};
  const leave = (reason) => { left[reason] = (left[reason] || 0) + 1; };
  process.stdout.write('[\n');
  for (let tries = 0, made = 0; made < count && tries < count * 4; tries++) {
    const { group, expr, document } = next();
    const key = `${document} ${expr}`;
    if (seen.has(key) || expr.length > 400) continue;
    seen.add(key);
    const it = await outcome(expr, document);
    const line = JSON.stringify({ group, case: expr, expr, dataset: document, bindings: variables, depth: 2500, now: NOW, ordered: true, ...it });
    if (it.left) { leave(it.left); continue; }
    // Half a character has no UTF-8.
    if (/\\ud[89a-f][0-9a-f]{2}/.test(line)) { leave('half of a surrogate pair'); continue; }
    process.stdout.write((made ? ',\n' : '') + line);
    made++;
  }
  process.stdout.write('\n]\n');
  const reasons = Object.entries(left).sort((a, b) => b[1] - a[1]);
  for (const [reason, times] of reasons) process.stderr.write(`left out ${times}: ${reason}\n`);
})();
