/** The words of FunkLoad's tables, said once for its view and for the report. */
import type { Fact } from '../section.ts';

export const definitions: readonly Fact[] = [
  { label: 'CUs', value: 'concurrent users, each a thread that runs the test over and over' },
  { label: 'Request', value: 'one thing asked of the server: a get or post, what a redirect led to, an XML-RPC call' },
  {
    label: 'Page',
    value:
      'a request with the redirects, links and images that its user drew after it, as long as all of them together',
  },
  { label: 'STPS', value: 'successful tests a second' },
  { label: 'SPPS', value: 'successful pages a second' },
  { label: 'RPS', value: 'requests a second, successful or not' },
  { label: 'maxSPPS, maxRPS', value: 'the most of them that began within one second of the clock' },
  { label: 'MIN, AVG, MAX', value: 'the shortest, mean and longest response time, in seconds' },
  { label: 'P10, MED, P90, P95', value: 'the response time that 10, 50, 90 or 95 percent stay below' },
  {
    label: 'Apdex',
    value:
      'how content users are, from 0 to 1: the share of responses below T, and half of those below 4 T (T is 1.5 s)',
  },
  {
    label: 'Rating',
    value: 'Apdex in a word: unacceptable below 0.5, poor below 0.7, fair below 0.85, good below 0.94, else excellent',
  },
];
