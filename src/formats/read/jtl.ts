/**
 * What JMeter writes as XML: a sample an element, with the samples that it is made of within it. A distributed test has the
 * samples of many hosts in one file; each host becomes a result of its own.
 */
import type { Measured } from '../../model/measured.ts';
import { newBudget } from '../budget.ts';
import { clip, clipOn } from '../clip.ts';
import { ErrorTally } from '../error-tally.ts';
import type { Format } from '../format.ts';
import { Tallies } from '../tally.ts';
import { AttributeName, type Attributes } from '../xml/attributes.ts';
import { readXml, type XmlDocument } from '../xml/reading.ts';
import type { Remark } from '../xml/text.ts';
import { XmlError } from '../xml/xml-error.ts';

export const jtl: Format = {
  name: 'a JMeter log (JTL, XML)',
  recognises: ({ root }) => root === 'testResults',
  open: (file) => readXml(file, (remark) => new JtlDocument(remark)),
};

const elapsedMs = new AttributeName('t');
const startMs = new AttributeName('ts');
const isSuccess = new AttributeName('s');
const label = new AttributeName('lb');
const code = new AttributeName('rc');
const reply = new AttributeName('rm');
const bytes = new AttributeName('by');
const host = new AttributeName('hn');
const samples = new AttributeName('sc');
const version = new AttributeName('version');

const maxHosts = 1000;

/** What was read of one host. */
interface Part {
  readonly tallies: Tallies;
  readonly errors: ErrorTally;
}

/** A sample that hasn't ended: what failed in it comes within. */
interface Sample {
  readonly host: string;
  /** Missing in one that is left out. */
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly operation: string;
    readonly atMs: number;
  };
  /** By its assertions. */
  said: string;
}

class JtlDocument implements XmlDocument {
  wantsText = false;
  readonly takesManyRoots = false;
  readonly end = { kind: 'whole' } as const;
  readonly #remark: Remark;
  readonly #budget = newBudget();
  readonly #parts = new Map<string, Part>();
  readonly #samples: Sample[] = [];
  #hasRoot = false;
  #version: string | undefined;

  constructor(remark: Remark) {
    this.#remark = remark;
  }

  open(element: string, attributes: Attributes): void {
    if (element === 'testResults' && !this.#hasRoot) {
      this.#hasRoot = true;
      this.#version = attributes.text(version);
    } else if (isSample(element)) this.#open(attributes);
    else this.wantsText = element === 'failureMessage' && this.#samples.at(-1)?.failure !== undefined;
  }

  close(element: string): void {
    this.wantsText = false;
    if (!isSample(element)) return;
    this.#end();
  }

  text(text: string): void {
    const sample = this.#samples.at(-1);
    if (sample !== undefined) sample.said = clipOn(sample.said, text);
  }

  results(): readonly Measured[] {
    if (!this.#hasRoot) return [];
    // Samples that the file ends within are counted already.
    while (this.#samples.length > 0) this.#end();
    const parts: readonly (readonly [string, Part])[] =
      this.#parts.size === 0 ? [['', this.#newPart()]] : [...this.#parts];
    if (parts.some(([, { tallies }]) => tallies.isFull)) {
      this.#remark('so many kinds of samples that the last of them are counted together');
    }
    return parts.map(([name, part]) => this.#measured(name, part));
  }

  #measured(name: string, { tallies, errors }: Part): Measured {
    const window = tallies.window();
    return {
      tool: 'JMeter',
      ...(this.#version === undefined ? {} : { toolVersion: clip(this.#version) }),
      ...(name === '' ? {} : { host: name }),
      test: { name: '' },
      asked: { cycles: [] },
      ...(window === undefined ? {} : { window }),
      operations: tallies.operations(),
      errors: errors.list(),
      cases: [],
      faults: [],
      figures: [],
      claims: [],
      definitions: [],
    };
  }

  #open(attributes: Attributes): void {
    const outer = this.#samples.at(-1);
    const sampleHost = clip(attributes.word(host) ?? outer?.host ?? '');
    const start = attributes.number(startMs);
    const elapsed = attributes.number(elapsedMs);
    if (start === undefined || elapsed === undefined || elapsed < 0) {
      this.#remark('a sample without a time (ts) or a duration (t) that is a number: left out');
      this.#samples.push({ host: sampleHost, said: '' });
      return;
    }
    if ((attributes.number(samples) ?? 1) > 1) this.#remark('a sample that stands for several (sc): counted as one');
    const kind = outer === undefined ? 'request' : 'part';
    const name = clip(attributes.word(label) ?? '');
    const tally = this.#partOf(sampleHost).tallies.of(`${kind} ${name}`, () => ({
      kind,
      name,
      labels: [],
    }));
    const failed = attributes.word(isSuccess) !== 'true';
    tally.add(start / 1000, elapsed / 1000, failed ? 'failure' : 'success');
    tally.addBytes(attributes.number(bytes) ?? 0);
    const said = { code: clip(attributes.text(code) ?? ''), message: clip(attributes.text(reply) ?? '') };
    this.#samples.push({
      host: sampleHost,
      said: '',
      ...(failed ? { failure: { ...said, operation: name, atMs: start } } : {}),
    });
  }

  #end(): void {
    const sample = this.#samples.pop();
    if (sample?.failure === undefined) return;
    const { host: of, failure, said } = sample;
    const message = said === '' ? failure.message : said;
    this.#partOf(of).errors.add({ ...failure, message, what: 'Failure', example: said });
  }

  #partOf(name: string): Part {
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    if (this.#parts.size >= maxHosts) throw new XmlError('refused', `samples of more than ${maxHosts} hosts`);
    const part = this.#newPart();
    this.#parts.set(name, part);
    return part;
  }

  #newPart(): Part {
    return { tallies: new Tallies(this.#budget), errors: new ErrorTally(this.#budget) };
  }
}

function isSample(element: string): boolean {
  return element === 'httpSample' || element === 'sample';
}
