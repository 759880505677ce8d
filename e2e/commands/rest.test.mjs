// The paths of REST that change the configuration, against a real daemon and a real file.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from '../clients/daemon.mjs';
import { User } from './user.mjs';

describe('REST', { timeout: 300_000 }, () => {
  let daemon;
  let user;
  before(async () => {
    daemon = await Daemon.on({
      groups: [{ name: 'dev' }, { name: 'db', parent: 'dev' }],
      mcpServers: [
        { ...fixture('time'), env: { TOKEN: 'sesame' }, groups: ['db'] },
        { ...fixture('filesystem'), startup_mode: 'lazy_loading' }
      ]
    });
    user = new User(daemon);
  });
  after(async () => { await daemon.close(); });

  it('a server is looked at, written back unchanged, and changed', async () => {
    const before = user.file();
    const seen = await user.ask('GET', 'servers/time');
    const entry = seen.body.data.config;
    assert.equal(entry.env.TOKEN, '***');
    const same = await user.ask('PATCH', 'servers/time', entry, { 'If-Match': seen.etag });
    assert.equal(same.status, 200);
    assert.equal(same.body.data.changed, false);
    assert.equal(user.file(), before);
    const changed = await user.ask('PATCH', 'servers/time', { description: 'clocks', env: { MORE: '1' } },
      { 'If-Match': seen.etag });
    assert.equal(changed.body.data.changed, true);
    assert.deepEqual(user.entry('time').env, { TOKEN: 'sesame', MORE: '1' });
    const stale = await user.ask('PATCH', 'servers/time', { description: 'x' }, { 'If-Match': seen.etag });
    assert.equal(stale.status, 412);
    assert.equal(stale.body.error.code, 'MCPT_CONFIG_CHANGED');
  });

  it('a server keeps its process when only another one changes', async () => {
    const server = async () => (await user.ask('GET', 'servers/time')).body.data;
    const was = (await eventually(server, now => now.state === 'ready')).pid;
    assert.equal((await user.ask('POST', 'servers', { name: 'extra', command: 'cat', enabled: false })).status, 201);
    assert.equal((await user.ask('DELETE', 'servers/extra')).status, 200);
    assert.equal((await server()).pid, was);
  });

  it('groups are made, changed and removed', async () => {
    const made = await user.ask('POST', 'groups', { name: 'ops', color: 'red', members: ['time'] });
    assert.equal(made.status, 201);
    const seen = await user.ask('GET', 'groups/ops');
    assert.deepEqual(seen.body.data.members, ['time']);
    const changed = await user.ask('PATCH', 'groups/ops',
      { name: 'running', parent: 'dev', members: ['filesystem'] }, { 'If-Match': seen.etag });
    assert.equal(changed.status, 200);
    assert.deepEqual(user.entry('filesystem').groups, ['running']);
    assert.deepEqual(user.entry('time').groups, ['db']);
    assert.equal((await user.ask('DELETE', 'groups/running', undefined, { 'If-Match': seen.etag })).status, 412);
    assert.equal((await user.ask('DELETE', 'groups/running')).status, 200);
    const circle = await user.ask('PATCH', 'groups/dev', { parent: 'db' });
    assert.equal(circle.status, 422);
    assert.match(circle.body.error.message, /circle/);
  });

  it('a call over REST is counted as one over MCP', async () => {
    const counted = async () => (await user.ask('GET', 'status')).body.data.calls;
    const before = await counted();
    const call = id => user.ask('POST', 'tools/call', { id, arguments: {} });
    assert.equal((await call('time:get_current_time')).status, 200);
    await user.ask('POST', 'servers/time/disable');
    assert.equal((await call('time:get_current_time')).status, 409);
    await user.ask('POST', 'servers/time/enable');
    assert.deepEqual(await counted(), { in_flight: 0, total: before.total + 2, failed: before.failed + 1 });
    await eventually(async () => (await user.ask('GET', 'activity?limit=1&failures=true')).body.data.activity[0],
      last => last?.server === 'time' && last.code === 'MCPT_SERVER_DISABLED');
  });

  it('a disabled group restores exactly what was', async () => {
    const modes = async () => (await user.ask('GET', 'servers')).body.data.servers
      .map(one => [one.name, one.startup_mode]);
    const before = await modes();
    const off = (await user.ask('POST', 'groups/db/disable')).body.data;
    assert.deepEqual([off.updated, off.unchanged, off.partial_failure], [1, 0, false]);
    const again = (await user.ask('POST', 'groups/db/disable')).body.data;
    assert.deepEqual([again.updated, again.unchanged], [0, 1]);
    await user.ask('POST', 'groups/db/enable');
    assert.deepEqual(await modes(), before);
  });

  it('the whole configuration is read and written back, byte for byte', async () => {
    const before = user.file();
    const seen = await user.ask('GET', 'config');
    assert.ok(!JSON.stringify(seen.body).includes('sesame'));
    const same = await user.ask('PUT', 'config', seen.body.data, { 'If-Match': seen.etag });
    assert.equal(same.status, 200);
    assert.equal(same.body.data.changed, false);
    assert.equal(user.file(), before);
    const wanted = { ...seen.body.data, tools_limit: 7 };
    const changed = await user.ask('PUT', 'config', wanted, { 'If-Match': seen.etag });
    assert.deepEqual(changed.body.data.settings_changed, ['tools_limit']);
    assert.equal(JSON.parse(user.file()).mcpServers[0].env.TOKEN, 'sesame');
    assert.equal((await user.ask('PUT', 'config', wanted, { 'If-Match': seen.etag })).status, 412);
  });

  it('what an editor saved a moment before is not lost', async () => {
    const config = JSON.parse(user.file());
    config.mcpServers[1].description = 'by hand';
    writeFileSync(daemon.config, JSON.stringify(config));
    assert.equal((await user.ask('PATCH', 'servers/time', { description: 'by REST' })).status, 200);
    assert.equal(user.entry('filesystem').description, 'by hand');
    const seen = await eventually(async () => (await user.ask('GET', 'servers/filesystem')).body.data,
      data => data.description === 'by hand');
    assert.equal(seen.name, 'filesystem');
  });

  it('a read-only file stays, and the answer names the edit to make', async () => {
    const before = readFileSync(daemon.config, 'utf8');
    chmodSync(daemon.config, 0o444);
    const { status, body } = await user.ask('POST', 'servers/time/disable');
    chmodSync(daemon.config, 0o600);
    assert.equal(status, 409);
    assert.equal(body.error.code, 'MCPT_CONFIG_READ_ONLY');
    assert.match(body.error.remedy, /"startup_mode": "disabled" in server "time"/);
    assert.equal(readFileSync(daemon.config, 'utf8'), before);
  });

  // method, path, body, status, what the message names
  const mistakes = [
    ['POST', 'servers', '', 400, /the body is empty/],
    ['POST', 'servers', '{', 400, /not valid JSON, line 1, column 2/],
    ['POST', 'servers', '[]', 400, /must be an object/],
    ['POST', 'servers', { command: 'x' }, 400, /name/],
    ['POST', 'servers', { name: 'a:b', command: 'x' }, 400, /a:b/],
    ['POST', 'servers', { name: 'a' }, 400, /command/],
    ['POST', 'servers', { name: 'a', command: 5 }, 400, /command/],
    ['POST', 'servers', { name: 'a', command: 'x', args: 'y' }, 400, /args/],
    ['POST', 'servers', { name: 'a', command: 'x', env: [] }, 400, /env/],
    ['POST', 'servers', { name: 'a', command: 'x', env: { K: '***' } }, 400, /\*\*\*/],
    ['POST', 'servers', { name: 'a', command: 'x', startup_mode: 'on' }, 400, /startup_mode/],
    ['POST', 'servers', { name: 'a', command: 'x', connect_timeout: 'soon' }, 400, /connect_timeout/],
    ['POST', 'servers', { name: 'a', command: 'x', url: 'http://h' }, 400, /url/],
    ['POST', 'servers', { name: 'a', command: 'x', comand: 'y' }, 400, /comand/],
    ['POST', 'servers', { name: 'a', command: 'x', groups: ['nix'] }, 404, /nix/],
    ['POST', 'servers', { name: 'time', command: 'x' }, 409, /time/],
    ['PATCH', 'servers/nix', {}, 404, /nix/],
    ['PATCH', 'servers/time', { name: 'other' }, 400, /name/],
    ['PATCH', 'servers/time', { groups: ['nix'] }, 404, /nix/],
    ['PATCH', 'servers/time', { queue_size: -1 }, 400, /queue_size/],
    ['DELETE', 'servers/nix', undefined, 404, /nix/],
    ['POST', 'groups', { name: 'db' }, 409, /db/],
    ['POST', 'groups', { name: 'x', parent: 'nix' }, 404, /nix/],
    ['POST', 'groups', { name: 'x', members: ['nix'] }, 404, /nix/],
    ['PATCH', 'groups/nix', {}, 404, /nix/],
    ['PATCH', 'groups/db', { name: 'dev' }, 409, /dev/],
    ['PATCH', 'groups/db', { unassign: ['nix'] }, 404, /nix/],
    ['PATCH', 'groups/db', { parent: 'db' }, 422, /circle/],
    ['POST', 'groups/nix/restart', undefined, 404, /nix/],
    ['PUT', 'config', { mcpServers: { a: { command: 'x' }, time: {} } }, 422, /time/],
    ['POST', 'backup', { name: '../up' }, 400, /not a path/],
    ['POST', 'backup', { path: '/no/such/dir/x' }, 400, /no such field/]
  ];
  it('refuses bad input with what is wrong, where, and what to do, and changes nothing', async () => {
    const before = user.file();
    for (const [method, path, body, status, named] of mistakes) {
      const answer = await user.ask(method, path, body);
      const about = `${method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`;
      assert.equal(answer.status, status, about);
      assert.match(answer.body.error.message, named, about);
      assert.match(answer.body.error.code, /^MCPT_/, about);
      assert.notEqual(answer.body.error.remedy, '', about);
    }
    assert.equal(user.file(), before);
  });
});
