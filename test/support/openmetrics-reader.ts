/**
 * A strict reader of OpenMetrics text 1.0 that shares nothing with what writes ours: what the format calls a MUST is refused
 * here where it isn't so.
 */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReadFamily {
  readonly name: string;
  type?: string;
  unit?: string;
  help?: string;
  readonly samples: ReadSample[];
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  info: ['_info'],
  stateset: [''],
};

export function readOpenMetrics(text: string): ReadonlyMap<string, ReadFamily> {
  refuse(!text.endsWith('\n# EOF\n') && text !== '# EOF\n', 'it must end with # EOF and a line feed');
  const families = new Map<string, ReadFamily>();
  let current: ReadFamily | undefined;
  for (const line of text.split('\n').slice(0, -2)) {
    refuse(/^\s|\s$/.test(line) || line === '', `white space: ${JSON.stringify(line)}`);
    const [, word, name = '', rest = ''] = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line) ?? [];
    if (word === undefined) {
      refuse(line.startsWith('#'), `neither metadata nor a sample: ${line}`);
      const sample = readSample(line);
      refuse(current === undefined || !belongs(sample, current), `${sample.name} is of no family before it`);
      current?.samples.push(sample);
      continue;
    }
    if (current?.name !== name) {
      refuse(families.has(name), `${name} is there twice, or not in one piece`);
      current = { name, samples: [] };
      families.set(name, current);
    }
    refuse(current.samples.length > 0, `${name}: metadata behind samples`);
    readMetadata(current, word, rest);
  }
  for (const family of families.values()) checkFamily(family);
  return families;
}

function readMetadata(family: ReadFamily, word: string, rest: string): void {
  const field = word === 'TYPE' ? 'type' : word === 'UNIT' ? 'unit' : 'help';
  refuse(family[field] !== undefined, `${family.name} has two lines ${word}`);
  refuse(word === 'TYPE' && suffixes[rest] === undefined, `unknown type ${rest}`);
  refuse(word === 'UNIT' && !family.name.endsWith(`_${rest}`), `${family.name} doesn't end in its unit ${rest}`);
  refuse(word === 'HELP' && /\\(?![\\n"])/.test(rest), `${family.name}: an escape that is none in its help`);
  family[field] = rest;
}

function belongs({ name }: ReadSample, { name: family, type = 'unknown' }: ReadFamily): boolean {
  return (suffixes[type] ?? ['']).some((suffix) => name === `${family}${suffix}`);
}

function readSample(line: string): ReadSample {
  const [, name = '', rest = ''] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(.*)$/.exec(line) ?? [];
  refuse(name === '', `no name: ${line}`);
  const labels: Record<string, string> = {};
  let at = 0;
  if (rest[at] === '{') {
    const pair = /[{,]([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"/y;
    while (rest[at] !== '}') {
      pair.lastIndex = at;
      const [whole, label = '', value = ''] = pair.exec(rest) ?? [];
      refuse(whole === undefined, `no label at ${at}: ${line}`);
      refuse(Object.hasOwn(labels, label), `${label} is there twice: ${line}`);
      labels[label] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
      at += whole?.length ?? 1;
    }
    at++;
  }
  const [, number = ''] = /^ ([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]Inf|NaN)$/.exec(rest.slice(at)) ?? [];
  refuse(number === '', `no value: ${line}`);
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) };
}

function checkFamily(family: ReadFamily): void {
  const { name, type, samples } = family;
  const keys = samples.map((sample) => {
    const pairs = Object.entries(sample.labels).map((pair) => JSON.stringify(pair));
    return [sample.name, ...pairs.sort()].join(' ');
  });
  refuse(new Set(keys).size < keys.length, `${name} has a sample twice`);
  for (const { labels, value } of samples) {
    refuse((type === 'counter' || type === 'histogram') && !(value >= 0), `${name} counts down`);
    refuse(type === 'info' && value !== 1, `${name} is no 1`);
    refuse(type === 'stateset' && ((value !== 0 && value !== 1) || labels[name] === undefined), `${name} has no state`);
  }
  if (type === 'histogram') checkHistogram(family);
}

/** Each label set in one piece, with bounds that grow, counts that don't fall, and a last bucket that has all. */
function checkHistogram({ name, samples }: ReadFamily): void {
  const groups = new Map<string, ReadSample[]>();
  let last = '';
  for (const sample of samples) {
    const { le: _, ...others } = sample.labels;
    const key = JSON.stringify(others);
    refuse(key !== last && groups.has(key), `${name}: ${key} is not in one piece`);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
    last = key;
  }
  for (const [key, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number((labels['le'] ?? '').replace('Inf', 'Infinity')));
    refuse(bounds.at(-1) !== Infinity, `${name} ${key} has no bucket +Inf`);
    refuse(
      bounds.some((bound, at) => at > 0 && !(bound > (bounds[at - 1] ?? 0))),
      `${name} ${key}: bounds`,
    );
    refuse(
      buckets.some(({ value }, at) => at > 0 && value < (buckets[at - 1]?.value ?? 0)),
      `${name} ${key}: counts`,
    );
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    refuse(count !== buckets.at(-1)?.value, `${name} ${key}: its count isn't that of its last bucket`);
  }
}

function refuse(isWrong: boolean, what: string): void {
  if (isWrong) throw new Error(`no OpenMetrics: ${what}`);
}
