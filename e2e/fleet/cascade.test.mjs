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

  it('gives up on none of those that worked, but on those that never did, and says what it saw', async () => {
    writeFileSync(outage, '');
    await watcher.next(event => event.type === 'cascade_guard' && event.tripped);
    for (const name of bad) assert.equal((await user.ask('POST', `servers/${name}/enable`)).status, 200);
    // As many failures as would be enough for each of them.
    const failures = name => watcher.events.filter(event => event.server === name && event.to === 'backoff').length;
    await eventually(async () => good.filter(name => failures(name) < 4), waiting => waiting.length === 0);
    await eventually(() => user.servers(), all => bad.every(name => all.get(name).state === 'auto_disabled'));
    rmSync(outage);
    const servers = await eventually(() => user.servers(), all => good.every(name => all.get(name).state === 'ready'));
    await watcher.next(event => event.type === 'cascade_guard' && !event.tripped);

    const given = watcher.events.filter(event => event.type === 'server_auto_disabled').map(event => event.server);
    assert.deepEqual(given.sort(), [...bad].sort());
    for (const name of bad) assert.equal(servers.get(name).state, 'auto_disabled', name);
    const guard = watcher.events.filter(event => event.type === 'cascade_guard');
    assert.deepEqual(guard.map(event => event.tripped), [true, false]);
    assert.ok(guard[0].failed >= 8 && guard[0].failed * 2 > guard[0].attempted, JSON.stringify(guard[0]));
    const agent = await Agent.open(daemon.at('/mcp'));
    for (const name of good.slice(0, 10)) assert.equal((await agent.call(toolOf(name))).failed, false, name);
  });

  // A judgement that was only put off would fall now.
  it('one that fails alone afterwards is counted from one', async () => {
    const [name] = good;
    const pid = (await user.servers()).get(name).pid;
    process.kill(pid, 'SIGKILL');
    await eventually(() => user.servers(), all => all.get(name).state === 'ready' && all.get(name).pid !== pid);
    assert.equal(watcher.events.filter(event => event.type === 'server_auto_disabled' && event.server === name).length, 0);
  });
});
