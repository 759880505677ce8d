// The file is edited by hand while the daemon runs: what changed takes effect, all else stays.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from '../clients/daemon.mjs';
import { User } from './user.mjs';

const count = 12;
const names = Array.from({ length: count }, (_, i) => `server ${i}`);

describe('hot reload', { timeout: 300_000 }, () => {
  let daemon;
  let user;
  before(async () => {
    daemon = await Daemon.on({ mcpServers: names.map(name => ({ ...fixture('time'), name })) });
    user = new User(daemon);
    await eventually(list, all => all.every(one => one.state === 'ready'));
  });
  after(async () => { await daemon.close(); });

  const list = async () => (await user.ask('GET', 'servers')).body.data.servers;
  const status = async () => (await user.ask('GET', 'status')).body.data;
  const pids = async () => new Map((await list()).map(one => [one.name, one.pid]));
  const read = () => JSON.parse(user.file());
  const save = config => writeFileSync(daemon.config, JSON.stringify(config, null, 2));
  const events = async type => (await user.run('events', '--type', type, '-o', 'json')).out
    .split('\n').filter(line => line !== '').map(line => JSON.parse(line));

  it('an added, a changed and a removed server are, and the others keep their processes', async () => {
    const before = await pids();
    const config = read();
    config.mcpServers[0].description = 'said by hand';
    config.mcpServers[1].env = { NEW: '1' };
    config.mcpServers.splice(2, 1);
    config.mcpServers.push({ ...fixture('time'), name: 'added' });
    save(config);
    await eventually(list, all => all.some(one => one.name === 'added' && one.state === 'ready') &&
      !all.some(one => one.name === 'server 2') &&
      all.some(one => one.name === 'server 1' && one.state === 'ready' && one.pid !== before.get('server 1')));
    const now = await pids();
    for (const name of names) {
      if (name !== 'server 1' && name !== 'server 2') assert.equal(now.get(name), before.get(name), name);
    }
    const [reloaded] = (await events('config_reloaded')).slice(-1);
    assert.deepEqual([reloaded.servers_added, reloaded.servers_changed, reloaded.servers_removed], [1, 2, 1]);
  });

  it('a file that was saved by renaming is followed, again and again', async () => {
    for (const limit of [3, 4, 5]) {
      const next = `${daemon.config}.new`;
      writeFileSync(next, JSON.stringify({ ...read(), tools_limit: limit }));
      renameSync(next, daemon.config);
      await eventually(async () => (await user.ask('GET', 'config')).body.data.tools_limit, now => now === limit);
    }
  });

  it('another api_key shuts the old one out at once, another address waits for a restart', async () => {
    const config = read();
    save({ ...config, api_key: 'rotated-key-4711', data_dir: `${config.data_dir}-other` });
    const asks = key => fetch(daemon.at('/api/v1/status'), { headers: { 'X-API-Key': key } });
    await eventually(() => asks('rotated-key-4711'), answer => answer.status === 200);
    assert.equal((await asks(daemon.key())).status, 401);
    const now = (await (await asks('rotated-key-4711')).json()).data;
    assert.deepEqual(now.needs_restart, ['data_dir']);
    assert.equal((await user.run('--data-dir', daemon.data, 'status')).code, 0);
    save(config);
    await eventually(() => asks(daemon.key()), answer => answer.status === 200);
    assert.deepEqual((await status()).needs_restart, []);
  });

  it('a bad file keeps what runs, and event, log and status say why', async () => {
    const good = user.file();
    const before = await pids();
    writeFileSync(daemon.config, good.replace('"command"', '"comand"'));
    const { config_rejected: why } = await eventually(status, now => now.config_rejected !== '');
    assert.match(why, /line \d+, .*mcpServers\[0\]/);
    const [rejected] = (await events('config_rejected')).slice(-1);
    assert.match(rejected.error, /mcpServers\[0\]/);
    assert.match(readFileSync(join(daemon.home, 'data/logs/main.log'), 'utf8'), /is not used, the running configuration stays/);
    assert.match((await user.run('status')).out, /Not in use: +line/);
    const doctor = await user.json('doctor');
    assert.equal(doctor.code, 1);
    const refused = await user.ask('POST', 'servers/server%200/disable');
    assert.equal(refused.status, 422);
    assert.deepEqual(await pids(), before);
    writeFileSync(daemon.config, good);
    await eventually(status, now => now.config_rejected === '');
    assert.deepEqual(await pids(), before);
  });

  it('changes by commands are not read back', async () => {
    const before = (await events('config_reloaded')).length;
    for (const action of ['disable', 'enable', 'disable', 'enable']) {
      assert.equal((await user.ask('POST', `servers/server%203/${action}`)).status, 200);
    }
    await user.ask('PUT', 'config', { ...(await user.ask('GET', 'config')).body.data, tools_limit: 9 });
    // A change by hand afterwards is seen: whatever came before it would have been, too.
    save({ ...read(), tools_limit: 10 });
    await eventually(async () => (await events('config_reloaded')).length, now => now === before + 1);
  });

  it('a symlink, its target and the directory between may all change', async () => {
    const text = { ...read() };
    const v = n => join(daemon.home, `v${n}`);
    for (const n of [1, 2]) {
      mkdirSync(v(n));
      writeFileSync(join(v(n), 'c.json'), JSON.stringify({ ...text, tools_limit: 20 + n }));
    }
    const data = join(daemon.home, '..data');
    symlinkSync(v(1), data);
    rmSync(daemon.config);
    symlinkSync('..data/c.json', daemon.config);
    const limit = async () => (await user.ask('GET', 'config')).body.data.tools_limit;
    await eventually(limit, now => now === 21);
    writeFileSync(join(v(1), 'c.json'), JSON.stringify({ ...text, tools_limit: 23 }));
    await eventually(limit, now => now === 23);
    symlinkSync(v(2), `${data}.new`);
    renameSync(`${data}.new`, data);
    await eventually(limit, now => now === 22);
    // A command writes through the link.
    assert.equal((await user.ask('POST', 'servers/server%203/disable')).status, 200);
    assert.match(readFileSync(join(v(2), 'c.json'), 'utf8'), /"disabled"/);
  });
});
