/**
 * A validator of JSON Schema (2020-12) that shares nothing with what makes our schemas. It knows what they use, and throws
 * at any other word: what it doesn't understand it must not call valid.
 */
type Json = Readonly<Record<string, unknown>>;

/** What is wrong, each with its place; none: it is valid. */
export function mistakesOf(schema: object, value: unknown): readonly string[] {
  const root: Json = { ...schema };
  return [...check(root, value, '', root)];
}

/** Words that say nothing of a value. */
const silent = new Set([
  '$schema',
  '$id',
  '$defs',
  'title',
  'description',
  'default',
  'readOnly',
  'maxItems',
  'minItems',
]);

function* check(schema: Json, value: unknown, place: string, root: Json): Generator<string> {
  for (const [word, given] of Object.entries(schema)) {
    if (silent.has(word)) continue;
    const rule = rules[word];
    if (rule === undefined) throw new Error(`this validator does not know "${word}"`);
    for (const mistake of rule({ given, value, schema, place, root })) yield mistake;
  }
}

interface Given {
  readonly given: unknown;
  readonly value: unknown;
  readonly schema: Json;
  readonly place: string;
  readonly root: Json;
}

type Rule = (given: Given) => Iterable<string>;

const rules: Readonly<Record<string, Rule>> = {
  *$ref({ given, value, place, root }) {
    const name = String(given).replace(/^#\/\$defs\//, '');
    yield* check(recordOf(recordOf(root['$defs'])[name]), value, place, root);
  },
  *type({ given, value, place }) {
    const types = (Array.isArray(given) ? given : [given]).map(String);
    if (!types.some((type) => isOfType(type, value))) yield `${place}: is no ${types.join(' or ')}`;
  },
  *const({ given, value, place }) {
    if (given !== value) yield `${place}: is not ${String(given)}`;
  },
  *enum({ given, value, place }) {
    if (!listOf(given).includes(value)) yield `${place}: ${String(value)} is none of ${listOf(given).join(', ')}`;
  },
  *minimum({ given, value, place }) {
    if (typeof value === 'number' && value < Number(given)) yield `${place}: is less than ${String(given)}`;
  },
  *maximum({ given, value, place }) {
    if (typeof value === 'number' && value > Number(given)) yield `${place}: is more than ${String(given)}`;
  },
  *minLength({ given, value, place }) {
    if (typeof value === 'string' && value.length < Number(given)) yield `${place}: is too short`;
  },
  *pattern({ given, value, place }) {
    if (typeof value === 'string' && !new RegExp(String(given), 'u').test(value)) yield `${place}: looks otherwise`;
  },
  *required({ given, value, place }) {
    const missing = isRecord(value) ? listOf(given).filter((name) => !Object.hasOwn(value, String(name))) : [];
    for (const name of missing) yield `${place}: ${String(name)} is missing`;
  },
  *properties({ given, value, place, root }) {
    for (const [name, part] of isRecord(value) ? Object.entries(recordOf(given)) : []) {
      if (Object.hasOwn(recordOf(value), name)) {
        yield* check(recordOf(part), recordOf(value)[name], `${place}/${name}`, root);
      }
    }
  },
  *additionalProperties({ given, value, schema, place, root }) {
    const known = recordOf(schema['properties'] ?? {});
    for (const [name, part] of isRecord(value) ? Object.entries(value) : []) {
      if (Object.hasOwn(known, name)) continue;
      if (given === false) yield `${place}: ${name} is unknown`;
      else yield* check(recordOf(given), part, `${place}/${name}`, root);
    }
  },
  *propertyNames({ given, value, place, root }) {
    for (const name of isRecord(value) ? Object.keys(value) : []) yield* check(recordOf(given), name, place, root);
  },
  *items({ given, value, schema, place, root }) {
    const first = listOf(schema['prefixItems'] ?? []).length;
    for (const [at, one] of (Array.isArray(value) ? value : []).entries()) {
      if (at >= first) yield* check(recordOf(given), one, `${place}/${at}`, root);
    }
  },
  *prefixItems({ given, value, place, root }) {
    const parts = listOf(given);
    if (Array.isArray(value) && value.length !== parts.length) yield `${place}: has ${value.length} of ${parts.length}`;
    for (const [at, part] of parts.entries()) yield* check(recordOf(part), listOf(value)[at], `${place}/${at}`, root);
  },
  *anyOf({ given, value, place, root }) {
    if (fitting(given, value, root) === 0) yield `${place}: fits none of the ways`;
  },
  *oneOf({ given, value, place, root }) {
    const ways = fitting(given, value, root);
    if (ways !== 1) yield `${place}: fits ${ways} ways, not one`;
  },
};

function fitting(ways: unknown, value: unknown, root: Json): number {
  return listOf(ways).filter((way) => [...check(recordOf(way), value, '', root)].length === 0).length;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'object':
      return isRecord(value);
    default:
      return typeof value === type;
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `true` as a schema takes anything. */
function recordOf(value: unknown): Json {
  if (value === true) return {};
  if (isRecord(value)) return value;
  throw new Error(`no object: ${JSON.stringify(value)}`);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
