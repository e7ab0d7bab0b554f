import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, connect as tcpConnect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { askForCertificate, type CertificateOffer } from '../../src/transports/host-keys/certificate-offer.ts';
import {
  certificateMistake,
  parseCertificate,
  type HostCertificate,
} from '../../src/transports/host-keys/certificate.ts';
import { certify, makeKey, publicKeyOf } from '../support/ssh-keys.ts';
import { sshdReason, startSshd } from '../support/sshd.ts';

describe('a host certificate', { skip: sshdReason(), timeout: 600_000 }, () => {
  let folder: string;
  let count = 0;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-certificate-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const keyOf = (type: string): string => makeKey(join(folder, `key${count++}`), { type });
  const blobOf = (path: string): Buffer => Buffer.from(readFileSync(path, 'utf8').split(' ')[1] ?? '', 'base64');
  const make = (more: readonly string[] = [], isForHosts = true): HostCertificate =>
    parseCertificate(blobOf(certify(keyOf('ed25519'), keyOf('ed25519'), more, isForHosts)));
  const mistake = (certificate: HostCertificate, name = 'web', seconds = Date.now() / 1000): string | undefined =>
    certificateMistake(certificate, { name, seconds });

  for (const authority of ['ed25519', 'rsa', 'ecdsa']) {
    for (const host of ['ed25519', 'rsa', 'ecdsa']) {
      it(`of a ${host} key is read, and the signature of its ${authority} authority checked`, () => {
        const [authorityKey, hostKey] = [keyOf(authority), keyOf(host)];
        const certificate = parseCertificate(blobOf(certify(authorityKey, hostKey, ['-n', 'web,db'])));
        assert.equal(certificate.plainKey.toString('base64'), publicKeyOf(hostKey).split(' ')[1]);
        assert.equal(certificate.authorityKey.toString('base64'), publicKeyOf(authorityKey).split(' ')[1]);
        assert.deepEqual(certificate.principals, ['web', 'db']);
        assert.equal(mistake(certificate), undefined);
        assert.match(String(mistake(certificate, 'mail')), /it is for web, db, not for mail/);
      });
    }
  }

  it('counts from its first second to before its last', () => {
    const certificate = make(['-V', '20260101000000Z:20260102000000Z']);
    const start = Date.UTC(2026, 0, 1) / 1000;
    const end = Date.UTC(2026, 0, 2) / 1000;
    assert.match(String(mistake(certificate, 'web', start - 1)), /isn't valid before 2026-01-01T00:00:00/);
    assert.equal(mistake(certificate, 'web', start), undefined);
    assert.equal(mistake(certificate, 'web', end - 1), undefined);
    assert.match(String(mistake(certificate, 'web', end)), /expired on 2026-01-02T00:00:00/);
  });

  it('of a user, or with critical options, is good for no host', () => {
    assert.match(String(mistake(make(['-n', 'web'], false))), /for users/);
    assert.match(String(mistake(make(['-O', 'critical:something=1']))), /critical options/);
  });

  it('signed with an algorithm that the user leaves out is good for no host', () => {
    const given = { name: 'web', seconds: Date.now() / 1000, algorithms: ['rsa-sha2-512'] };
    assert.match(String(certificateMistake(make(), given)), /ssh-ed25519, which CASignatureAlgorithms leaves out/);
  });

  it('signed with SHA-1 is refused', () => {
    const path = certify(keyOf('rsa'), keyOf('ed25519'), ['-t', 'ssh-rsa']);
    assert.throws(() => parseCertificate(blobOf(path)), /signed with "ssh-rsa"/);
  });

  it('with any byte changed or cut off is refused', () => {
    const blob = blobOf(certify(keyOf('ed25519'), keyOf('ed25519'), ['-n', 'web']));
    for (const at of blob.keys()) {
      const changed = Buffer.from(blob);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.throws(() => parseCertificate(changed), `byte ${at}`);
      assert.throws(() => parseCertificate(blob.subarray(0, at)), `${at} bytes`);
    }
    assert.throws(() => parseCertificate(Buffer.concat([blob, Buffer.alloc(1)])), /follows/);
  });

  it('is had from an sshd that has one, and none from one that has none', async () => {
    const hostKey = keyOf('ecdsa');
    const certificate = certify(keyOf('ed25519'), hostKey);
    await using sshd = await startSshd({
      addresses: ['127.0.0.2'],
      config: [`HostKey ${hostKey}`, `HostCertificate ${certificate}`],
    });
    assert.deepEqual(await offerAt('127.0.0.2', sshd.port), { kind: 'certificate', blob: blobOf(certificate) });
    await using plain = await startSshd({ addresses: ['127.0.0.3'] });
    assert.deepEqual(await offerAt('127.0.0.3', plain.port), { kind: 'none' });
  });

  const offerAt = async (address: string, port: number): Promise<CertificateOffer> =>
    askForCertificate(tcpConnect(port, address), AbortSignal.timeout(20_000));

  const hostile: Readonly<Record<string, readonly [Buffer | string, CertificateOffer['kind']]>> = {
    'closes at once': ['', 'dropped'],
    'speaks something else': ['HTTP/1.1 400 Bad Request\r\n\r\n', 'dropped'],
    'greets for ever': ['x'.repeat(300_000), 'dropped'],
    'sends an endless packet': [Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(300_000, 0xff)]), 'none'],
    'sends an empty packet': [Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(64)]), 'none'],
    'pads more than it sends': [
      Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.from([0, 0, 0, 2, 255, 20])]),
      'none',
    ],
    'sends half a key exchange': [
      Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.from([0, 0, 0, 24, 4, 20]), Buffer.alloc(22, 0x7f)]),
      'none',
    ],
  };
  for (const [what, [bytes, kind]] of Object.entries(hostile)) {
    it(`is not had from a host that ${what}`, async () => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end(bytes);
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const offer = await offerAt('127.0.0.1', (server.address() as AddressInfo).port);
      server.close();
      assert.equal(offer.kind, kind);
    });
  }
});
