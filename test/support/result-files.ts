/** Small result files as tools write them, made up by us: one or more a format, with all that the tool can say. */
import { FunbricError } from '../../src/model/errors.ts';
import type { Measured, ResultFile } from '../../src/model/measured.ts';
import { headBytes } from '../../src/formats/head.ts';
import { beginResult } from '../../src/formats/read-file.ts';

export function readBytes(bytes: Buffer | string, file = 'web-3.result'): ResultFile {
  const all = Buffer.from(bytes);
  const reading = beginResult(file, all.subarray(0, headBytes));
  if (all.length > headBytes) reading.push(all.subarray(headBytes));
  return reading.end();
}

/** Of a file with one host. */
export function measuredOf(bytes: Buffer | string): Measured {
  const [first, second] = readBytes(bytes).results;
  if (first === undefined || second !== undefined) throw new Error('not the result of one host');
  return first;
}

/** Why a file is refused; undefined if it isn't. Anything but a refusal is thrown on. */
export function refusalOf(bytes: Buffer | string): string | undefined {
  try {
    readBytes(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof FunbricError && error.code === 'input') return error.message;
    throw error;
  }
}

const place = 'cycle="000" cvus="002" thread="001" suite="Shop" name="test_buy"';

/** With a failure and what the server said, a monitored host, and a line of the kind that ends with a stray quote. */
export const funkloadText = `<funkload version="1.17.1" time="2025-01-02T03:04:05.678">
<config key="id" value="test_buy" />
<config key="cycles" value="[2, 4]" />
<config key="duration" value="10" />
<config key="node" value="web-3" />
<config key="class" value="Shop" />
<config key="method" value="test_buy" />
<config key="description" value="Buys a &quot;thing&quot;" />
<config key="server_url" value="http://shop.example/" />
<monitorconfig host="db" key="CPU" value="ctypes&#10;system&#10;(S'touch /tmp/pwned'&#10;tR." />
<response ${place} step="001" number="001" type="get" result="Successful" url="/" code="200" description="Look" time="1735787045.10" duration="0.25" />
<response ${place} step="001" number="002" type="link" result="Successful" url="/a.css" code="200" description="" time="1735787045.40" duration="0.5" />
<response ${place} step="002" number="001" type="xmlrpc" result="Successful" url="/RPC#buy" code="200" description="Buy" time="1735787046.10" duration="1e-05" />"
<response ${place} step="003" number="001" type="post" result="Failure" url="/pay" code="502" description="Pay" time="1735787046.20" duration="2.0">
  <headers>
    <header name="server" value="nginx" />
  </headers>
  <body><![CDATA[
<html><br>502 & no <p>end</html>
]]></body>
</response>
<testResult ${place} time="1735787045.05" result="Failure" steps="3" duration="3.2" connection_duration="2.7" requests="4" pages="3" xmlrpc="1" redirects="0" images="0" links="1" traceback="Traceback:&#10;  File x&#10;AssertionError: 502" />
<monitor key="test_buy:000:002" host="db" time="1735787045.0" loadAvg1min="0.5" memFree="1000" kernel="linux" />
<monitor key="test_buy:000:002" host="db" time="1735787046.0" loadAvg1min="1.5" memFree="900" kernel="linux" />
</funkload>
`;

/** As fl-run-test writes it: no root. */
export const rootlessText = `<response ${place} step="001" number="001" type="get" result="Successful" url="/" code="200" description="Look" time="1735787045.10" duration="0.25" />
<testResult ${place} time="1735787045.05" result="Successful" steps="1" duration="0.4" connection_duration="0.3" requests="1" pages="1" xmlrpc="0" redirects="0" images="0" links="0" />
`;

export const junitText = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="7" failures="1" errors="1" skipped="1">
  <testsuite name="outer" hostname="web-3" timestamp="2025-01-02T03:04:05">
    <properties><property name="os" value="linux"/></properties>
    <testsuite name="inner">
      <testcase classname="A" name="passes" time="0.5"/>
      <testcase classname="A" name="fails" time="1,234.5">
        <failure message="expected 1" type="Assertion"><![CDATA[at <a.c>:1 & more]]></failure>
        <system-out>said &lt;so&gt;</system-out>
      </testcase>
      <testcase classname="A" name="errs"><error type="IOError"/></testcase>
      <testcase classname="A" name="skips" time="0"><skipped/></testcase>
    </testsuite>
    <testcase classname="B" name="flaky" time="0,25"><flakyFailure message="first try">trace</flakyFailure></testcase>
    <testcase classname="B" name="reruns" time="2">
      <failure message="last">x</failure><rerunFailure message="again">y</rerunFailure><rerunFailure/>
    </testcase>
  </testsuite>
</testsuites>
`;

export const jtlText = `<?xml version="1.0" encoding="UTF-8"?>
<testResults version="1.2">
<httpSample t="645" it="0" lt="644" ct="3" ts="1735787045000" s="true" lb="Home" rc="200" rm="OK" tn="Group 1-1" dt="text" by="611" sby="10" sc="1" ec="0" ng="1" na="1" hn="jm-1">
  <httpSample t="600" lt="599" ts="1735787045010" s="true" lb="Redirect" rc="302" rm="Found" tn="Group 1-1" dt="text" by="300"/>
  <assertionResult><name>size</name><failure>false</failure><error>false</error></assertionResult>
</httpSample>
<sample t="30" lt="0" ts="1735787046000" s="false" lb="Pay" rc="Non HTTP response code: java.net.UnknownHostException" rm="no such host" tn="Group 1-2" dt="text" by="0" sc="1" ec="1" ng="2" na="2" hn="jm-2">
  <assertionResult><name>code</name><failure>true</failure><error>false</error><failureMessage>expected 200 &amp; got none</failureMessage></assertionResult>
  <responseData class="java.lang.String">&lt;!DOCTYPE html&gt;</responseData>
</sample>
</testResults>
`;

interface FioAmounts {
  readonly ios: number;
  readonly bytes: number;
}

/** `more`: of the completion latency. */
export function fioJob(name: string, { ios, bytes }: FioAmounts, job: object = {}, more: object = {}): object {
  const latency = { min: 1000, max: 9000, mean: 2000.5, stddev: 10, N: ios };
  const read = {
    io_bytes: bytes,
    io_kbytes: bytes / 1024,
    bw_bytes: bytes,
    bw: bytes / 1024,
    iops: ios,
    runtime: 1000,
    total_ios: ios,
    slat_ns: { ...latency, N: 0, max: 0 },
    clat_ns: { ...latency, percentile: { '95.000000': 3000, '99.000000': 9000 }, ...more },
    lat_ns: latency,
  };
  return { jobname: name, groupid: 0, error: 0, ...job, 'job options': { rw: 'read', runtime: '2m' }, read };
}

/** Two jobs, one with bins, and what fio says before it. */
export const fioText = `fio: this platform does not support process shared mutexes, forcing use of threads.
${JSON.stringify(
  {
    'fio version': 'fio-3.33',
    timestamp: 1_735_787_050,
    timestamp_ms: 1_735_787_050_500,
    time: 'Thu Jan  2 03:04:10 2025',
    'global options': { directory: '/data', bs: '4k' },
    jobs: [
      fioJob('one', { ios: 100, bytes: 409_600 }),
      fioJob('two', { ios: 10, bytes: 40_960 }, {}, { bins: { 1000: 4, 2000: 5, 9000: 1 } }),
    ],
  },
  null,
  2,
)}
`;

export const funbricText = JSON.stringify({
  version: 1,
  run: 'r1',
  index: 7,
  name: 'web-3',
  status: 'failed',
  reason: 'stress: no space left',
  gaps: ['the journal was cut'],
  commands: [],
  pings: [],
  agent: {
    version: 1,
    run: 'r1',
    host: 7,
    facts: {
      hostname: 'h',
      platform: 'linux',
      kernel: '6',
      arch: 'x64',
      node: 'v20',
      cpu: 'c',
      cpus: 1,
      memoryBytes: 1,
    },
    phases: [],
    operations: [{ name: 'write', count: 3, bytes: 12, errors: { ENOSPC: 1 }, histogram: [[100, 3]] }],
    samples: [],
    heartbeats: [],
    journal: { bytes: 0, records: 0, workers: 1 },
  },
});

/** By what they are, for titles. */
export const resultFiles: Readonly<Record<string, string>> = {
  'a bench of FunkLoad': funkloadText,
  'a test of FunkLoad, without a root': rootlessText,
  'a JUnit report': junitText,
  'a JMeter log': jtlText,
  'an output of fio': fioText,
  'a result of funbric': funbricText,
};
