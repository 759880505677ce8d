// Each command once against a real daemon, with its exit code and what it leaves behind.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bin, Daemon, eventually, fixture } from '../clients/daemon.mjs';
import { User } from './user.mjs';

const longName = 'a-server-whose-name-takes-all-of-fifty-seven-characters-x';

describe('the command line', { timeout: 300_000 }, () => {
  let daemon;
  let user;
  before(async () => {
    daemon = await Daemon.on({
      groups: [{ name: 'dev' }, { name: 'db', parent: 'dev' }],
      mcpServers: [
        { ...fixture('time'), groups: ['dev'] },
        { ...fixture('filesystem'), groups: ['db'] },
        { ...fixture('brave-search'), startup_mode: 'disabled' },
        { ...fixture('mcp-postgres'), name: longName, startup_mode: 'quarantined', groups: ['db'] },
        { name: 'broken', command: 'no-such-program-anywhere' }
      ]
    });
    user = new User(daemon);
  });
  after(async () => { await daemon.close(); });

  // Runs a command that must end with `code`.
  const run = async (code, ...args) => {
    const done = await user.run(...args);
    assert.equal(done.code, code, `${args.join(' ')}: ${done.out}${done.err}`);
    return done;
  };
  const state = async name => (await user.json('servers', 'show', name)).data.state;

  it('status, version and help', async () => {
    assert.match((await run(0, 'status')).out, /ready/);
    assert.match((await run(0, 'version')).out, /^mcptrunk \d/);
    assert.match((await run(0, 'servers', 'add', '--help')).out, /Example:\n {2}mcptrunk servers add/);
    assert.equal((await user.json('status')).data.state, 'ready');
  });

  it('servers list fits 80 columns with the longest names', async () => {
    await eventually(() => state('time'), now => now === 'ready');
    const { out } = await run(0, 'servers', 'list');
    assert.ok(out.includes(longName));
    for (const line of out.trimEnd().split('\n')) assert.ok(line.length <= 80, line);
    const { data } = await user.json('servers', 'list');
    assert.equal(data.servers.length, 5);
    assert.match(data.event_id, /^\d+-\d+$/);
  });

  it('servers show, why, logs and tools', async () => {
    assert.match((await run(0, 'servers', 'show', 'time')).out, /Tools: +2/);
    assert.match((await run(0, 'servers', 'why', 'broken')).out,
      /not found in PATH[^]*Install it[^]*mcptrunk servers restart broken/);
    assert.match((await run(0, 'servers', 'why', longName)).out, /servers approve/);
    await run(0, 'servers', 'logs', 'time', '-n', '5');
    assert.match((await run(0, 'tools', 'list', '--server', 'time')).out, /time:/);
    assert.match((await run(0, 'tools', 'search', 'current', 'time')).out, /time:get_current_time/);
    await run(0, 'tools', 'show', 'time:get_current_time');
    await run(7, 'servers', 'show', 'tmie');
  });

  it('servers enable, disable, restart, quarantine and approve', async () => {
    await run(0, 'servers', 'enable', 'brave-search', '--wait');
    assert.equal(await state('brave-search'), 'ready');
    assert.equal(user.entry('brave-search').startup_mode, 'active');
    await run(0, 'servers', 'restart', 'brave-search', '--wait');
    await run(0, 'servers', 'disable', 'brave-search', '--wait');
    assert.equal(await state('brave-search'), 'disabled');
    await run(0, 'servers', 'quarantine', 'brave-search', '--wait');
    assert.match((await run(1, 'servers', 'enable', 'brave-search')).err, /servers approve/);
    await run(0, 'servers', 'approve', 'brave-search', '--wait');
    await run(1, 'servers', 'restart', 'broken', '--wait');
  });

  it('a lazy server comes back lazy, and the file as it was', async () => {
    await run(0, 'servers', 'update', 'brave-search', '--mode', 'lazy_loading');
    const file = user.file();
    await run(0, 'servers', 'disable', 'brave-search', '--wait');
    assert.deepEqual([user.entry('brave-search').startup_mode, user.entry('brave-search').enabled], ['lazy_loading', false]);
    await run(0, 'servers', 'enable', 'brave-search', '--wait');
    assert.equal(user.file(), file);
    await run(0, 'servers', 'quarantine', 'brave-search', '--wait');
    assert.equal(await state('brave-search'), 'quarantined');
    await run(0, 'servers', 'approve', 'brave-search', '--wait');
    assert.equal(user.file(), file);
  });

  it('servers add and remove', async () => {
    const { command, args } = fixture('time');
    await run(0, 'servers', 'add', 'clock', '--group', 'dev', '-e', 'TOKEN=opensesame', '--wait', '--',
      command, ...args);
    assert.equal(user.entry('clock').env.TOKEN, 'opensesame');
    const shown = await user.json('servers', 'show', 'clock');
    assert.ok(!JSON.stringify(shown.data).includes('opensesame'));
    await run(1, 'servers', 'add', 'clock', '--', 'x');
    await run(7, 'servers', 'add', 'other', '--group', 'nix', '--', 'x');
    await run(2, 'servers', 'add', 'a:b', '--', 'x');
    await run(2, 'servers', 'add', 'empty');
    await run(0, 'servers', 'remove', 'clock');
    await run(7, 'servers', 'remove', 'clock');
    assert.equal(user.entry('clock'), undefined);
  });

  it('an output that cannot be written is a failure', async () => {
    const full = spawnSync('sh', ['-c', '"$0" status -o json > /dev/full', join(bin, 'mcptrunk')],
      { env: { ...process.env, MCPTRUNK_CONFIG: daemon.config }, encoding: 'utf8' });
    assert.equal(full.status, 1);
    assert.match(full.stderr, /No space left/);
  });

  it('groups: list, disable, enable and restart with what holds whom', async () => {
    assert.match((await run(0, 'groups', 'list')).out, /dev[^]* {2}db/);
    const off = await user.json('groups', 'disable', 'dev', '--wait');
    assert.equal(off.code, 0);
    assert.equal(off.data.success, true);
    assert.deepEqual(off.data.members.map(one => [one.server, one.effective_mode, one.held_by]), [
      ['time', 'disabled', 'dev'], ['filesystem', 'disabled', 'dev'], [longName, 'quarantined', 'dev']]);
    assert.equal(await state('time'), 'disabled');
    assert.match((await run(0, 'servers', 'enable', 'time')).out, /held by group dev/);
    assert.match((await run(1, 'groups', 'restart', 'dev')).err, /group dev is disabled[^]*mcptrunk groups enable dev/);
    await run(0, 'groups', 'enable', 'dev', '--wait');
    assert.equal(await state('time'), 'ready');
    assert.equal(await state(longName), 'quarantined');
    await run(0, 'groups', 'restart', 'dev', '--wait');
    await run(7, 'groups', 'enable', 'nix');
  });

  it('groups add, assign, unassign, rename and remove keep references intact', async () => {
    await run(0, 'groups', 'add', 'slow', '--parent', 'dev', '--server', 'broken');
    await run(0, 'groups', 'assign', 'slow', 'time', 'filesystem');
    await run(0, 'groups', 'unassign', 'slow', 'filesystem');
    await run(0, 'groups', 'rename', 'slow', 'bad');
    assert.deepEqual(user.entry('time').groups, ['dev', 'bad']);
    assert.deepEqual(user.entry('filesystem').groups, ['db']);
    const partly = await user.json('groups', 'restart', 'bad', '--wait');
    assert.equal(partly.code, 8);
    assert.deepEqual(partly.data.failed_servers.map(one => one.server), ['broken']);
    await run(1, 'groups', 'rename', 'bad', 'db');
    await run(1, 'groups', 'add', 'db');
    await run(0, 'groups', 'remove', 'bad');
    assert.deepEqual(user.entry('time').groups, ['dev']);
    await run(7, 'groups', 'remove', 'bad');
  });

  it('call passes arguments and tells errors of the tool apart', async () => {
    const { out } = await run(0, 'call', 'time:get_current_time', '--args', '{"timezone":"UTC"}');
    assert.match(out, /get_current_time/);
    await run(7, 'call', 'time:no_such_tool');
    await run(2, 'call', 'time:get_current_time', '--args', '[');
  });

  it('events are filtered by type, server and group', async () => {
    const { out } = await run(0, 'events', '--type', 'server_state_changed', '--server', 'time');
    assert.ok(out.split('\n').filter(line => line !== '').every(line => / time /.test(line)), out);
    assert.match((await run(0, 'events', '--group', 'dev')).out, /group_changed/);
    await run(2, 'events', '--type', 'nonsense');
  });

  it('config check and show', async () => {
    assert.match((await run(0, 'config', 'check', daemon.config)).out, /good, 5 servers/);
    const bad = join(daemon.home, 'bad.json');
    writeFileSync(bad, '{"mcpServers":{"a":{}}}');
    await run(4, 'config', 'check', bad);
    await run(7, 'config', 'check', join(daemon.home, 'none.json'));
    const { data } = await user.json('config', 'show');
    assert.equal(data.mcpServers.length, 5);
  });

  it('config import shows, then adds what another program has, quarantined', async () => {
    const toml = join(daemon.home, 'config.toml');
    const { command, args } = fixture('time');
    writeFileSync(toml, `[mcp_servers.imported]\ncommand = ${JSON.stringify(command)}\n` +
      `args = ${JSON.stringify(args)}\n[mcp_servers.time]\ncommand = "x"\n`);
    const shown = await user.json('config', 'import', toml);
    assert.deepEqual(shown.data.servers.map(one => [one.name, one.status]),
      [['imported', 'new'], ['time', 'exists']]);
    assert.equal(user.entry('imported'), undefined);
    await run(0, 'config', 'import', toml, '--apply', '--group', 'dev');
    assert.equal(await state('imported'), 'quarantined');
    assert.deepEqual(user.entry('imported').groups, ['dev']);
    await run(0, 'servers', 'approve', 'imported', '--wait');
    assert.equal(await state('imported'), 'ready');
    await run(0, 'servers', 'remove', 'imported');
    writeFileSync(toml, 'a = = 1');
    await run(4, 'config', 'import', toml);
  });

  it('backup writes a new file and never over an old one', async () => {
    const file = join(daemon.home, 'state-copy.mdb');
    await run(0, 'backup', 'state-copy.mdb');
    assert.ok(statSync(file).size > 0);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await run(1, 'backup', file);
    await run(2, 'backup');
  });

  it('doctor finds what needs to be done', async () => {
    const { code, data } = await user.json('doctor');
    assert.equal(code, 1);
    const problems = data.findings.filter(one => one.health === 'problem');
    assert.deepEqual(problems.map(one => one.check), ['server broken']);
    assert.match(problems[0].remedy, /servers restart broken/);
  });

  it('completion knows commands and names', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) await run(0, 'completion', shell);
    assert.match((await run(0, '__complete', 'servers', 'why', 'ti')).out, /^time\t/);
    assert.match((await run(0, '__complete', 'groups', 'en')).out, /^enable\t/);
    await run(2, 'completion', 'csh');
  });

  it('without a daemon every command says so: exit 6', async () => {
    for (const args of [['status'], ['servers', 'list'], ['groups', 'list'], ['events'],
      ['config', 'show'], ['backup', 'x']]) {
      const { err } = await run(6, ...args, '--data-dir', join(daemon.home, 'nowhere'));
      assert.match(err, /mcptrunk serve/);
    }
    assert.ok(!existsSync(join(daemon.home, 'nowhere')));
  });

  it('a named configuration means its own daemon and no other', async () => {
    const named = (text, name = 'named.json') => {
      writeFileSync(join(daemon.home, name), text);
      return ['--config', name];
    };
    await run(0, 'status', '--config', 'mcp_config.json');
    symlinkSync('mcp_config.json', join(daemon.home, 'link.json'));
    await run(0, 'status', '--config', 'link.json');
    const other = await run(1, 'servers', 'disable', 'time', ...named(JSON.stringify({ data_dir: daemon.data })));
    assert.match(other.err, /serves .*mcp_config\.json, not named\.json[^]*--data-dir/);
    for (const text of ['', 'hello', '{"data_dir":']) {
      assert.match((await run(4, 'servers', 'disable', 'time', ...named(text))).err, /named\.json cannot be used/);
    }
    await run(4, 'servers', 'disable', 'time', '--config', 'nowhere.json');
    assert.equal(await state('time'), 'ready');
    await run(0, 'status', ...named(''), '--data-dir', daemon.data);
  });
});
