// The first start and the next one, with 159 servers: what is known, what runs, and when.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bin, Daemon, eventually } from '../clients/daemon.mjs';
import { Agent, demoConfig, runnable, toolOf } from './demo.mjs';

const rowsOf = async daemon => (await daemon.rest('servers')).body.data.servers;
const isLazy = config => config.enable_lazy_loading === true;

describe('a data directory', { timeout: 60_000 }, () => {
  it('is readable by its owner only, and no server writes into the log of the daemon', async () => {
    const loud = name => ({ name, command: 'sh', args: ['-c', 'echo said by $0 >&2; exit 3', name] });
    const daemon = await Daemon.on({ mcpServers: ['main', 'docker-sweep'].map(loud) });
    for (const name of ['main', 'docker-sweep']) {
      const lines = await eventually(async () => (await daemon.rest(`servers/${name}/logs?lines=50`)).body.data.lines,
        all => all.length > 0);
      for (const line of lines) assert.match(line, new RegExp(`Z (said by ${name}|\\[mcptrunk\\] .*)$`));
    }
    for (const name of ['', ...readdirSync(daemon.data, { recursive: true })]) {
      const { mode } = statSync(join(daemon.data, name));
      assert.equal(mode & 0o077, 0, `${name}: ${(mode & 0o777).toString(8)}`);
    }
    assert.equal(await daemon.close(), 0);
  });

  it('that others can look into is told at the start, and by doctor', async () => {
    const daemon = await Daemon.on({ mcpServers: [] });
    chmodSync(daemon.data, 0o755);
    await daemon.restart('SIGTERM');
    await eventually(() => readFileSync(join(daemon.data, 'logs/main.log'), 'utf8'),
      log => log.split('others can look into the data directory: chmod 700 ').length === 2);
    assert.match((await daemon.cli('doctor')).text, /others can look into it[^]*chmod 700/);
    await daemon.close();
  });
});

describe('a cold start with 159 servers', { timeout: 240_000 }, () => {
  it('knows the tools of all 132 enabled ones soon, and runs none that nobody needs', async () => {
    const config = demoConfig();
    assert.ok(isLazy(config));
    const enabled = runnable(config);
    assert.equal(enabled.length, 132);
    const daemon = await Daemon.on(config);
    assert.deepEqual([daemon.ready.servers, daemon.ready.enabled], [159, 132]);
    const rows = await eventually(() => rowsOf(daemon), all =>
      enabled.every(name => all.find(row => row.name === name).tool_count > 0) &&
      all.every(row => row.pid === 0));
    for (const row of rows) {
      const expected = enabled.includes(row.name) ? ['idle'] : ['disabled', 'quarantined'];
      assert.ok(expected.includes(row.state), `${row.name} is ${row.state}`);
      assert.equal(row.last_error, null, row.name);
    }
    const status = (await daemon.rest('status')).body.data;
    assert.equal(status.tools, rows.reduce((sum, row) => sum + row.tool_count, 0));
    assert.ok(status.tools >= 1600, `${status.tools} tools`);
    assert.equal(await daemon.close(), 0);
  });

  it('keeps active servers running when lazy loading is off', async () => {
    const config = { ...demoConfig(), enable_lazy_loading: false };
    const active = config.mcpServers.filter(server => server.startup_mode === 'active').map(server => server.name);
    assert.equal(active.length, 118);
    const daemon = await Daemon.on(config);
    const rows = await eventually(() => rowsOf(daemon), all =>
      active.every(name => all.find(row => row.name === name).state === 'ready') &&
      all.every(row => !['queued', 'connecting', 'stopping'].includes(row.state)));
    assert.equal(rows.filter(row => row.pid !== 0).length, 118);
    assert.equal(await daemon.close(), 0);
  });
});

describe('a warm start with 159 servers', { timeout: 240_000 }, () => {
  it('answers searches before any server is up, whatever becomes of the servers', async () => {
    const config = { ...demoConfig(), enable_lazy_loading: false };
    // One program for all of them, by a name that can be made to mean another program.
    const link = join(bin, `.fixture-${process.pid}`);
    const sleeper = `${link}.sh`;
    symlinkSync(join(bin, 'mcptrunk-fixture'), link);
    for (const server of config.mcpServers) server.command = link;
    const enabled = runnable(config);
    const daemon = await Daemon.on(config);
    try {
      await eventually(() => rowsOf(daemon), all =>
        enabled.every(name => all.find(row => row.name === name).tool_count > 0));
      const agent = await Agent.open(daemon.at('/mcp'));
      const before = await agent.find('take a screenshot of a web page');
      assert.ok(before.length > 0);
      const known = (await daemon.rest('status')).body.data.tools;
      await daemon.stop('SIGTERM');

      writeFileSync(sleeper, '#!/bin/sh\nexec sleep 600\n');
      chmodSync(sleeper, 0o755);
      unlinkSync(link);
      symlinkSync(sleeper, link);
      await daemon.restart('SIGTERM');
      assert.equal(daemon.ready.tools, known);
      const found = await agent.find('take a screenshot of a web page');
      assert.deepEqual(found, before);
      const rows = await rowsOf(daemon);
      assert.ok(rows.every(row => row.state !== 'ready'), 'no server can be up');
      const listed = await (await Agent.open(daemon.at('/mcp/all'))).request('tools/list');
      assert.ok(listed.result.tools.length > 0);

      // The programs come back: the next call starts its server.
      unlinkSync(link);
      symlinkSync(join(bin, 'mcptrunk-fixture'), link);
      await daemon.rest('servers/time/restart', {});
      const answer = await eventually(() => agent.call(toolOf('time')), each => !each.failed);
      assert.match(answer.text, /get_current_time/);
    } finally {
      await daemon.close();
      for (const path of [link, sleeper]) rmSync(path, { force: true });
    }
  });
});

describe('a start on a full disk', { timeout: 60_000 }, () => {
  it('serves agents though it cannot leave word where it listens', async () => {
    const daemon = await Daemon.start();
    await daemon.stop();
    rmSync(join(daemon.data, 'daemon.json'), { force: true });
    mkdirSync(join(daemon.data, 'daemon.json', 'in the way'), { recursive: true });
    await daemon.restart();
    const agent = await Agent.open(daemon.at('/mcp'));
    assert.match((await agent.call(toolOf('time'))).text, /get_current_time/);
    assert.equal((await daemon.cli('--url', daemon.url.origin, 'status')).code, 0);
    assert.equal(await daemon.close(), 0);
  });
});
