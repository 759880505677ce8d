// A program of another user in the place of a daemon that was killed: nothing is handed to it.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon } from '../clients/daemon.mjs';
import { Impostor, noStranger, strangerUid } from './stranger.mjs';

const limits = { timeout: 120_000 };

describe('a program at the address of a daemon that was killed', limits, () => {
  let daemon, impostor, key;
  before(async () => {
    daemon = await Daemon.start();
    key = daemon.key();
    await daemon.stop('SIGKILL');
    assert.equal(JSON.parse(readFileSync(join(daemon.data, 'daemon.json'), 'utf8')).url, daemon.url.origin);
    assert.ok(existsSync(join(daemon.data, 'daemon.sock')), 'the socket is left behind too');
    // So that nobody can start another one at a port of its own.
    const config = JSON.parse(readFileSync(daemon.config, 'utf8'));
    writeFileSync(daemon.config, JSON.stringify({ ...config, listen: daemon.url.host }));
    impostor = await Impostor.at(daemon.url.port);
  });
  after(async () => {
    await impostor.close();
    await daemon.close();
  });

  for (const args of [['status'], ['servers', 'list'], ['call', 'time:get_current_time'], ['events'],
    ['events', '--follow'], ['backup', '/tmp/never.mdb'], ['config', 'show'], ['tools', 'search', 'time']]) {
    it(`gets nothing from ${args.join(' ')}`, async () => {
      const { code, text } = await daemon.cli(...args);
      assert.equal(code, 6, text);
      assert.match(text, /no daemon is running for the data directory/);
      assert.equal(impostor.connections, 0);
    });
  }

  it('gets nothing from support-bundle, doctor and completion', async () => {
    await daemon.cli('support-bundle', join(daemon.home, 'bundle.json'));
    await daemon.cli('doctor');
    await daemon.cli('__complete', 'servers', 'show', '');
    assert.equal(impostor.connections, 0);
  });

  it('gets nothing from stdio, which says why no daemon can be started', async () => {
    const { code, text } = await daemon.runToEnd(daemon.stdioArgs([]));
    assert.equal(code, 5, text);
    assert.match(text, /another program|in use|listens/);
    assert.equal(impostor.connections, 0);
  });

  it('is spoken to where a person names it, without the key', { skip: noStranger }, async () => {
    for (const [args, env] of [[['--url', daemon.url.origin], {}], [[], { MCPTRUNK_URL: daemon.url.origin }]]) {
      await daemon.runToEnd(['--config', daemon.config, ...args, 'status'], env);
      await daemon.runToEnd([...daemon.stdioArgs([]), ...args], env);
    }
    assert.ok(impostor.connections > 0);
    assert.match(impostor.bytes, /GET \/api\/v1\/status/);
    assert.ok(!impostor.bytes.includes(key), impostor.bytes);
    await daemon.cli('--url', daemon.url.origin, '--api-key', 'named-by-hand', 'status');
    assert.match(impostor.bytes, /named-by-hand/);
  });
});

describe('a data directory that is not ours alone', limits, () => {
  let home;
  before(() => { home = mkdtempSync(join(tmpdir(), 'mcptrunk-planted-')); });
  after(() => rmSync(home, { recursive: true, force: true }));
  const program = new Daemon();
  const refused = async (dir, args, wanted) => {
    const { code, text } = await program.runToEnd(['--data-dir', dir, ...args], { HOME: home });
    assert.equal(code, 1, text);
    assert.match(text, wanted);
  };

  it('of another user is refused by commands, by stdio and by serve', { skip: noStranger }, async () => {
    const dir = join(home, 'theirs');
    chmodSync(home, 0o755);
    mkdirSync(dir);
    chownSync(dir, strangerUid, strangerUid);
    const impostor = await Impostor.at(join(dir, 'daemon.sock'));
    writeFileSync(join(dir, 'daemon.json'), JSON.stringify({ url: 'http://127.0.0.1:1', pid: 1 }));
    for (const args of [['status'], ['stdio'], ['events', '--follow'], ['serve', '--listen', '127.0.0.1:0']]) {
      await refused(dir, args, /belongs to another user \(uid 65534\)/);
    }
    assert.equal(impostor.connections, 0);
    await impostor.close();
  });

  it('with a socket of another user is refused', { skip: noStranger }, async () => {
    const dir = join(home, 'mixed');
    mkdirSync(dir);
    chmodSync(dir, 0o777);
    const impostor = await Impostor.at(join(dir, 'daemon.sock'));
    chmodSync(dir, 0o700);
    for (const args of [['status'], ['stdio'], ['serve', '--listen', '127.0.0.1:0']]) {
      await refused(dir, args, /daemon\.sock belongs to another user/);
    }
    assert.equal(impostor.connections, 0);
    await impostor.close();
  });

  it('with a key that another user has laid there is refused', { skip: noStranger }, async () => {
    const dir = join(home, 'keyed');
    mkdirSync(dir, { mode: 0o700 });
    writeFileSync(join(dir, 'api_key'), 'known to them\n', { mode: 0o600 });
    chownSync(join(dir, 'api_key'), strangerUid, strangerUid);
    await refused(dir, ['serve', '--listen', '127.0.0.1:0'], /api_key belongs to another user/);
    await refused(dir, ['status'], /api_key belongs to another user/);
  });

  it('that others may write to is refused, with what to do', async () => {
    const dir = join(home, 'open');
    mkdirSync(dir);
    for (const mode of [0o777, 0o770, 0o1777]) {
      chmodSync(dir, mode);
      for (const args of [['status'], ['stdio'], ['serve', '--listen', '127.0.0.1:0']]) {
        await refused(dir, args, /others may write to the data directory .*chmod 700/s);
      }
    }
  });
});
