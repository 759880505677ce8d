// The file of 159 servers is edited by hand again and again: what is saved is live soon, what did
// not change keeps its process, and a file with a mistake changes nothing.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from '../clients/daemon.mjs';
import { pick, randomFrom, shuffled } from '../clients/random.mjs';
import { FleetUser, fleetConfig, quantile, spread } from './fleet.mjs';

const pause = ms => new Promise(done => setTimeout(done, ms));
const edits = 50;
const seed = Number(process.env.MCPTRUNK_RELOAD_SEED ?? 1);

describe(`159 servers, their file edited ${edits} times, seed ${seed}`, { timeout: 600_000 }, () => {
  const random = randomFrom(seed);
  let daemon;
  let user;
  let added = 0;
  before(async () => {
    daemon = await Daemon.on(fleetConfig({ max_concurrent_connections: 20 }));
    user = new FleetUser(daemon);
    await eventually(() => user.servers(), all => [...all.values()].every(one => one.state === 'ready'));
  });
  after(async () => {
    await daemon?.close();
  });

  const text = config => `${JSON.stringify(config, null, 2)}\n`;
  // Each changes the configuration, and returns the names of the servers that may lose their process.
  const changes = {
    add: config => {
      config.mcpServers.splice(Math.floor(random() * config.mcpServers.length), 0,
        { ...fixture('time'), name: `added ${++added}`, startup_mode: pick(['active', 'lazy_loading'], random) });
      return [];
    },
    remove: config => config.mcpServers.splice(Math.floor(random() * config.mcpServers.length), 1).map(one => one.name),
    describe: (config, i) => {
      pick(config.mcpServers, random).description = `described in edit ${i}`;
      return [];
    },
    relaunch: (config, i) => {
      const server = pick(config.mcpServers, random);
      server.env = { EDIT: String(i) };
      return [server.name];
    },
    disable: config => {
      const server = pick(config.mcpServers, random);
      server.startup_mode = server.startup_mode === 'disabled' ? 'active' : 'disabled';
      return [server.name];
    },
    reorder: config => {
      config.mcpServers = shuffled(config.mcpServers, random);
      return [];
    }
  };
  const mistakes = [
    good => good.slice(0, Math.floor(good.length * random())).trimEnd(),
    good => good.replace('"command"', '"comand"'),
    good => good.replace('"active"', '"sometimes"'),
    good => good.replace(/"name": "[^"]+",/, '')
  ];
  const brief = one => [one.state, one.pid, one.startup_mode, one.description];
  // The servers, once what the edit before has begun is over.
  const rest = { active: 'ready', lazy_loading: 'idle', disabled: 'disabled' };
  const atRest = config => eventually(() => user.servers(), all =>
    config.mcpServers.every(one => all.get(one.name)?.state === rest[one.startup_mode]));
  const ask = async path => (await user.ask('GET', path)).body.data;
  // Saves, and waits until the daemon says so: how long that took.
  const save = async (content, isSeen) => {
    const began = performance.now();
    writeFileSync(daemon.config, content);
    await eventually(isSeen, seen => seen);
    return performance.now() - began;
  };
  const isRejected = async () => (await ask('status')).config_rejected !== '';

  it('each is live soon, the others keep their processes, and a broken one changes nothing', async () => {
    const config = JSON.parse(user.file());
    const live = [];
    const refused = [];
    for (let i = 0; i < edits; ++i) {
      const before = await atRest(config);
      if (random() < 0.2) {
        refused.push(await save(pick(mistakes, random)(text(config)), isRejected));
        const now = await user.servers();
        assert.deepEqual([...now.keys()], [...before.keys()], `mistake in edit ${i}`);
        for (const [name, one] of now) assert.deepEqual(brief(one), brief(before.get(name)), `mistake in edit ${i}`);
      }
      // An edit is told by this number. Some are saved in several steps, some torn before they are whole.
      config.tools_limit = 20 + i;
      const touched = new Set();
      const did = [];
      for (let steps = 1 + Math.floor(random() * 3); steps > 0; --steps) {
        did.push(pick(Object.keys(changes), random));
        for (const name of changes[did.at(-1)](config, i)) touched.add(name);
        if (steps === 1) continue;
        const whole = text({ ...config, tools_limit: 19 + i });
        writeFileSync(daemon.config, random() < 0.5 ? whole : whole.slice(0, 1000));
        await pause(random() * 300);
      }
      live.push(await save(text(config), async () => (await ask('config')).tools_limit === config.tools_limit));
      const now = await user.servers();
      const what = `${did}, edit ${i}`;
      assert.deepEqual([...now.keys()].sort(), config.mcpServers.map(one => one.name).sort(), what);
      for (const server of config.mcpServers) {
        const one = now.get(server.name);
        assert.deepEqual([one.startup_mode, one.description], [server.startup_mode, server.description ?? ''],
          `${what}: ${server.name}`);
        const stays = before.has(server.name) && !touched.has(server.name);
        if (stays) assert.equal(one.pid, before.get(server.name).pid, `${what}: ${server.name}`);
      }
      assert.equal(await isRejected(), false, what);
    }
    await atRest(config);
    console.log(`live after ${spread(live)}, at most ${quantile(live, 1).toFixed(0)} ms; refused after ${spread(refused)}`);
    assert.ok(quantile(live, 1) < 30_000);
  });
});
