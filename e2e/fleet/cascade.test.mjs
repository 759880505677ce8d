// Everything that ever worked fails at the same time, as when the network or a disk is gone, for
// longer than three failures take; and comes back. That is nobody's fault. What never worked is
// still given up.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { Agent, toolOf } from '../faults/demo.mjs';
import { FleetUser, fleetConfig } from './fleet.mjs';
import { Watcher } from './watcher.mjs';

// What a server is given up after.
const threshold = 3;
const failingMs = 30_000;

describe('a common cause', { timeout: 300_000 }, () => {
  const outage = join(tmpdir(), `mcptrunk-outage-${process.pid}`);
  const good = [];
  const bad = [];
  let daemon;
  let user;
  let watcher;
  before(async () => {
    daemon = await Daemon.on(fleetConfig({
      max_concurrent_connections: 20,
      spoil: (name, i) => {
        if (i % 10 !== 9) {
          good.push(name);
          return { args: ['--down-while', outage] };
        }
        bad.push(name);
        return { args: ['--exit', '7'], startup_mode: 'disabled' };
      }
    }));
    user = new FleetUser(daemon);
    watcher = await Watcher.open(daemon);
    await eventually(() => user.servers(), all => good.every(name => all.get(name).state === 'ready'));
  });
  after(async () => {
    rmSync(outage, { force: true });
    watcher?.close();
    await daemon?.close();
  });

  const back = servers => good.filter(name => servers.get(name).state === 'ready');

  it('gives up on none of those that worked, but on those that never did, and says what it saw', async () => {
    writeFileSync(outage, '');
    await watcher.next(event => event.type === 'cascade_guard' && event.tripped);
    for (const name of bad) assert.equal((await user.ask('POST', `servers/${name}/enable`)).status, 200);
    // As many failures, over as long a time, as would be enough: for most of them, for the backoff
    // of some is long by now.
    const isEnough = name => {
      const failures = watcher.events.filter(event => event.server === name && event.to === 'backoff')
        .map(event => Date.parse(event.time));
      return failures.length >= threshold && failures.at(-1) - failures[0] >= failingMs;
    };
    await eventually(() => user.servers(), all => bad.every(name => all.get(name).state === 'auto_disabled'));
    await eventually(async () => good.filter(isEnough).length, count => count > good.length / 2);
    rmSync(outage);
    const servers = await eventually(() => user.servers(), all => back(all).length > good.length / 2);
    await watcher.next(event => event.type === 'cascade_guard' && !event.tripped);

    const given = watcher.events.filter(event => event.type === 'server_auto_disabled').map(event => event.server);
    assert.deepEqual(given.sort(), [...bad].sort());
    for (const name of bad) assert.equal(servers.get(name).state, 'auto_disabled', name);
    const guard = watcher.events.filter(event => event.type === 'cascade_guard');
    assert.deepEqual(guard.map(event => event.tripped), [true, false]);
    assert.ok(guard[0].failed >= 8 && guard[0].failed * 2 > guard[0].attempted, JSON.stringify(guard[0]));
    const agent = await Agent.open(daemon.at('/mcp'));
    for (const name of back(servers).slice(0, 10)) assert.equal((await agent.call(toolOf(name))).failed, false, name);
  });
});
