/** Small results of FunkLoad, made up by us: each test says only what matters to it. */

export interface BenchFields {
  readonly version?: string;
  readonly node?: string;
  readonly cycles?: string;
  readonly duration?: string;
  readonly method?: string;
}

/** A whole file: the configuration, then these elements. */
export function bench(elements: readonly string[], fields: BenchFields = {}): string {
  const { version = '1.17.1', node = 'n0', cycles = '[1]', duration = '10', method = 'test_buy' } = fields;
  const entries = {
    module: 'test_Shop',
    class: 'Shop',
    method,
    node,
    cycles,
    duration,
    description: 'Buys a thing',
    server_url: 'http://shop.example/',
    sleep_time: '0.01',
    sleep_time_min: '0.0',
    sleep_time_max: '0.5',
    startup_delay: '0.01',
  };
  const lines = Object.entries(entries).map(([key, value]) => `<config key="${key}" value="${value}" />`);
  const body = [...lines, ...elements].join('\n');
  return `<funkload version="${version}" time="2025-01-02T03:04:05.678">\n${body}\n</funkload>\n`;
}

export interface ResponseFields {
  readonly type?: string;
  readonly cycle?: number;
  readonly users?: number;
  readonly thread?: number;
  readonly step?: number;
  readonly number?: number;
  readonly result?: string;
  readonly url?: string;
  readonly description?: string;
  readonly code?: string;
}

export function response(start: number, seconds: number, fields: ResponseFields = {}): string {
  const { type = 'get', cycle = 0, users = 1, thread = 0, step = 1, number = 1, result = 'Successful' } = fields;
  const { url = '/', description = 'Home', code = '200' } = fields;
  return (
    `<response cycle="${three(cycle)}" cvus="${three(users)}" thread="${three(thread)}" suite="Shop" name="test_buy" ` +
    `step="${three(step)}" number="${three(number)}" type="${type}" result="${result}" url="${url}" code="${code}" ` +
    `description="${description}" time="${start}" duration="${seconds}" />`
  );
}

export function testResult(
  start: number,
  seconds: number,
  { cycle = 0, users = 1, result = 'Successful' }: Pick<ResponseFields, 'cycle' | 'users' | 'result'> = {},
): string {
  return (
    `<testResult cycle="${three(cycle)}" cvus="${three(users)}" thread="000" suite="Shop" name="test_buy" time="${start}" ` +
    `result="${result}" steps="1" duration="${seconds}" connection_duration="${seconds}" requests="1" pages="1" xmlrpc="0" ` +
    `redirects="0" images="0" links="0" />`
  );
}

function three(value: number): string {
  return String(value).padStart(3, '0');
}
