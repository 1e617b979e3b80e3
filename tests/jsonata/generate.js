// Random JSONata expressions and the documents they are evaluated against: every function with fitting and odd
// arguments, every operator, paths with all that can hang on a step, functions as values, pictures, patterns, and
// broken text.
'use strict';

const ORDERS = [
  { id: 'o1', when: '2018-03-23T10:33:36.617Z', items: [{ sku: 'a', price: 1.25, qty: 2, tags: ['x', 'y'] }, { sku: 'b', price: 10, qty: 1, tags: [] }] },
  { id: 'o2', when: '2020-02-29T23:59:59.999Z', items: [{ sku: 'c', price: 3.5, qty: 4, tags: ['x'] }, { sku: 'a', price: 1.5, qty: 3 }] },
  { id: 'o3', items: [] },
  { id: 'o4', items: { sku: 'd', price: 3.5, qty: 0, tags: 'z' } },
];

/** The inputs by name. */
const documents = {
  record: {
    a: { b: [{ c: 1, d: 'x', e: [1, 2] }, { c: 2, d: 'y', e: [3] }, { c: 3, d: 'x' }], n: null, t: true, f: false },
    xs: [3, 1, 2, 2], ys: ['b', 'a', 'c'], one: [7], none: [], nested: [[1, 2], [3, [4]], []], s: 'héllo wörld 😀',
    num: 42.5, neg: -7, big: 12345678901, text: 'The quick brown fox', date: '2018-03-23T10:33:36.617Z', o: {}, z: 0,
    mixed: [1, 'a', null, true, { k: 1 }, [2]], orders: ORDERS, stock: { a: 5, b: 0, c: 12 },
  },
  list: [
    { a: { b: [{ c: 5 }] }, id: 'first', xs: [1, [2, 3]], orders: ORDERS, num: 1 },
    { a: { b: { c: 6, d: 'z' } }, id: 'second', xs: 4, ys: 'only', num: -2.5 },
    [{ id: 'third', xs: [] }], 'text', 17, null,
  ],
  scalar: 'a text with 3 words',
};

const variables = { x: 5, y: 'why', w: [1, { p: 'q' }], m: { k: 'v', n: { deep: [1, 2] } } };

/** Numbers from 0 up to 1, the same for the same seed. */
function randomSource(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A function that makes the next expression: `{ group, expr, document }`. */
function generator(seed) {
  const random = randomSource(seed);
  const below = (n) => Math.floor(random() * n);
  const chance = (p) => random() < p;
  const pick = (list) => list[below(list.length)];
  const times = (n, make) => Array.from({ length: n }, make);

  const NAMES = ['a', 'b', 'c', 'd', 'e', 'xs', 'ys', 'orders', 'items', 'price', 'qty', 'sku', 'id', 'tags', 'missing', 'stock', 'num', 'o'];
  const NUMBERS = ['0', '1', '-1', '2', '3', '4', '7', '2.5', '3.5', '-2.5', '0.5', '10', '12', '19', '20', '21', '99', '100', '101', '112', '1000', '1999',
    '3999', '65535', '1234567.891', '0.000123', '1e21', '1e-7', '1e100', '0.1+0.2', '-1234.5', '1e15', '123456789012345680', '99.995', '1/3', '1/7', '5e-324',
    '1.7976931348623157e308', '9007199254740993', '-0', '1e6', '123456789', '4294967296', '1000000000000', '0.05', '1.005', '2.675'];
  const STRINGS = ['""', '"a"', '"abc"', '"é😀"', '"Hello World"', "'it is'", '"12"', '"0x1F"', '"  padded \\t text  "', '"a,b,,c"', '"\\u0000\\n\\"q\\""', '"a.b.c"', '"ǅŉß"',
    '"İI"', '"AbC dEf"', '"100%"', '"http://x/?a=b c&d=é"', '"e\\u0301"', '"日本語"', '"1e3"', '"-5"', '"x😀y😀"', '"aGVsbG8="', '"true"', 'text', 's', 'date', 'id', '$y'];
  const LISTS = ['[]', '[1]', '[1,2,3]', '["a","b"]', 'xs', 'ys', 'one', 'none', 'nested', 'mixed', 'a.b', 'a.b.e', 'orders', 'orders.items', 'orders.items.price', 'orders.id',
    '[1..4]', '[[1,2],[3]]', '[null]', '[3,-1,2.5,0]', '["b","a","B","á","😀","ﬀ"]', '[{"k":2},{"k":1},{}]', 'orders.items.tags', '[1,"1",true,null]', '[[]]', '[{"a":1},{"a":1}]', '$w', '[1,1,2,1]'];
  const RECORDS = ['{}', '{"a":1}', '{"a":{"b":2}}', '{"x":[1,2],"y":null}', 'a', 'o', 'stock', 'a.b[0]', 'orders[0]', '{"b":1,"a":2,"c":[]}', '$m', '{"n":"v","f":function($q){$q}}'];
  const ATOMS = ['true', 'false', 'null', '$', '$$', 'missing', 'a.n', 'a.t', 'a.*', '*', '**.c', '**', '$x', '$w', '$m.n.deep', '$nope', 'orders.items.%', '$sum', '$uppercase', '$string', '`d`', '"a"."b"'];
  const REGEXES = ['/a/', '/[a-z]+/i', '/(a)(b)?/', '/./', '/x*/', '/\\b\\w/', '/([0-9]+)/', '/^(.*)$/m', '/[aeiou]/', '/(?<=q)u/', '/a|b|/', '/\\s+/', '/(o)(?=r)/', '/[^a-z ]/i', '/(\\w)\\1/', '/\\u0061/', '/,/',
    '/l{1,2}/', '/(?:ab)+?b/', '/é/', '/[\\d.]+/', '/\\//', '/😀/', '/$/'];

  const number = () => (chance(0.75) ? pick(NUMBERS) : pick(['num', 'neg', 'big', 'z', '$x', '$count(xs)', '$sum(orders.items.qty)']));
  /** Of a range: few items, or so many that they are refused. */
  const bound = () => pick(['0', '1', '-2', '3', '10', '2.5', '1e15', '-1e15', 'xs[0]', '$x', 'missing', '"1"', '$count(xs)', 'null']);
  const string = () => pick(STRINGS);
  const list = () => pick(LISTS);
  const record = () => pick(RECORDS);
  const regex = () => (chance(0.7) ? pick(REGEXES) : randomRegex());
  const any = () => pick([number, string, list, record, regex, () => pick(ATOMS), lambda, () => pick(ATOMS)])();
  const mostly = (make) => (chance(0.88) ? make() : any());

  function randomRegex() {
    const piece = () => pick(['a', 'b', 'o', '.', '\\w', '\\d', '\\s', '\\S', '[a-c]', '[^o]', '(a|b)', '(?:q)', '(.)', '\\b', '^', '$', '\\.', 'é', '[\\s,]', '(?!x)', '(?=o)', '\\x61', '[-a]', '\\W', '\\B']);
    const body = times(1 + below(4), () => piece() + (chance(0.4) ? pick(['*', '+', '?', '{2}', '{1,}', '{0,2}', '*?', '+?', '??']) : '')).join('');
    return `/${body}/${pick(['', '', 'i', 'm', 'im', 'g', 'x'])}`;
  }

  function lambda() {
    return pick([
      () => 'function($v){$v}', () => 'function($v,$i){$i}', () => 'function($v,$i,$a){$count($a)}', () => 'function($l,$r){$l>$r}', () => 'function($l,$r){$l<$r}',
      () => 'function($p,$n){$p+$n}', () => 'function($p,$n){$p & $n}', () => 'function($v){$v.c}', () => 'function(){1}', () => 'function($v){[$v]}', () => 'function($v){$v>1}',
      () => 'function($v){$string($v)}', () => 'λ($k,$v){{$string($k):$v}}', () => 'function($v,$k){$k}', () => '$uppercase', () => '$sum', () => '$string', () => '$length', () => '$append',
      () => '$substring(?,0,1)', () => '$power(?,2)', () => 'function($a,$b){$a.price>$b.price}', () => 'function($x){$x ? missing : $x}', () => 'function($v)<n:n>{$v+1}', () => '($uppercase ~> $length)',
      () => 'function($v){$v=2}', () => 'function($m){$uppercase($m.match)}', () => 'function($m){$m.groups[0]}', () => 'function($v){$error("stop")}', () => '$boolean', () => '$exists', () => '$not', () => regex(),
      () => `function($v){${expression(1)}}`, () => `function($v,$i){${expression(1)}}`, () => '|$|{"new":1}|',
    ])();
  }

  function numberPicture() {
    if (chance(0.5)) {
      return JSON.stringify(pick(['#,##0.00', '0', '00.0', '#', '0.0%', '0‰', '0.00e0', '#,##0;(#,##0)', '###,###.##', '$0', '#0.###,#', '0.0.0', '0,,0', '#.#', '.0', '0.', 'x0y', '00e00', '#,#,##0.0',
        'a', ';0', '0;0;0', '##0.00#', '0,0.0,0', '#,##,##0', '0e0', '0.#', '00', '#.00', '%0', '0%', '-0', '#,###', '0,0,00', '#.##,##', '9', '£#,##0.00', "''", '#0e#0', '0;', '#;#', '.#', '0.0e-0']));
    }
    return JSON.stringify(times(1 + below(7), () => pick(['#', '0', '0', '#', ',', '.', ';', '%', '‰', 'e', 'x', '-', ' ', '(', ')', '1', '€'])).join(''));
  }
  const numberOptions = () => pick(['{"decimal-separator":",","grouping-separator":"."}', '{"zero-digit":"٠"}', '{"minus-sign":"~"}', '{"percent":"pc"}', '{"pattern-separator":"|"}', '{"digit":"@"}', '{"exponent-separator":"E"}',
    '{"per-mille":"m"}', '{"infinity":"INF","NaN":"nope"}', '{"decimal-separator":";"}', '{"foo":"bar"}', '{}', '{"zero-digit":5}']);

  function integerPicture() {
    if (chance(0.6)) {
      return JSON.stringify(pick(['0', '000', '#,##0', 'I', 'i', 'A', 'a', 'w', 'W', 'Ww', 'w;o', '0;o', 'Ww;o', 'W;o', '#,##,##0', '０００', '##;o', '*', '1', '#:00', '٠', '0,000', 'Α', 'I;o', 'a;o', '#,##0;o', '0;c', '0;e',
        '#,##0,0', '#.##0', '0-0', '###', '12', '0٠', 'ww', 'wW', '', ';o', '0;o(-e)', '0;x', '#0', '0#', '#\u00a0##0', '#,##0:00', '๐๐', '①', '一']));
    }
    return JSON.stringify(times(1 + below(6), () => pick(['#', '0', '0', ',', '.', ':', '1', ';', 'o', 'w', 'I', ' '])).join(''));
  }

  function dateComponent(reading) {
    const letter = chance(0.93) ? pick('YYMMDDdFWwXxHhPmsfZzCE'.split('')) : pick(['Q', 'y', '', '1', 'a', 'T']);
    const first = pick(['', '', '', '', '01', '1', '0001', '1o', '01o', 'N', 'n', 'Nn', 'I', 'i', 'w', 'W', 'Ww', 'Wwo', 'wo', 'a', 'A', '0', '#0', '001', '9,999', '01:01', '0101', '00:00t', '01t', 'N;o', '*']);
    const width = chance(0.25) ? pick([',3', ',3-3', ',2', ',2-2', ',*-2', ',1-*', ',*', ',4', ',1', ',0', ',6-6', ',x', ',3-1', ',*-3', ',2-4']) : '';
    const blank = chance(0.04) ? pick([' ', '\n']) : '';
    return `[${letter}${reading && chance(0.5) ? '' : first}${blank}${width}]`;
  }
  function datePicture(reading) {
    if (chance(0.45)) {
      return JSON.stringify(pick(['[Y]', '[Y0001]-[M01]-[D01]', '[MNn] [D1o], [Y]', '[FNn], [D] [MNn,3-3] [Y2]', '[H01]:[m01]:[s01].[f001]', '[h]:[m01] [P]', '[h#1]:[m01] [PN]', 'Week [W] of [X]', '[w] [x] [xNn]', '[d] [dwo]', '[Z]', '[z]',
        '[Z0101t]', '[Z01:01t]', '[Z0]', '[Z010101t]', '[YI]', '[Dw] [MA]', '[[[Y]]]', '[Y,2-2]', '[M,2]', '[F0] [F]', '[C] [E]', '[Q]', '[Y', '[YN]', '[Y0001][M01][D01]', '[MN,3-3]', '[Y9,999,*]', '[DWwo] [Mi]', '[ Y0001 ]', '[X0001]-W[W01]-[F1]',
        '[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]', '[D]/[M]/[Y] [h]:[m]:[s] [P]', '[FNn,*-3]', '[Y]]', '', 'no parts', '[Y0001]-[d001]', '[H01][m01][s01][f1]', '[f,1-3]', '[f01]', '[f000001]', '[Yw]', '[YW] [Mw] [Dwo]', '[X]-[x]-[w]', '[P] [h]', '[D1o] of [MNn] [Y0001] at [h]:[m01][Pn]', '[Y#]', '[Z00:00]', '[z0]', '[ZN]', '[Z,6-6]', '[z,2-2]']));
    }
    return JSON.stringify(times(1 + below(4), () => dateComponent(reading) + pick(['', '-', '/', ' ', ', ', ':', 'T', ' of '])).join(''));
  }
  const MILLIS = ['0', '1521801216617', '-1', '1e12', '253402300799999', '-62135596800000', '1483228800000', '1104537600000', '1609459200000', '951782400000', '1230768000000', '1262304000000', '1546214400000', '1514764800000', '-1e13', '1582934400000', '8.64e15', '1419984000000', '1.5e12+0.5', '1356998400000', '1341100800000', '1388448000000', '4102444799999'];
  const ZONES = ['"+0100"', '"-0500"', '"+0530"', '"-0330"', '"0000"', '"Z"', '"+1"', '"+01:00"', '"+1400"', '"-0000"', '"+0030"', '""'];
  const DATES = ['2018-03-23T10:33:36.617Z', '2018', '2018-02', '2018-02-30', '2018-13-01', '2020-02-29T23:59:59+05:30', 'x', '2018-03-23T10:33:36-0800', '1969-12-31T23:59:59.999Z', '0099-01-01', '2018-03-23T24:00:00Z', '2018-03-23T10:33:36',
    '2018-03-23', '23 March 2018', '20180323', '10:30:15.123', '3:07 pm', 'Friday, 23rd March 2018', '2018 82', 'MMXVIII', '12/31/99', '2018-03-23 +05:30', '21 Mar 18', 'twenty-third', 'March', 'Week 12 of 2018', '2018-W12-5', '12:30 AM', 'two thousand and eighteen', '1st', '31', 'B', 'xii', '2018-03-23T10:33Z', '2018-3-5', '+002018-01-01', '99', '2018-03-23T10:33:36.6Z', '2018-03-23T10:33:36.617+01', ''];
  const dateText = () => JSON.stringify(pick(DATES));

  /** Arguments that fit, a list for each parameter; a missing entry means anything. */
  const calls = {
    sum: () => [mostly(list)], count: () => [any()], max: () => [mostly(list)], min: () => [mostly(list)], average: () => [mostly(list)],
    string: () => [any(), ...(chance(0.3) ? [pick(['true', 'false', '1'])] : [])],
    substring: () => [mostly(string), mostly(() => pick(['0', '1', '2', '-1', '-2', '-10', '10', '1.5', '-1.5'])), ...(chance(0.6) ? [mostly(() => pick(['0', '1', '2', '-1', '100', '1.5']))] : [])],
    substringBefore: () => [mostly(string), mostly(() => pick(['"a"', '" "', '""', '"l"', '"😀"', 'text', '"."']))], substringAfter: () => [mostly(string), mostly(() => pick(['"a"', '" "', '""', '"l"', '"😀"', '"."']))],
    lowercase: () => [mostly(string)], uppercase: () => [mostly(string)], length: () => [mostly(string)], trim: () => [mostly(string)],
    pad: () => [mostly(string), mostly(() => pick(['5', '-5', '0', '3', '-10', '20', '2.5', '-30.7'])), ...(chance(0.6) ? [mostly(() => pick(['"#"', '"ab"', '""', '"😀"', '"-=+"']))] : [])],
    match: () => [mostly(() => pick(['"ababbabbcc"', '"😀a😀b"', 'text', '""', 's', '"Hello\\nWorld"', '"aabb"'])), mostly(regex), ...(chance(0.4) ? [mostly(() => pick(['0', '1', '2', '-1', '1.5']))] : [])],
    contains: () => [mostly(string), mostly(() => (chance(0.5) ? string() : regex()))],
    replace: () => [mostly(() => pick(['"hello world"', '"265USD"', '"abracadabra"', 'text', '""', 's', '"a.b.c"'])), mostly(() => (chance(0.4) ? pick(['"o"', '"l"', '"a"', '""', '"."', '" "']) : regex())),
      mostly(() => (chance(0.8) ? pick(['"0"', '"$1"', '"[$0]"', '"$$"', '"$2$1"', '"$"', '"$12"', '"$x"', '""', '"$10"', '"$01"', '"$ 1"', '"$-1"', '"\\\\1"']) : pick(['function($m){$uppercase($m.match)}', 'function($m){$string($m.start)}', 'function($m){1}', 'function($m){$m.groups[0]}', '$uppercase']))), ...(chance(0.3) ? [mostly(() => pick(['0', '1', '2', '-1', '1.5']))] : [])],
    split: () => [mostly(() => pick(['"a,b,,c"', '"so many words"', '""', '"aXbxc"', '"éa"', 'text', '"2018-03-23"'])), mostly(() => (chance(0.6) ? pick(['","', '" "', '""', '", "', '"x"', '"-"']) : regex())), ...(chance(0.4) ? [mostly(() => pick(['0', '1', '2', '10', '-1', '1.5', '0.5']))] : [])],
    join: () => [mostly(() => pick(['["a","b"]', 'ys', 'orders.id', 'none', '"x"', '[]', 'orders.items.tags', '["é","😀"]'])), ...(chance(0.6) ? [mostly(() => pick(['","', '""', '", "', '"😀"']))] : [])],
    formatNumber: () => [mostly(number), mostly(numberPicture), ...(chance(0.2) ? [mostly(numberOptions)] : [])],
    formatBase: () => [mostly(number), ...(chance(0.9) ? [mostly(() => pick(['2', '16', '36', '10', '1', '37', '2.5', '8', '3', '7', '35']))] : [])],
    formatInteger: () => [mostly(() => pick(NUMBERS.filter((it) => !/e|4294967296|1000000000000|123456789|9007199/.test(it) || chance(0.1)))), mostly(integerPicture)],
    parseInteger: () => [mostly(() => pick(['"12"', '"1,234"', '"xii"', '"MCMXC"', '"abc"', '"twelve"', '"one hundred and five"', '"12th"', '"two thousand, three hundred and one"', '"twenty-first"', '"ZZ"', '"٣"', '""', '"nineteenth"', '"one million"', '"XIIII"', '"1.234"', '"-5"', '"007"', '"hundredth"', '"two million, three hundred and four thousand and ninety-ninth"', '"1 234"'])), mostly(integerPicture)],
    number: () => [mostly(() => pick(['"12"', '"-1.5e3"', '"0x1F"', '"0b101"', '"0o17"', '"1."', '"abc"', '""', '" 1"', '"00012"', '"1e400"', 'true', 'false', 'null', '5', '"0xZZ"', '"1_0"', '"-0x1"', '".5"', '"+1"', '"-.5"', '"1e5"', '"1E+5"', '"Infinity"', '"0X1f"', '"0B1"', '"-"', '"0x"', '"1e"', '"12 "']))],
    floor: () => [mostly(number)], ceil: () => [mostly(number)], abs: () => [mostly(number)], sqrt: () => [mostly(number)], round: () => [mostly(number), ...(chance(0.7) ? [mostly(() => pick(['0', '1', '2', '-1', '-2', '3', '10', '1.5', '20', '-30', '300']))] : [])],
    power: () => [mostly(number), mostly(() => pick(['0', '2', '0.5', '-1', '1000', '3', '1/3', '-2']))],
    boolean: () => [any()], not: () => [any()], exists: () => [any()], type: () => [any()], clone: () => [mostly(() => pick([list, record])())],
    map: () => [mostly(list), mostly(lambda)], filter: () => [mostly(list), mostly(lambda)], single: () => [mostly(list), ...(chance(0.85) ? [mostly(lambda)] : [])],
    reduce: () => [mostly(list), mostly(() => pick(['function($p,$n){$p+$n}', 'function($p,$n){$p&$n}', 'function($p,$n,$i){$i}', 'function($p,$n,$i,$a){$count($a)}', 'function($p){$p}', '$append', 'function($p,$n){{"p":$p,"n":$n}}', 'function($a,$b){$a>$b ? $a : $b}'])), ...(chance(0.5) ? [any()] : [])],
    zip: () => times(1 + below(3), () => mostly(list)), sift: () => [mostly(record), ...(chance(0.9) ? [mostly(lambda)] : [])], each: () => [mostly(record), mostly(lambda)],
    keys: () => [mostly(() => pick([record, list])())], lookup: () => [mostly(() => pick([record, list])()), mostly(() => pick(['"a"', '"c"', '"b"', '"missing"', '"sku"']))],
    append: () => [any(), any()], spread: () => [mostly(() => pick([record, list])())], merge: () => [mostly(() => pick(['[{"a":1},{"b":2}]', '[{"a":1},{"a":2}]', 'orders', 'a.b', '{"z":1}', 'none']))],
    reverse: () => [mostly(list)], sort: () => [mostly(list), ...(chance(0.6) ? [mostly(lambda)] : [])], distinct: () => [mostly(list)],
    error: () => (chance(0.8) ? [mostly(string)] : []), assert: () => [mostly(() => pick(['true', 'false', '1=1', 'xs[0]=3'])), ...(chance(0.6) ? [mostly(string)] : [])],
    base64encode: () => [mostly(() => pick(['"a"', '"hello"', '""', '"é"', '"€"']))], base64decode: () => [mostly(() => pick(['"aGVsbG8="', '"aGVsbG8"', '"!!!"', '""', '"4pyT"', '"a-_/"', '"/w=="']))],
    encodeUrlComponent: () => [mostly(string)], encodeUrl: () => [mostly(string)],
    decodeUrl: () => [mostly(() => pick(['"%E4%BD%A0"', '"%"', '"%2F%20"', '"a%zz"', '"http://x/?a=%D1%88%D0%B5"', '"%C0%80"', '"%2f%3B"', '"%41"']))], decodeUrlComponent: () => [mostly(() => pick(['"%E4%BD%A0"', '"%"', '"%2F%20"', '"a%zz"', '"%E4%BD"', '"%F0%9F%98%80"', '"%41"']))],
    eval: () => [mostly(() => (chance(0.6) ? pick(['"1+1"', '"a.b.c"', '"$x"', '"("', '"$sum(xs)"', '"1+\\"a\\""', '"[1,2,3]"', '"$"', '"$z := 5"', '"$f(2)"', '"$map(xs, function($v){$v*$x})"', '"{"', '"%"', '"$error()"']) : JSON.stringify(expression(1)))), ...(chance(0.3) ? [pick(['{"xs":[5,6],"a":1}', '[1,2]', 'null', '7'])] : [])],
    toMillis: () => (chance(0.3) ? [mostly(dateText)] : [mostly(dateText), mostly(() => datePicture(true))]),
    fromMillis: () => [mostly(() => pick(MILLIS)), ...(chance(0.9) ? [mostly(() => datePicture(false)), ...(chance(0.4) ? [mostly(() => pick(ZONES))] : [])] : [])],
    now: () => [datePicture(false), ...(chance(0.4) ? [pick(ZONES)] : [])].slice(below(2)), millis: () => [],
  };
  const names = Object.keys(calls);

  /** The picture and its text belong together often enough only if one is made from the other. */
  function roundTrip() {
    const picture = datePicture(true);
    return pick([`$toMillis($fromMillis(${pick(MILLIS)}, ${picture}), ${picture})`, `$parseInteger($formatInteger(${pick(NUMBERS.filter((it) => !/e/.test(it)))}, "${pick(['w', 'Ww;o', 'I', 'a', '#,##0', '0;o', 'W'])}"), "w")`, `$fromMillis($toMillis(${dateText()}, ${datePicture(true)}), ${datePicture(false)})`,
      `$number($string(${number()}))`, `$base64decode($base64encode(${string()}))`, `$decodeUrlComponent($encodeUrlComponent(${string()}))`, `$string(${number()} ${pick(['+', '*', '/', '-'])} ${number()})`, `$eval($string(${list()}))`]);
  }

  function call(name = pick(names)) {
    let given = calls[name]();
    if (chance(0.08)) given = given.slice(1);
    if (chance(0.05)) given.push(any());
    if (chance(0.04)) given[below(Math.max(1, given.length))] = any();
    const style = random();
    if (style < 0.1 && given.length > 0) return `${given[0]} ~> $${name}(${given.slice(1).join(', ')})`;
    if (style < 0.15) return `${given[0] || 'a'}.$${name}(${given.slice(1).join(', ')})`;
    if (style < 0.18 && given.length === 1) return `${given[0]} ~> $${name}`;
    // Applied partially and then fully, with what fits: what doesn't fit isn't checked by jsonata-js.
    if (style < 0.24 && given.length > 0 && !['string', 'error', 'zip', 'now', 'millis', 'eval'].includes(name)) {
      const open = below(given.length);
      return `$${name}(${given.map((it, at) => (at === open ? '?' : it)).join(', ')})(${given[open]})`;
    }
    return `$${name}(${given.join(', ')})`;
  }

  const BINARY = ['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '&', 'and', 'or', 'in'];
  const step = () => pick([() => pick(NAMES), () => pick(NAMES), () => pick(['*', '**', '%', '$', '"c"', '`d`', '$$', '%.%']), () => `(${expression(1)})`, () => `{${pairs(1)}}`, () => `[${expression(1)}]`, () => call(), () => `$${pick(['i', 'v', 'x'])}`])();
  const predicate = () => `[${pick([() => expression(1), () => pick(['0', '1', '-1', '0.9', '[0,1]', 'c=2', 'c>1', '$=1', 'true', 'price>2', '[]', '[0..1]', '$i=0', 'qty', '-5', '$string()="a"', 'sku="a"', '%.id="o1"', '[[0,1]]', '[2,0]', '"a"', '$x[0]', '$count($)>1'])])()}]`;
  const sorting = () => `^(${times(1 + below(2), () => pick(['', '<', '>']) + pick(['c', 'd', '$', 'price', 'sku', 'id', '%.id', 'qty*price', '$count(tags)', '-price', '$string($)', expression(1)])).join(', ')})`;
  const pairs = (depth) => times(below(3) + 1, (_, at) => `${chance(0.75) ? `"k${at}"` : pick(['d', 'id', '"k"', '$string()', 'sku', '$string(price)', 'missing', expression(depth)])}: ${pick(['c', '$', '$sum(c)', 'price', '$count($)', 'items.sku', '%.id', '$sum(price*qty)', '[$]', '$[0]', expression(depth)])}`).join(', ');
  const grouping = () => `{${pairs(0)}}`;

  function path() {
    let text = pick(['orders', 'orders', 'a', 'a.b', 'xs', 'nested', '$', '$$', 'mixed', 'orders.items', '$w', '$m', '*', '**', '%', '[1,2,3]', '[{"c":1},{"c":2}]', '(a.b)', '(orders)', 'stock', '$.orders', '"abc"', expression(1)]);
    for (let left = 1 + below(5); left > 0; left--) {
      const kind = random();
      if (kind < 0.45) text += `.${step()}`;
      else if (kind < 0.65) text += predicate();
      else if (kind < 0.72) text += '[]';
      else if (kind < 0.8) text += sorting();
      else if (kind < 0.87) text += `#$${pick(['i', 'x', 'j'])}`;
      else if (kind < 0.94) text += `@$${pick(['v', 'x', 'u'])}`;
      else text += grouping();
    }
    return text;
  }

  /** What only a certain shape brings out. */
  function shaped() {
    const e = () => expression(1);
    return pick([
      () => `orders.items.{"o": %.id, "s": ${pick(['sku', '%.%.num', '$', e()])}}`, () => `orders.items[%.id=${string()}].${pick(['sku', '%', '%.id', 'price'])}`, () => `orders.items.tags.{"t": $, "s": %.sku, "o": %.%.id}`,
      () => `orders@$o.items@$i[$i.price > ${number()}].{"o": $o.id, "s": $i.sku}`, () => `orders@$o.items#$n.{"n": $n, "o": $o.id, "s": sku}`, () => `orders#$n[$n>0].items#$k.[$n, $k, sku]`, () => `(orders@$o.items)[0]${pick(['', '.sku', '.$o'])}`,
      () => `orders.items@$i.$$.stock.$lookup($, $i.sku)`, () => `orders@$o.$$.orders@$p[$o.id < $p.id].{"l": $o.id, "r": $p.id}`, () => `orders.items^(${pick(['', '<', '>'])}price, ${pick(['', '>'])}sku)${pick(['', '[0]', '.sku', '#$k[$k<2]', '{sku: price}'])}`,
      () => `orders{id: items.sku}`, () => `orders.items{sku: ${pick(['price', '$sum(price)', '$count($)', '$', 'price[]', '[price]'])}}`, () => `orders.(items{sku: qty})`, () => `orders.items{sku: {"p": price, "n": $count($)}}`,
      () => `($f := function($n){ $n <= 1 ? ${pick(['1', '"end"', '[]'])} : ${pick(['$n * $f($n-1)', '$f($n-1)', '$append($f($n-1), $n)', '($f($n-1))', '$f($n-2) + $f($n-1)'])} }; $f(${pick(['5', '1', '0', '12', '3', '-2', '"x"'])}))`,
      () => `($even := function($n){ $n = 0 ? true : $odd($n-1) }; $odd := function($n){ $n = 0 ? false : $even($n-1) }; $even(${pick(['10', '7', '300'])}))`,
      () => `(function($g){(function($x){$x($x)})(function($x){$g(function($y){($x($x))($y)})})})(function($self){function($n){$n < 2 ? 1 : $n * $self($n-1)}})(${pick(['5', '1', '7'])})`,
      () => `($make := function($a){ function($b){ $a ${pick(['+', '&', '-', '='])} $b } }; $add := $make(${any()}); $map(${list()}, $add))`, () => `($x := ${e()}; ($x := ${e()}; $x); $x)`, () => `($v := ${e()}; [$v, $v])`,
      () => `($compose := ${lambda()} ~> ${lambda()}; $compose(${any()}))`, () => `${any()} ~> ${lambda()} ~> ${lambda()}`, () => `($p := function($a,$b,$c){[$a,$b,$c]}; $q := $p(${pick(['?, 2, ?', '?, ?, 3', '1, ?', '?', '?, ?, ?'])}); $q(${times(below(4), any).join(', ')}))`,
      () => `function($a, $b)${pick(['<n:n>', '<s-:s>', '<a<n>:n>', '<nn?:n>', '<n+:a>', '<(ns)-:x>', '<o-s?:s>', '<s-n:s>', '<f:n>', '<f<n:n>n:n>', '<a<s>s?:s>', '<x:x>', '<jj?:j>', '<b?u:l>', '<nn:n>', '<sn?b?:s>', '<l:l>', '<q:n>', '<(sao):n>', '<a>', '<-n:n>', '<a<n:n>', '<n<s>:n>', '<(a<n>)s:n>'])}{[$a, $b]}(${times(below(4), any).join(', ')})`,
      () => `${pick(['$', 'a', 'orders', 'orders[0]', '$$', 'stock', 'xs', e()])} ~> |${pick(['$', 'items', 'orders.items', '**', 'b', 'a.b', 'items[qty>1]', '*', e()])}|${pick(['{"new": 1}', '{"price": price*2}', '{"c": c+1, "z": $x}', '{}', '{"qty": missing}', '{"up": %.id}', e()])}${chance(0.5) ? `, ${pick(['"c"', '["c","d"]', '"sku"', '"missing"', '[]', '["price", 1]', e()])}` : ''}|`,
      () => `$map(${list()}, ${lambda()}) ~> $filter(${lambda()}) ~> $reduce(${pick(['$append', 'function($a,$b){$a+$b}'])})`, () => `[${bound()}..${bound()}]`, () => `[${bound()}..${bound()}].($ * 2)`, () => `[1..3].{"n": $, "s": $string($)}`, () => `[[1..3], ${any()}][${number()}]`,
      () => `${e()} ? ${e()}`, () => `${e()} ? ${e()} : ${e()}`, () => `-${e()}`, () => `- -${e()}`, () => `${string()} & ${any()} & ${any()}`, () => `{"a": 1, ${pairs(1)}}`, () => `{"k": ${any()}}.k`, () => `[${e()}, ${e()}, [${e()}]]`,
      () => `$match(${string()}, ${regex()})${pick(['.match', '.groups', '.index', '[0]', '.(match & index)', ''])}`, () => `${regex()}(${any()})${pick(['', '.match', '.start', '.end', '.groups', '.next()', '.next().match'])}`, () => `${e()}[${e()}][${e()}]`, () => `(${e()})[]`, () => `${e()}[].${pick(NAMES)}`,
      () => `$sort(orders.items, function($l,$r){$l.${pick(['price', 'sku', 'qty'])} ${pick(['<', '>', '<=', '!='])} $r.${pick(['price', 'sku', 'qty'])}}).sku`, () => `$reduce(${list()}, function($acc, $it){${e()}}, ${any()})`, () => `$each(${record()}, function($v, $k){$k & ": " & $string($v)})`,
      () => `/* note */ ${e()} /* ${pick(['', '*', 'x'])} */`, () => `$type(${e()})`, () => `$string(${e()})`, () => `$exists(${path()})`, () => `$count(${path()})`, () => `$distinct(${path()})`, () => `${path()} = ${path()}`, () => `${pick(NUMBERS)} in ${path()}`,
      () => `$now(${pick(['', datePicture(false)])})`, () => `$millis() > 0`, () => `$clone(${e()})`, () => `$merge([${record()}, ${record()}])`, () => `$spread(${path()})`, () => `$keys(${path()})`, () => `$zip(${path()}, ${list()})`, () => `$lookup(${path()}, ${string()})`,
    ])();
  }

  function expression(depth) {
    if (depth <= 0 || chance(0.12)) return any();
    const e = () => expression(depth - 1);
    return pick([
      () => `${e()} ${pick(BINARY)} ${e()}`, () => `${e()} ${pick(BINARY)} ${e()}`, () => `(${e()})`, () => `[${times(below(4), e).join(', ')}]`, () => `{${pairs(depth - 1)}}`, () => `${e()}.${step()}`, () => path(), () => path(), () => `${e()}${predicate()}`, () => `${e()}[]`,
      () => `${e()} ? ${e()} : ${e()}`, () => `(${times(1 + below(3), () => (chance(0.5) ? `$${pick(['x', 'y', 'f'])} := ${e()}` : e())).join('; ')})`, () => `${e()}${sorting()}`, () => `${e()}${grouping()}`, () => shaped(), () => call(), () => call(), () => `${e()} ~> ${lambda()}`,
    ])();
  }

  /** Text that is mostly not JSONata: a token or letter taken out, doubled, put in or exchanged. */
  function broken() {
    const text = [...pick([() => expression(2), () => call(), () => shaped()])()];
    for (let edits = 1 + below(2); edits > 0; edits--) {
      const at = below(text.length);
      const piece = pick(['(', ')', '[', ']', '{', '}', '.', ',', ';', ':', ':=', '?', '"', "'", '`', '/', '*', '**', '~>', '@', '#', '$', '^', '|', '..', '=', '!', '<', '>', '&', '%', '\\', ' ', '1', 'e', 'and', 'function', 'λ', '/*', '1.5.2', '1e', '1e999', '$$', '@$v', '#$i', 'é', '\\u00', 'null', '??', '?:']);
      const edit = random();
      if (edit < 0.3) text.splice(at, 1);
      else if (edit < 0.6) text.splice(at, 0, piece);
      else if (edit < 0.75) text.splice(at, 1, piece);
      else if (edit < 0.85) text.splice(at);
      else text.splice(at, 0, ...text.slice(at, at + 3));
    }
    return text.join('');
  }

  let at = 0;
  return () => {
    at += 1;
    const document = chance(0.8) ? 'record' : chance(0.8) ? 'list' : 'scalar';
    const kinds = [() => { const name = names[Math.floor(at / 8) % names.length]; return ['call ' + name, call(name)]; }, () => { const name = names[Math.floor(at / 8) % names.length]; return ['call ' + name, call(name)]; },
      () => ['expression', expression(1 + below(3))], () => ['expression', expression(2)], () => ['path', path()], () => ['shape', shaped()], () => ['broken', broken()], () => (chance(0.5) ? ['round trip', roundTrip()] : ['shape', shaped()])];
    const [group, expr] = kinds[at % kinds.length]();
    return { group, expr, document };
  };
}

module.exports = { documents, variables, generator };
