/**
 * JUnit XML, of which every tool writes a dialect: suites in suites, counts that don't agree with their cases (the cases are
 * counted), times with commas or none, cases that were run again.
 */
import type { Case, Claim, Measured, Moment } from '../../model/measured.ts';
import { clip, clipOn } from '../clip.ts';
import type { Format } from '../format.ts';
import { AttributeName, type Attributes } from '../xml/attributes.ts';
import { readXml, type XmlDocument } from '../xml/reading.ts';
import type { Remark } from '../xml/text.ts';
import { XmlError } from '../xml/xml-error.ts';

export const junit: Format = {
  name: 'a JUnit report (XML)',
  recognises: ({ root }) => root === 'testsuites' || root === 'testsuite',
  open: (file) => readXml(file, (remark) => new JunitDocument(remark)),
};

const name = new AttributeName('name');
const className = new AttributeName('classname');
const time = new AttributeName('time');
const message = new AttributeName('message');
const type = new AttributeName('type');
const timestamp = new AttributeName('timestamp');
const hostname = new AttributeName('hostname');
const value = new AttributeName('value');
const stated = ['tests', 'failures', 'errors', 'skipped'].map((what) => ({ what, attribute: new AttributeName(what) }));

/** Of each some 300 bytes. */
const maxCases = 500_000;
const maxDefinitions = 1000;
/** Of all cases together. */
const maxTextCharacters = 32 << 20;

/** What an element within a case says of it; `again`: it was run again after that. */
const verdicts: ReadonlyMap<string, { readonly outcome: Case['outcome']; readonly isAgain: boolean }> = new Map([
  ['failure', { outcome: 'failed', isAgain: false }],
  ['error', { outcome: 'error', isAgain: false }],
  ['skipped', { outcome: 'skipped', isAgain: false }],
  ['flakyFailure', { outcome: 'flaky', isAgain: true }],
  ['flakyError', { outcome: 'flaky', isAgain: true }],
  ['rerunFailure', { outcome: 'failed', isAgain: true }],
  ['rerunError', { outcome: 'error', isAgain: true }],
]);
const outputs = new Set(['system-out', 'system-err', 'stackTrace']);

interface Suite {
  readonly name: string;
  readonly stated: readonly Claim[];
  readonly counts: Record<string, number>;
}

type OpenCase = { -readonly [Key in keyof Case]: Case[Key] };

class JunitDocument implements XmlDocument {
  wantsText = false;
  readonly takesManyRoots = false;
  readonly end = { kind: 'whole' } as const;
  readonly #remark: Remark;
  readonly #suites: Suite[] = [];
  readonly #cases: Case[] = [];
  readonly #claims: Claim[] = [];
  readonly #hosts = new Set<string>();
  readonly #definitions: Measured['definitions'][number][] = [];
  #case: OpenCase | undefined;
  #isOwnCase = true;
  #textLeft = maxTextCharacters;
  #title: string | undefined;
  #said: Moment | undefined;

  constructor(remark: Remark) {
    this.#remark = remark;
  }

  open(element: string, attributes: Attributes): void {
    const verdict = verdicts.get(element);
    if (element === 'testsuites' || element === 'testsuite') this.#openSuite(attributes);
    else if (element === 'testcase') this.#openCase(attributes);
    else if (verdict !== undefined) this.#judge(verdict, attributes);
    else if (outputs.has(element)) this.wantsText = this.#case !== undefined;
    else if (element === 'property') this.#property(attributes);
  }

  close(element: string): void {
    if (element === 'testsuites' || element === 'testsuite') this.#closeSuite();
    else if (element === 'testcase' || (!this.#isOwnCase && verdicts.has(element))) this.#closeCase();
    if (verdicts.has(element) || outputs.has(element)) this.wantsText = false;
  }

  text(text: string): void {
    const open = this.#case;
    if (open !== undefined) open.text = clipOn(open.text, text);
  }

  results(): readonly Measured[] {
    if (this.#title === undefined) return [];
    // The case that the file was cut in isn't one: nobody knows how it ended.
    const [host] = this.#hosts;
    return [
      {
        tool: 'JUnit',
        ...(host !== undefined && this.#hosts.size === 1 ? { host } : {}),
        test: { name: this.#title },
        asked: { cycles: [] },
        ...(this.#said === undefined ? {} : { said: this.#said }),
        operations: [],
        errors: [],
        cases: this.#cases,
        faults: [],
        figures: [],
        claims: this.#claims,
        definitions: this.#definitions,
      },
    ];
  }

  #openSuite(attributes: Attributes): void {
    const title = clip(attributes.text(name) ?? '');
    const host = attributes.text(hostname);
    const at = attributes.text(timestamp);
    this.#title ??= title;
    if (this.#title === '') this.#title = title;
    this.#said ??= at === undefined ? undefined : momentOf(at);
    if (host !== undefined && this.#hosts.size < 2) this.#hosts.add(clip(host));
    const claims = stated.flatMap(({ what, attribute }) => {
      const said = attributes.number(attribute);
      return said === undefined ? [] : [{ what: `${what} of ${title || 'all suites'}`, said, counted: 0 }];
    });
    this.#suites.push({ name: title, stated: claims, counts: {} });
  }

  #closeSuite(): void {
    const suite = this.#suites.pop();
    for (const { what, said } of suite?.stated ?? []) {
      const counted = suite?.counts[what.split(' ', 1)[0] ?? ''] ?? 0;
      if (this.#claims.length < maxDefinitions) this.#claims.push({ what, said, counted });
    }
  }

  #openCase(attributes: Attributes): void {
    const seconds = secondsOf(attributes.text(time));
    if (seconds === undefined && attributes.text(time) !== undefined) this.#remark("a time that can't be read as one");
    this.#isOwnCase = true;
    this.#case = {
      suites: this.#suites.map((suite) => suite.name).filter((each) => each !== ''),
      className: clip(attributes.text(className) ?? ''),
      name: clip(attributes.text(name) ?? ''),
      outcome: 'passed',
      ...(seconds === undefined ? {} : { seconds }),
      reruns: 0,
      message: '',
      text: '',
    };
  }

  /** A suite can fail outside of all cases, in its own setup: a case without a name. */
  #judge({ outcome, isAgain }: { outcome: Case['outcome']; isAgain: boolean }, attributes: Attributes): void {
    if (this.#case === undefined) {
      const suites = this.#suites.map((suite) => suite.name).filter((each) => each !== '');
      this.#isOwnCase = false;
      this.#case = { suites, className: '', name: '', outcome: 'passed', reruns: 0, message: '', text: '' };
    }
    const open = this.#case;
    if (isAgain) open.reruns++;
    if (severity(outcome) > severity(open.outcome)) {
      open.outcome = outcome;
      open.message = clip(attributes.text(message) ?? attributes.text(type) ?? '');
    }
    this.wantsText = true;
  }

  #closeCase(): void {
    const closed = this.#case;
    this.#case = undefined;
    this.#isOwnCase = true;
    if (closed === undefined) return;
    if (this.#cases.length >= maxCases) throw new XmlError('refused', `more than ${maxCases} cases`);
    if (closed.text.length > this.#textLeft) {
      this.#remark('more text than is kept: left out');
      closed.text = '';
    }
    this.#textLeft -= closed.text.length;
    this.#cases.push(closed);
    for (const { counts } of this.#suites) {
      counts['tests'] = (counts['tests'] ?? 0) + 1;
      const what = countedAs[closed.outcome];
      if (what !== undefined) counts[what] = (counts[what] ?? 0) + 1;
    }
  }

  #property(attributes: Attributes): void {
    if (this.#definitions.length >= maxDefinitions) return;
    const [known, given] = [attributes.text(name) ?? '', attributes.text(value) ?? ''];
    this.#definitions.push({ name: clip(known), value: clip(given) });
  }
}

const severities: readonly Case['outcome'][] = ['passed', 'skipped', 'flaky', 'failed', 'error'];

function severity(outcome: Case['outcome']): number {
  return severities.indexOf(outcome);
}

const countedAs: Readonly<Record<Case['outcome'], string | undefined>> = {
  passed: undefined,
  flaky: undefined,
  failed: 'failures',
  error: 'errors',
  skipped: 'skipped',
};

/**
 * `1,234.5` has thousands, `0,003` a decimal comma; `1,234` alone could be either, so it is none. Nor is what is below zero.
 */
function secondsOf(text: string | undefined): number | undefined {
  const said = text?.trim() ?? '';
  if (/^\d+(\.\d*)?(e[-+]?\d+)?$/i.test(said)) return Number(said);
  if (/^\d{1,3}(,\d{3})+\.\d*$/.test(said) || /^\d{1,3}(,\d{3}){2,}$/.test(said))
    return Number(said.replaceAll(',', ''));
  if (/^(0,\d+|\d+,(\d{1,2}|\d{4,}))$/.test(said)) return Number(said.replace(',', '.'));
  return undefined;
}

/** With a zone it is a moment; without, some local time. */
function momentOf(text: string): Moment {
  const epochMs = /T.*(Z|[-+]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : NaN;
  return Number.isFinite(epochMs) ? { kind: 'absolute', epochMs } : { kind: 'local', text: clip(text) };
}
