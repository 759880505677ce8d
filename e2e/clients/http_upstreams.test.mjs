// Servers behind a url: every kind of HTTP, what happens when they fail, and what of it is told.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { Daemon, bin, eventually, everyTool, toolsFile } from './daemon.mjs';

// A fixture that serves HTTP, started by the test: {url, stop}.
async function served(...args) {
  const child = spawn(join(bin, 'mcptrunk-fixture'), ['--http', '127.0.0.1:0', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const url = line.replace('listening on ', '');
  return { url, stop: async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  } };
}

const stateOf = async (daemon, name) =>
  (await daemon.rest('servers')).body.data.servers.find(server => server.name === name);
const becomes = (daemon, name, state) =>
  eventually(() => stateOf(daemon, name), server => server.state === state);
const echo = (daemon, name) =>
  daemon.cli('call', `${name}:echo`, '--args', JSON.stringify({ message: `to ${name}` }));

describe('servers behind a url', { timeout: 240_000 }, () => {
  const fixtures = {};
  let daemon;
  before(async () => {
    fixtures.plain = await served();
    fixtures.streams = await served('--sse-answers');
    fixtures.old = await served('--only-sse');
    fixtures.stateless = await served('--no-session');
    fixtures.forgetful = await served('--lose-session-after', '1');
    fixtures.closed = await served('--status', '401');
    fixtures.hanging = await served('--hang', 'initialize');
    const launched = await served();
    await launched.stop();  // its port is free now
    daemon = await Daemon.on({ mcpServers: [
      { name: 'plain', url: fixtures.plain.url, protocol: 'streamable-http' },
      { name: 'streams', url: fixtures.streams.url },
      { name: 'old', url: fixtures.old.url },
      { name: 'old-by-name', url: fixtures.old.url, protocol: 'sse' },
      { name: 'stateless', url: fixtures.stateless.url, protocol: 'http' },
      { name: 'forgetful', url: fixtures.forgetful.url },
      { name: 'launched', url: launched.url, protocol: 'http',
        command: join(bin, 'mcptrunk-fixture'), args: ['--http', new URL(launched.url).host] },
      { name: 'closed', url: fixtures.closed.url },
      { name: 'hanging', url: fixtures.hanging.url },
      { name: 'nobody', url: 'http://127.0.0.1:1/mcp', auto_disable_threshold: 1 },
      { name: 'nowhere', url: 'http://no-such-host.invalid/mcp', auto_disable_threshold: 1 }
    ] });
    fixtures.launched = { url: launched.url, stop: async () => {} };
  });
  after(async () => {
    await daemon.close();
    for (const fixture of Object.values(fixtures)) await fixture.stop();
  });

  for (const name of ['plain', 'streams', 'old', 'old-by-name', 'stateless', 'launched']) {
    it(`calls a tool of ${name}`, async () => {
      await becomes(daemon, name, 'ready');
      const { code, text } = await echo(daemon, name);
      assert.equal(code, 0, text);
      assert.match(text, new RegExp(`to ${name}`));
    });
  }

  it('opens a forgotten session again, and no call notices', async () => {
    await becomes(daemon, 'forgetful', 'ready');
    for (let i = 0; i < 4; ++i) {
      const { code, text } = await echo(daemon, 'forgetful');
      assert.equal(code, 0, text);
    }
    assert.equal((await stateOf(daemon, 'forgetful')).state, 'ready');
  });

  it('waits for a login where one is asked for', async () => {
    await becomes(daemon, 'closed', 'login_required');
    assert.match((await daemon.cli('servers', 'why', 'closed')).text, /MCPT_AUTH_REQUIRED/);
  });

  it('says why nobody answers', async () => {
    await becomes(daemon, 'nobody', 'auto_disabled');
    await becomes(daemon, 'nowhere', 'auto_disabled');
    assert.match((await daemon.cli('servers', 'why', 'nobody')).text, /Connection refused \(MCPT_NETWORK\)/);
    assert.match((await daemon.cli('servers', 'why', 'nowhere')).text, /cannot be resolved/);
  });

  it('starts again what had gone away, on its own', async () => {
    const address = new URL(fixtures.plain.url).host;
    await fixtures.plain.stop();
    await eventually(() => stateOf(daemon, 'plain'), server => server.state !== 'ready');
    fixtures.plain = await served('--http', address);
    const { code, text } = await eventually(() => echo(daemon, 'plain'), answer => answer.code === 0);
    assert.equal(code, 0, text);
  });

  it('remembers what it found out, and ends what it launched', async () => {
    await daemon.stop();
    await assert.rejects(fetch(fixtures.launched.url));
    await daemon.restart();
    for (const name of ['old', 'streams', 'launched']) {
      await becomes(daemon, name, 'ready');
      assert.equal((await echo(daemon, name)).code, 0);
    }
  });
});

describe('55 servers behind urls, each with its stream open', { timeout: 240_000 }, () => {
  const status = (daemon, field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm')
    .exec(readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8'))[1]);
  const states = async daemon =>
    (await daemon.rest('servers')).body.data.servers.map(server => server.state);

  it('cost at most 10 threads in all and 10 MiB', async () => {
    const corpus = await served('--every-server', '--tools', toolsFile);
    const names = [...new Set(everyTool.map(tool => tool.server))]
      .filter(name => /^[A-Za-z0-9_.-]+$/.test(name)).slice(0, 55);
    assert.equal(names.length, 55);
    const config = mode => ({ mcpServers: names.map(name => (
      { name, url: corpus.url.replace('NAME', name), protocol: 'streamable-http', startup_mode: mode })) });
    const daemon = await Daemon.on(config('active'));
    await eventually(() => states(daemon), all => all.every(state => state === 'ready'));
    const running = { threads: status(daemon, 'Threads'), memory: status(daemon, 'RssAnon') };
    await daemon.stop();
    writeFileSync(daemon.config, JSON.stringify(
      { ...config('disabled'), listen: '127.0.0.1:0', data_dir: daemon.data }));
    await daemon.run([]);
    const resting = { threads: status(daemon, 'Threads'), memory: status(daemon, 'RssAnon') };
    await daemon.close();
    await corpus.stop();
    const threads = running.threads - resting.threads;
    const kibibytes = running.memory - resting.memory;
    console.log(`${running.threads} threads, ${threads} of them for HTTP, ${kibibytes} KiB`);
    assert.ok(running.threads <= 10, `${running.threads} threads`);
    assert.ok(threads >= 0 && threads <= 2, `${threads} threads for HTTP`);
    assert.ok(kibibytes <= 10 * 1024, `${kibibytes} KiB`);
  });
});
