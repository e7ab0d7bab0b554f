/** What a FunkLoad result says of the test before its first response: the configuration, of which we know some entries by name. */
import type { Asked, Definition, Measured } from '../../model/measured.ts';
import { clip } from '../clip.ts';
import { AttributeName, type Attributes } from '../xml/attributes.ts';

const key = new AttributeName('key');
const value = new AttributeName('value');
const host = new AttributeName('host');

/** How much a successful test has of each: the most that one had. */
const contents = ['pages', 'xmlrpc', 'redirects', 'images', 'links'].map((name) => ({
  name,
  attribute: new AttributeName(name),
}));

/** How long virtual users wait. */
const pauses = ['sleep_time', 'sleep_time_min', 'sleep_time_max', 'startup_delay', 'cycle_time'];

const maxDefinitions = 1000;

export class FunkloadConfig {
  #version: string | undefined;
  #time: string | undefined;
  readonly #entries = new Map<string, string>();
  readonly #unread: Definition[] = [];
  readonly #contents = new Map<string, number>();

  begin(version: string | undefined, time: string | undefined): void {
    this.#version = version === undefined ? undefined : clip(version);
    this.#time = time === undefined ? undefined : clip(time);
  }

  add(attributes: Attributes): void {
    if (this.#entries.size >= maxDefinitions) return;
    this.#entries.set(clip(attributes.text(key) ?? ''), clip(attributes.text(value) ?? ''));
  }

  /** A Python pickle can run any code where it is decoded: its text is not even kept. */
  addUnread(attributes: Attributes): void {
    if (this.#unread.length >= maxDefinitions) return;
    const of = [attributes.text(host), attributes.text(key)].filter((part) => part !== undefined).join(' ');
    this.#unread.push({ name: clip(`monitorconfig ${of}`), value: '(a Python pickle, not decoded)' });
  }

  contents(attributes: Attributes): void {
    for (const { name, attribute } of contents) {
      const count = attributes.number(attribute) ?? 0;
      if (count > (this.#contents.get(name) ?? -1)) this.#contents.set(name, count);
    }
  }

  /** `tested`: as the elements call the test, where the configuration doesn't say. */
  measured(tested: string): Pick<Measured, 'toolVersion' | 'host' | 'test' | 'asked' | 'said' | 'definitions'> {
    const entry = (name: string): string | undefined => this.#entries.get(name);
    const [node, method, description] = ['node', 'method', 'description'].map(entry);
    return {
      ...(this.#version === undefined ? {} : { toolVersion: this.#version }),
      ...(node === undefined ? {} : { host: node }),
      test: {
        name: method === undefined ? tested : `${entry('class') ?? ''}.${method}`,
        ...(description === undefined ? {} : { description }),
      },
      asked: this.#asked(),
      ...(this.#time === undefined ? {} : { said: { kind: 'local', text: this.#time } }),
      definitions: [
        ...[...this.#entries].map(([name, text]) => ({ name, value: text })),
        ...this.#unread,
        ...[...this.#contents].map(([name, count]) => ({ name: `${name} in a test`, value: String(count) })),
      ],
    };
  }

  #asked(): Asked {
    const seconds = Number(this.#entries.get('duration') ?? NaN);
    const target = this.#entries.get('server_url');
    const options = pauses.flatMap((name) => {
      const text = this.#entries.get(name);
      return text === undefined ? [] : [{ name, value: text }];
    });
    return {
      ...(Number.isFinite(seconds) ? { durationSeconds: seconds } : {}),
      cycles: (this.#entries.get('cycles') ?? '').match(/\d+/g)?.map(Number) ?? [],
      ...(target === undefined ? {} : { target }),
      ...(options.length === 0 ? {} : { options }),
    };
  }
}
