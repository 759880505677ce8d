// Few descriptors, and one process that takes every connection it can get: a server that is needed
// now can be started all the same.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, it } from 'node:test';
import { closeAll, healthy, openMany } from './sockets.mjs';

const descriptors = 600;

// The programs, the daemon with a limit.
const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const real = resolve(process.env.MCPTRUNK_BIN ?? join(here, '../../build/dev/bin'));
const limited = mkdtempSync(join(tmpdir(), 'mcptrunk-limited-'));
for (const name of ['mcptrunk-child', 'mcptrunk-fixture']) symlinkSync(join(real, name), join(limited, name));
writeFileSync(join(limited, 'mcptrunk'), `#!/bin/sh\nulimit -n ${descriptors}\nexec '${join(real, 'mcptrunk')}' "$@"\n`);
chmodSync(join(limited, 'mcptrunk'), 0o755);
process.env.MCPTRUNK_BIN = limited;
const { Daemon, fixture } = await import('../clients/daemon.mjs');
const { Agent } = await import('../faults/demo.mjs');

let daemon;
before(async () => {
  const lazy = name => ({ ...fixture(name), startup_mode: 'lazy_loading' });
  daemon = await Daemon.on({ mcpServers: ['time', 'filesystem', 'brave-search'].map(lazy) });
});
after(async () => {
  assert.equal(await daemon.close(), 0);
  rmSync(limited, { recursive: true });
});

it('a lazy server starts for a call while nearly a thousand connections are held', async () => {
  const agent = await Agent.open(daemon.at('/mcp/all'));
  const streams = await openMany(daemon, 60,
    `GET /sse HTTP/1.1\r\nHost: ${daemon.url.host}\r\nAccept: text/event-stream\r\n\r\n`);
  const silent = await openMany(daemon, 900);
  assert.ok(await healthy(daemon));
  const answer = await agent.request('tools/call', { name: 'time__get_current_time', arguments: { timezone: 'UTC' } });
  assert.equal(answer.error, undefined, JSON.stringify(answer));
  assert.notEqual(answer.result.isError, true, JSON.stringify(answer));
  assert.ok(streams.every(socket => !socket.gone));
  await closeAll([...streams, ...silent]);
});
