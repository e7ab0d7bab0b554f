/**
 * What `fl-run-bench` writes, and `fl-run-test`, which writes the same elements without a root: every response and every
 * test as an element, in the order in which they ended. Pages aren't in it and are made here (funkload-pages.ts).
 */
import type { Definition, End, Measured } from '../../model/measured.ts';
import type { Outcome } from '../../model/samples.ts';
import { newBudget } from '../budget.ts';
import { clip, clipOn } from '../clip.ts';
import { ErrorTally } from '../error-tally.ts';
import type { Format } from '../format.ts';
import { Tallies } from '../tally.ts';
import { AttributeName, type Attributes } from '../xml/attributes.ts';
import { readXml, type XmlDocument } from '../xml/reading.ts';
import type { Remark } from '../xml/text.ts';
import { XmlError } from '../xml/xml-error.ts';
import { FunkloadConfig } from './funkload-config.ts';
import { FunkloadMonitor } from './funkload-monitor.ts';
import { Pages } from './funkload-pages.ts';

export const funkload: Format = {
  name: 'a FunkLoad result (XML)',
  recognises: ({ root }) => root !== undefined && ['funkload', 'response', 'testResult'].includes(root),
  open: (file) => readXml(file, (remark) => new FunkloadDocument(remark)),
};

const cycle = new AttributeName('cycle');
const users = new AttributeName('cvus');
const thread = new AttributeName('thread');
const suite = new AttributeName('suite');
const name = new AttributeName('name');
const step = new AttributeName('step');
const number = new AttributeName('number');
const type = new AttributeName('type');
const result = new AttributeName('result');
const url = new AttributeName('url');
const code = new AttributeName('code');
const description = new AttributeName('description');
const time = new AttributeName('time');
const duration = new AttributeName('duration');
const traceback = new AttributeName('traceback');
const version = new AttributeName('version');

/** Where an element is of: the same in responses and tests. */
interface Place {
  readonly cycle: { readonly index: number; readonly users: number };
  readonly startSeconds: number;
  readonly seconds: number;
  readonly outcome: Outcome;
}

class FunkloadDocument implements XmlDocument {
  wantsText = false;
  takesManyRoots = false;
  end: End = { kind: 'whole' };
  readonly #remark: Remark;
  readonly #config = new FunkloadConfig();
  readonly #monitor: FunkloadMonitor;
  readonly #budget = newBudget();
  readonly #tallies = new Tallies(this.#budget);
  readonly #errors = new ErrorTally(this.#budget);
  /** Of the tests of this file, in the order of their first element: a part of the keys of requests. */
  readonly #tests = new Map<string, { readonly index: number; readonly name: string }>();
  #pages = new Pages(undefined);
  #hasRoot = false;
  /** What is in the element that failed, while it is open: told when it ends. */
  #details = '';
  #fail: (() => void) | undefined;

  constructor(remark: Remark) {
    this.#remark = remark;
    this.#monitor = new FunkloadMonitor(remark);
  }

  open(element: string, attributes: Attributes): void {
    const isFirst = !this.#hasRoot;
    this.#hasRoot = true;
    if (element === 'response') this.#response(attributes);
    else if (element === 'testResult') this.#test(attributes);
    else if (element === 'config') this.#config.add(attributes);
    else if (element === 'monitor') this.#monitor.add(attributes);
    else if (element === 'monitorconfig') this.#config.addUnread(attributes);
    else if (element === 'header') this.text(headerText(attributes));
    else if (element === 'body') this.wantsText = this.#fail !== undefined;
    else if (element === 'funkload' && isFirst) this.#begin(attributes);
    else if (element !== 'headers') this.#remark(`an element <${clip(element, 64)}> that FunkLoad doesn't write`);
    if (isFirst && element !== 'funkload') this.#beginWithoutRoot();
  }

  close(element: string): void {
    if (element === 'body') this.wantsText = false;
    if (element !== 'response' && element !== 'testResult') return;
    this.#fail?.();
    this.#fail = undefined;
  }

  text(text: string): void {
    this.#details = clipOn(this.#details, text);
  }

  results(): readonly Measured[] {
    if (!this.#hasRoot) return [];
    this.#fail?.();
    this.#fail = undefined;
    this.#pages.end();
    if (this.#tallies.isFull) this.#remark('so many kinds of requests that the last of them are counted together');
    const names = [...this.#tests.values()].map((each) => each.name).join(', ');
    const window = this.#tallies.window();
    return [
      {
        tool: 'FunkLoad',
        ...this.#config.measured(clip(names)),
        ...(window === undefined ? {} : { window }),
        operations: this.#tallies.operations(),
        errors: this.#errors.list(),
        cases: [],
        faults: [],
        figures: this.#monitor.figures(),
        claims: [],
      },
    ];
  }

  #begin(attributes: Attributes): void {
    const told = attributes.text(version);
    this.#config.begin(told, attributes.text(time));
    this.#pages = new Pages(told);
  }

  #beginWithoutRoot(): void {
    this.takesManyRoots = true;
    this.end = {
      kind: 'unmarked',
      reason: 'fl-run-test writes no root element, so nothing tells whether the end of the file is there',
    };
  }

  #response(attributes: Attributes): void {
    const place = this.#placeOf(attributes);
    if (place === undefined) return;
    const { startSeconds, seconds, outcome } = place;
    const index = place.cycle.index;
    const kind = attributes.word(type) ?? '';
    const test = this.#testOf(attributes);
    const page = { thread: attributes.number(thread) ?? 0, cycle: index, type: kind, startSeconds, seconds, outcome };
    const isInPage = this.#pages.add(page, () =>
      this.#tallies.of(keyOf('page', test, index, attributes), () => ({
        kind: 'page',
        name: clip(attributes.text(description) || attributes.text(url) || ''),
        cycle: place.cycle,
        labels: labelsOf(attributes, [['step', step]]),
      })),
    );
    const tally = this.#tallies.of(keyOf(isInPage ? 'request' : 'outside', test, index, attributes), () => ({
      kind: 'request',
      name: clip(`${kind} ${attributes.text(url) ?? ''}`),
      cycle: place.cycle,
      labels: [...labelsOf(attributes, requestLabels), ...(isInPage ? [] : [{ name: 'page', value: 'none' }])],
    }));
    tally.add(startSeconds, seconds, outcome);
    if (outcome !== 'success') this.#failed(place, attributes, `${kind} ${attributes.text(url) ?? ''}`);
  }

  #test(attributes: Attributes): void {
    const place = this.#placeOf(attributes);
    if (place === undefined) return;
    const index = this.#testOf(attributes);
    const tested = clip(`${attributes.word(suite) ?? ''}.${attributes.word(name) ?? ''}`);
    const tally = this.#tallies.of(`test ${index} ${place.cycle.index}`, () => ({
      kind: 'test',
      name: tested,
      cycle: place.cycle,
      labels: [],
    }));
    tally.add(place.startSeconds, place.seconds, place.outcome);
    if (place.outcome === 'success') this.#config.contents(attributes);
    else this.#failed(place, attributes, tested);
  }

  /** What nobody can place or add up is left out, and said. */
  #placeOf(attributes: Attributes): Place | undefined {
    const startSeconds = attributes.number(time);
    const seconds = attributes.number(duration);
    if (startSeconds === undefined || seconds === undefined || seconds < 0) {
      this.#remark('an element without a time or a duration that is a number: left out');
      return undefined;
    }
    const said = attributes.word(result);
    const outcome = said === 'Successful' ? 'success' : said === 'Failure' ? 'failure' : 'error';
    const where = { index: attributes.number(cycle) ?? 0, users: attributes.number(users) ?? 0 };
    return { cycle: where, startSeconds, seconds, outcome };
  }

  #failed({ startSeconds }: Place, attributes: Attributes, operation: string): void {
    const what = attributes.text(result) ?? '';
    const trace = attributes.text(traceback) ?? '';
    const failure = {
      what,
      code: attributes.text(code) ?? '',
      message: trace.trimEnd().split('\n').at(-1) ?? '',
      operation,
      atMs: startSeconds * 1000,
    };
    this.#details = trace === '' ? '' : clip(`${trace}\n`);
    this.#fail = () => this.#errors.add({ ...failure, example: this.#details });
  }

  #testOf(attributes: Attributes): number {
    const short = clip(attributes.word(name) ?? '');
    const known = this.#tests.get(short);
    if (known !== undefined) return known.index;
    if (this.#tests.size >= maxTests) throw new XmlError('refused', `more than ${maxTests} tests`);
    const index = this.#tests.size;
    this.#tests.set(short, { index, name: clip(`${attributes.word(suite) ?? ''}.${short}`) });
    return index;
  }
}

const maxTests = 2000;

const parts = ['page', 'request', 'outside'] as const;

/** What is the same: a number where it fits into one, which is found faster than a text among millions. */
function keyOf(part: (typeof parts)[number], test: number, index: number, attributes: Attributes): number | string {
  const at = attributes.number(step) ?? NaN;
  const within = part === 'page' ? 0 : (attributes.number(number) ?? NaN);
  const fits = index < 256 && at < 65_536 && within < 65_536;
  if (fits && Number.isInteger(index) && Number.isInteger(at) && Number.isInteger(within)) {
    return (((test * 256 + index) * 65_536 + at) * 65_536 + within) * 3 + parts.indexOf(part);
  }
  const rest = part === 'page' ? '' : attributes.text(number);
  return `${part} ${test} ${index} ${clip(attributes.text(step) ?? '')} ${clip(rest ?? '')}`;
}

const requestLabels = [
  ['step', step],
  ['number', number],
  ['type', type],
  ['url', url],
  ['description', description],
] as const;

function labelsOf(attributes: Attributes, wanted: readonly (readonly [string, AttributeName])[]): Definition[] {
  return wanted.map(([label, attribute]) => ({ name: label, value: clip(attributes.text(attribute) ?? '') }));
}

function headerText(attributes: Attributes): string {
  const values = attributes.entries().map(([, value]) => value);
  return `${values.join(': ')}\n`;
}
