// The daemon as a process: how it ends, what it leaves behind, what it refuses.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { tmpdir } from 'node:os';
import { Daemon, eventually, fixture } from './daemon.mjs';

// A server with a child that ignores EOF and SIGTERM and one that left the session as well.
function tree(name) {
  const pidFile = join(tmpdir(), `mcptrunk-${name}-${process.pid}.pids`);
  const server = { ...fixture('duckduckgo-search', '--spawn-tree', '--ignore-eof', '--ignore-term',
    '--pid-file', pidFile), name };
  return { server, pids: () => existsSync(pidFile)
    ? readFileSync(pidFile, 'utf8').split('\n').filter(line => line !== '').map(Number) : [],
    forget: () => rmSync(pidFile, { force: true }) };
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

for (const signal of ['SIGKILL', 'SIGTERM']) {
  describe(`a daemon ended by ${signal}`, { timeout: 240_000 }, () => {
    it('leaves no process of a tree that resists', async () => {
      const resisting = tree(`tree-${signal}`);
      const daemon = await Daemon.start([resisting.server]);
      const pids = await eventually(resisting.pids, found => found.length >= 3);
      assert.ok(pids.every(lives));
      const code = await daemon.stop(signal);
      if (signal === 'SIGTERM') assert.equal(code, 0);
      await eventually(() => pids.filter(lives), left => left.length === 0);
      resisting.forget();
      await daemon.close();
    });
  });
}

describe('a second daemon', { timeout: 240_000 }, () => {
  let daemon;
  before(async () => { daemon = await Daemon.start(); });
  after(async () => { await daemon.close(); });

  it('is refused the data directory of the first with exit code 3', async () => {
    const { code, text } = await daemon.runToEnd(['serve', '--config', daemon.config]);
    assert.equal(code, 3, text);
    assert.equal((await fetch(daemon.at('/healthz'))).status, 200);
  });

  it('is refused the port of the first with exit code 5', async () => {
    const { code, text } = await daemon.runToEnd(['serve', '--config', daemon.config,
      '--listen', daemon.url.host, '--data-dir', join(daemon.home, 'other')]);
    assert.equal(code, 5, text);
    assert.match(text, new RegExp(daemon.url.port));
  });
});
