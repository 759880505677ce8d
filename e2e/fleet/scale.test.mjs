// 159 servers as they are in the field: 45 % start well, 45 % never answer, 10 % end at once. The
// well ones come up as if the others were not there, are called meanwhile, and after hours of
// coming and going the daemon is as large as before.
//
// MCPTRUNK_FLEET_MINUTES: the full version, with the times of an untouched configuration and so
// many minutes of churn.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { pick, randomFrom, shuffled } from '../clients/random.mjs';
import { descendantsOf, usageOf } from '../crash/processes.mjs';
import { Agent, toolOf } from '../faults/demo.mjs';
import { everyone, FleetUser, fleetConfig, quantile, spread } from './fleet.mjs';
import { Watcher } from './watcher.mjs';

const minutes = Number(process.env.MCPTRUNK_FLEET_MINUTES ?? 0);
const full = minutes > 0;
const slots = 10;
const leaseSeconds = 5;
const keptForCallers = 2;
// In the short version those that hang are given up on sooner; nobody else has less time.
const hangSeconds = full ? 60 : 1;
const shares = { healthy: 72, hanging: 71, exiting: 16 };

const roles = shuffled(Object.entries(shares).flatMap(([role, count]) => Array(count).fill(role)), randomFrom(159));
const spoiled = {
  healthy: { groups: [everyone, 'well'] },
  hanging: { args: ['--hang', 'initialize'], ...(full ? {} : { connect_timeout: hangSeconds }) },
  exiting: { args: ['--exit', '7'] }
};
// Longer than fetch keeps a connection that nobody uses.
const fetchKeepsOpenMs = 5000;
const pause = ms => new Promise(done => setTimeout(done, ms));

describe('159 servers, most of them broken', { timeout: 60_000 * (minutes + 30) }, () => {
  const random = randomFrom(4);
  const names = { healthy: [], hanging: [], exiting: [] };
  let daemon;
  let user;
  let watcher;
  let agents;
  before(async () => {
    const config = fleetConfig({
      max_concurrent_connections: slots,
      spoil: (name, i) => {
        names[roles[i]].push(name);
        return spoiled[roles[i]];
      }
    });
    config.groups.push({ name: 'well' });
    daemon = await Daemon.on(config);
    user = new FleetUser(daemon);
    watcher = await Watcher.open(daemon, '?replay=all');
    agents = await Promise.all([1, 2, 3, 4].map(() => Agent.open(daemon.at('/mcp'))));
  });
  after(async () => {
    watcher?.close();
    await daemon?.close();
  });

  const reached = (state, servers) => {
    const seen = new Set(watcher.events.filter(event => event.to === state).map(event => event.server));
    return servers.filter(name => seen.has(name));
  };
  const times = (server, state) => watcher.events
    .filter(event => event.server === server && event.to === state).map(event => Date.parse(event.time));
  // Calls of ready servers, one after another by each agent, until `ends`: what each took.
  const callUntil = async ends => {
    const took = [];
    await Promise.all(agents.map(async agent => {
      while (!ends()) {
        const ready = reached('ready', names.healthy);
        if (ready.length > 0) {
          const began = performance.now();
          const answer = await agent.call(toolOf(pick(ready, random)));
          took.push(performance.now() - began);
          assert.equal(answer.failed, false, answer.text);
        }
        await pause(20);
      }
    }));
    return took;
  };

  it('the healthy ones are ready as soon as the slots allow, and answer while the others hang', async () => {
    const took = await callUntil(() => reached('ready', names.healthy).length === shares.healthy);
    const queued = Math.min(...names.healthy.map(name => times(name, 'queued')[0]));
    const ready = Math.max(...names.healthy.map(name => times(name, 'ready')[0]));
    const measured = (ready - queued) / 1000;
    const each = names.healthy.map(name => (times(name, 'ready')[0] - times(name, 'connecting')[0]) / 1000);
    const t = each.reduce((sum, one) => sum + one, 0) / each.length;
    const free = slots - keptForCallers;
    const held = Math.min(leaseSeconds, hangSeconds);
    const plain = (shares.healthy * t + shares.hanging * held) / free;
    // A hanging server keeps its place among the 4 x slots that may be connecting when its lease is
    // over. Those places fill up when more hang than fit: then all wait for the first to be given up.
    const places = 4 * slots - keptForCallers;
    const fills = hangSeconds / held * free > places ? Math.floor(shares.hanging / places) : 0;
    const bound = plain + fills * hangSeconds;
    console.log(`${shares.healthy} healthy servers ready after ${measured.toFixed(1)} s; bound ` +
      `(${shares.healthy} x ${t.toFixed(3)} s + ${shares.hanging} x ${held} s) / ${free} = ${plain.toFixed(1)} s` +
      ` + ${fills} x ${hangSeconds} s until one of the ${places} connecting is given up = ${bound.toFixed(1)} s: ` +
      `${measured <= bound ? 'held' : 'EXCEEDED'}`);
    console.log(`calls while ${shares.hanging} hang: ${spread(took)}`);
    // What the bound stands on, whatever the machine: nobody is tried again before all had a turn.
    const starts = watcher.events.filter(event => event.to === 'connecting').map(event => event.server);
    assert.equal(new Set(starts.slice(0, roles.length)).size, roles.length);
  });

  it('the broken ones are given up after three failures and half a minute, each with its reason; nobody else is', async () => {
    const broken = [...names.hanging, ...names.exiting];
    const given = () => new Set(watcher.events
      .filter(event => event.type === 'server_auto_disabled').map(event => event.server));
    const took = await callUntil(() => broken.every(name => given().has(name)));
    console.log(`calls until all broken ones are given up: ${spread(took)}`);
    assert.equal(given().size, broken.length);
    const servers = await eventually(() => user.servers(), all =>
      broken.every(name => all.get(name).state === 'auto_disabled'));
    for (const name of broken) {
      const event = watcher.events.find(each => each.type === 'server_auto_disabled' && each.server === name);
      assert.ok(event.failures >= 3, `${name}: ${event.failures}`);
      assert.equal(times(name, 'connecting').length, event.failures, name);
      const hangs = names.hanging.includes(name);
      assert.equal(event.code, hangs ? 'MCPT_CONNECT_TIMEOUT' : 'MCPT_EXITED', name);
      assert.match(event.reason, hangs ? /did not answer initialize within/ : /exited with code 7/, name);
      assert.equal(servers.get(name).pid, 0, name);
    }
    for (const name of names.healthy) {
      assert.equal(servers.get(name).state, 'ready', name);
      assert.deepEqual([times(name, 'connecting').length, times(name, 'backoff').length], [1, 0], name);
    }
    // The server and its shim, and nothing of the others.
    assert.equal(descendantsOf(daemon.child.pid).length, 2 * shares.healthy);
  });

  it('coming and going leaves nothing behind', async () => {
    for (const agent of agents) await agent.close();
    const readyNow = async () => {
      const all = await user.servers();
      return names.healthy.filter(name => all.get(name).state === 'ready').length;
    };
    const churn = async () => {
      const agent = await Agent.open(daemon.at(pick(['/mcp', '/mcp/call'], random)));
      const restarted = shuffled(names.healthy, random).slice(0, 5);
      for (const name of restarted) assert.equal((await user.ask('POST', `servers/${name}/restart`)).status, 200);
      const off = shuffled(names.healthy, random).slice(0, 5);
      for (const action of ['disable', 'enable']) {
        for (const name of off) assert.equal((await user.ask('POST', `servers/${name}/${action}`)).status, 200);
      }
      if (random() < 0.3) {
        for (const action of ['disable', 'enable']) {
          assert.equal((await user.ask('POST', `groups/well/${action}`)).status, 200);
        }
      }
      const replay = await Watcher.open(daemon, '?replay=all');
      daemon.child.kill('SIGHUP');
      await eventually(readyNow, count => count === shares.healthy);
      replay.close();
      for (const name of shuffled(names.healthy, random).slice(0, 20)) {
        const answer = await agent.call(toolOf(name));
        assert.equal(answer.failed, false, answer.text);
      }
      await agent.close();
    };
    const settled = async limit => {
      await eventually(() => usageOf(daemon.child.pid).files, files => files <= limit);
      return usageOf(daemon.child.pid);
    };
    // Rings and caches of the allocator are full after the first rounds.
    watcher.close();
    for (let round = 0; round < (full ? 60 : 4); ++round) await churn();
    await pause(fetchKeepsOpenMs);
    const began = usageOf(daemon.child.pid);
    const seen = [began];
    const ends = Date.now() + minutes * 60_000;
    for (let round = 1; full ? Date.now() < ends : round <= 8; ++round) {
      await churn();
      if (full) await pause(1000);
      if (round % (full ? 20 : 8) !== 0) continue;
      seen.push(await settled(began.files));
      const { anonymousMiB, files, threads } = seen.at(-1);
      console.log(`round ${round}: ${anonymousMiB.toFixed(1)} MiB RssAnon, ${files} files, ${threads} threads`);
    }
    const grown = quantile(seen.slice(-3).map(one => one.anonymousMiB), 0.5) - began.anonymousMiB;
    console.log(`RssAnon ${began.anonymousMiB.toFixed(1)} MiB, grown by ${grown.toFixed(1)} MiB`);
    assert.ok(grown < 4, `RssAnon grew by ${grown} MiB`);
    for (const one of seen) assert.ok(one.threads <= began.threads, `${one.threads} threads`);
    assert.equal(descendantsOf(daemon.child.pid).length, 2 * shares.healthy);
  });
});
