/** The job of fio that hosts get: of profiles, files and options; and what is refused before any host is reached. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fioJob, type FioJob, type FioRequest } from '../../../src/controller/fio/job.ts';
import { FunbricError } from '../../../src/model/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'funbric-fio-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('a profile of fio', () => {
  it('is changed by options in every job, under all names that fio has for them', () => {
    const profile = fileOf(
      '[global]\nblocksize=4k\nreadwrite=read\n[a]\nbs=8k\ntimeout=9\n[b]\nbuffered=1\n',
      'own.fio',
    );
    const { text, seconds } = job({
      profile,
      bs: '16k',
      rw: 'randwrite',
      duration: 1500,
      direct: '1',
      rateIops: '10,20',
      set: ['fsync=4', 'thread'],
    });
    assert.equal(
      text,
      '[global]\nrw=randwrite\nbs=16k\nruntime=1500ms\nrate_iops=10,20\ndirect=1\nfsync=4\nthread\n\n[global]\n\n[a]\n\n[b]\n',
    );
    assert.equal(seconds, 1.5);
  });

  for (const profile of ['randr', 'randrlimited', 'randrw7030', 'seqwrite']) {
    it(`called ${profile} is there, and takes a minute`, () => {
      const { text, seconds } = job({ profile });
      assert.match(text, new RegExp(`\\[${profile}\\]\\nrw=`));
      assert.equal(seconds, 60);
    });
  }

  it('called custom wants to be told what to do, and is left as it is else', () => {
    assert.match(refusal({ profile: 'custom' }).message, /custom\.fio leaves open what to do/);
    assert.match(job({ profile: 'custom', rw: 'read' }).text, /rw=read/);
  });

  it('goes on until all is written where it shall verify, as fio would else never come to it', () => {
    const asked = { profile: 'seqwrite', verify: 'crc32c' };
    const { text, seconds } = job(asked);
    assert.match(text, /verify=crc32c\ntime_based=0\nruntime=0\n/);
    assert.doesNotMatch(text, /time_based=1|runtime=60/);
    assert.equal(seconds, undefined);
    assert.equal(job({ ...asked, duration: 5000 }).seconds, 5);
    assert.match(job({ ...asked, set: ['time_based=1'] }).text, /time_based=1/);
  });

  it('is named by a name or a file, and one of both is there', () => {
    assert.match(refusal({}).message, /nothing to run/);
    assert.match(refusal({ profile: 'randr', job: 'x' }).message, /both given/);
    assert.match(refusal({ profile: '../randr' }).message, /there is no profile/);
    assert.match(refusal({ job: join(folder, 'none') }).message, /can't be read/);
    assert.match(refusal({ profile: 'randr', dir: 'x' }).message, /--dir can't be "x"/);
    assert.match(refusal({ profile: 'randr', bs: '4k\nfilename=/etc/x' }).message, /--bs can't be/);
    assert.match(refusal({ profile: 'randr', set: ['/x'] }).message, /--set can't be "\/x"/);
  });
});

describe('a job file of fio', () => {
  it('reaches hosts without remarks, as fio itself understands it', () => {
    const file = fileOf('\uFEFF# a\r\n [global] \r\n size = 1m ; small\r\n\r\n[a b]\r\n\tstonewall\r\nrw=rw:8 # x\r\n');
    assert.equal(job({ job: file }).text, '[global]\nsize=1m\n\n[a b]\nstonewall\nrw=rw:8\n');
  });

  it('is refused with its line where fio would read something else than it says', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['size=1m\n[a]', /line 1: an option before/],
      ['[a\nrw=read', /line 1: a section without/],
      ['[a]\nrw read', /line 2: no option of fio: "rw read"/],
      ['[a]\ninclude other.fio', /line 2: it includes another file/],
      [`[a]\n${'x'.repeat(4001)}`, /line 2: a line of more than/],
      [`[a]\nx=\u0007`, /line 2: a control character/],
      ['[global]\nrw=read', /no job in it/],
      ['', /no job in it/],
    ];
    for (const [text, said] of cases) assert.match(refusal({ job: fileOf(text) }).message, said);
  });

  it('is refused where it reaches beyond its folder, with section and line, unless it is trusted', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['filename=/dev/sda', /line 2, \[a\]: filename has an absolute path: "\/dev\/sda"/],
      ['filename=ok:/etc/passwd', /absolute path: "\/etc\/passwd"/],
      ['filename=ok\\:/etc/passwd', /absolute path/],
      ['filename=../x', /leaves its folder: "\.\.\/x"/],
      ['filename=a/../../x', /leaves its folder/],
      ['filename=-', /standard input/],
      ['directory=/mnt', /directory has an absolute path/],
      ['opendir=/etc', /opendir has/],
      ['write_bw_log=/tmp/x', /write_bw_log has/],
      ['mem=mmaphuge:/huge/x', /mem has/],
      ["verify_pattern='/etc/shadow'", /verify_pattern has/],
      ['some_new_option=/x', /some_new_option has/],
      ['filename=${HOME}', /takes a variable of the host/],
      ['exec_prerun=reboot', /exec_prerun starts a program/],
      ['ioscheduler=none', /changes a setting/],
      ['ioengine=external:mine.so', /works on other things/],
      ['ioengine=exec', /works on other things/],
    ];
    for (const [line, said] of cases) {
      const file = fileOf(`[a]\n${line}\n`);
      assert.match(refusal({ job: file }).message, said, line);
      assert.ok(job({ job: file, allowOutside: true }).text.includes(line));
    }
    assert.match(refusal({ job: fileOf('[/dev/sda]\nrw=read') }).message, /line 1, \[\/dev\/sda\]: its name/);
    assert.match(refusal({ profile: 'randr', set: ['filename=/x'] }).message, /--set, \[global\]: filename/);
  });

  it('may name files in folders below its own, and have slashes where no path is meant', () => {
    const file = fileOf(
      '[a]\ndirectory=sub/one:two\nfilename=x:y/z\nbssplit=4k/50:8k/50\ndescription=see /etc/fio\nioengine=libaio\n',
    );
    assert.deepEqual(job({ job: file }).folders, ['sub/one', 'two']);
  });

  it('takes as long as its groups take one after the other, or nobody knows how long', () => {
    const seconds = (text: string): number | undefined => job({ job: fileOf(text) }).seconds;
    assert.equal(
      seconds('[global]\nruntime=10\n[a]\n[b]\nruntime=1m\n[c]\nstonewall\nramp_time=5s\nstartdelay=1-2\n'),
      77,
    );
    assert.equal(seconds('[a]\nruntime=10\n[b]\n'), undefined);
    assert.equal(seconds('[a]\nruntime=0\n'), undefined);
    assert.equal(seconds('[a]\nruntime=1h\n[b]\nruntime=1\nwait_for_previous=0\n'), 3600);
  });
});

let files = 0;

function fileOf(text: string, name = `${files++}.job`): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function job(request: Partial<FioRequest>): FioJob {
  return fioJob({ dir: '/x', allowOutside: false, ...request });
}

function refusal(request: Partial<FioRequest>): FunbricError {
  try {
    job(request);
  } catch (error) {
    assert.ok(error instanceof FunbricError, String(error));
    return error;
  }
  assert.fail('nothing was refused');
}
