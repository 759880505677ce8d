// kill -9 of the daemon at random moments while REST and an editor change what should run. After
// each restart: every acknowledged change is there, memory says what the file says, no process and
// no temporary file is left.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from '../clients/daemon.mjs';
import { randomFrom } from '../clients/random.mjs';
import { User } from '../commands/user.mjs';
import { descendantsOf, isAlive } from './processes.mjs';
import { GroupWriter, GuestWriter, ServerWriter, stateOf } from './writers.mjs';

const rounds = Number(process.env.MCPTRUNK_CRASH_ROUNDS ?? 20);
// The moments differ from run to run whatever the seed, the changes do not.
const seed = Number(process.env.MCPTRUNK_CRASH_SEED ?? Date.now() % 1_000_000);

const pause = ms => new Promise(done => setTimeout(done, ms));

describe(`crash: ${rounds} rounds, seed ${seed}`, { timeout: 3_600_000 }, () => {
  const random = randomFrom(seed);
  const writers = [
    new ServerWriter('time', random), new ServerWriter('filesystem', random),
    new GroupWriter('dev', random), new GroupWriter('db', random),
    new GuestWriter('guest', random), new GuestWriter('visitor', random)
  ];
  let daemon;
  let user;
  before(async () => {
    daemon = await Daemon.on({
      groups: [{ name: 'dev' }, { name: 'db', parent: 'dev' }],
      mcpServers: [
        { ...fixture('time'), startup_mode: 'lazy_loading', groups: ['db'] },
        { ...fixture('filesystem'), startup_mode: 'lazy_loading', groups: ['dev', 'db'] },
        { ...fixture('brave-search'), startup_mode: 'active' },
        { ...fixture('mcp-postgres', '--spawn-tree'), startup_mode: 'active', groups: ['db'] }
      ]
    });
    user = new User(daemon);
  });
  after(async () => { await daemon.close(); });

  const kill = async () => {
    const processes = descendantsOf(daemon.child.pid);
    await daemon.stop('SIGKILL');
    return processes;
  };

  // What holds after every restart.
  const check = async processes => {
    await eventually(async () => processes.filter(isAlive), alive => alive.length === 0);
    const beside = readdirSync(daemon.home).filter(name => name !== 'data');
    assert.deepEqual(beside, ['mcp_config.json']);
    const { servers } = (await user.ask('GET', 'servers')).body.data;
    const config = JSON.parse(user.file());
    const inFile = config.mcpServers.map(server => [server.name, stateOf(server).mode]).sort();
    assert.deepEqual(servers.map(server => [server.name, server.startup_mode]).sort(), inFile);
    const groups = (await user.ask('GET', 'groups')).body.data.groups;
    assert.deepEqual(groups.map(group => [group.name, group.enabled]).sort(),
      config.groups.map(group => [group.name, group.enabled ?? true]).sort());
    for (const writer of writers) writer.look(config);
  };

  it('what REST acknowledged is there after each crash', async () => {
    for (let round = 0; round < rounds; ++round) {
      const work = writers.map(writer => writer.work(user));
      await pause(20 + random() * 300);
      const processes = await kill();
      await Promise.all(work);
      await daemon.restart();
      await check(processes);
    }
    const acknowledged = writers.map(writer => writer.acknowledged);
    console.log(`acknowledged changes: ${acknowledged.join(', ')}`);
    assert.ok(acknowledged.every(count => count > 0));
  });

  it('what an editor saved is there after each crash', async () => {
    for (let round = 0; round < rounds; ++round) {
      const config = JSON.parse(user.file());
      const work = writers[0].work(user, { editor: true });
      await pause(random() * 50);
      config.mcpServers[2].description = `saved in round ${round}`;
      const text = `${JSON.stringify(config, null, 1)}\n`;
      writeFileSync(join(daemon.home, 'mcp_config.json~'), text);
      renameSync(join(daemon.home, 'mcp_config.json~'), daemon.config);
      await pause(random() * 50);
      const processes = await kill();
      await work;
      const saved = readFileSync(daemon.config, 'utf8');
      await daemon.restart();
      // The editor knew nothing of what the writer did; what it saved is the user's word.
      const now = JSON.parse(user.file());
      assert.equal(now.mcpServers[2].description, `saved in round ${round}`, saved);
      const entry = now.mcpServers.find(server => server.name === 'time');
      writers[0].state = stateOf(entry);
      writers[0].attempted = undefined;
      await check(processes);
    }
  });
});
