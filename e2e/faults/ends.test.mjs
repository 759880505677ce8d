// How the daemon ends and begins again: what is left behind, what goes on, what is refused.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from '../clients/daemon.mjs';
import { Agent } from './demo.mjs';

// A server whose tree ignores EOF and SIGTERM, a setsid grandchild included.
function resisting(name, ...args) {
  const file = join(tmpdir(), `mcptrunk-${name}-${process.pid}.pids`);
  const server = { ...fixture('duckduckgo-search', '--spawn-tree', '--ignore-eof', '--ignore-term',
    '--pid-file', file, ...args), name };
  const pids = () => (existsSync(file)
    ? readFileSync(file, 'utf8').split('\n').filter(line => line !== '').map(Number) : []);
  return { server, pids, forget: () => rmSync(file, { force: true }) };
}

// A process that is neither gone nor a zombie.
function lives(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const parentOf = pid => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

// The promise is 5 s; a busy machine gets what it needs, but the seconds are counted from the end.
const within = 5_000;

async function allGone(pids) {
  const since = Date.now();
  await eventually(() => pids.filter(lives), left => left.length === 0);
  return Date.now() - since;
}

describe('a killed daemon', { timeout: 240_000 }, () => {
  it('leaves no process of any tree after 5 s, and the next one starts at once', async () => {
    const trees = ['one', 'two', 'three'].map(name => resisting(`killed-${name}`));
    const daemon = await Daemon.start(trees.map(tree => tree.server));
    for (const tree of trees) await eventually(tree.pids, found => found.length === 3);
    const pids = trees.flatMap(tree => tree.pids());
    assert.equal(pids.filter(lives).length, 9);
    trees.forEach(tree => tree.forget());
    await daemon.stop('SIGKILL');
    assert.ok(await allGone(pids) < within);
    await daemon.restart('SIGKILL');
    for (const tree of trees) await eventually(tree.pids, found => found.length === 3);
    assert.equal(await daemon.close(), 0);
    trees.forEach(tree => tree.forget());
  });

  it('a killed shim takes its tree with it, and only that server fails', async () => {
    const tree = resisting('shim');
    const daemon = await Daemon.start([tree.server]);
    const pids = await eventually(tree.pids, found => found.length === 3);
    tree.forget();
    const row = async name => (await daemon.rest(`servers/${name}`)).body.data;
    await eventually(() => row('shim'), server => server.state === 'ready');
    await eventually(() => row('time'), server => server.state === 'ready');
    const before = (await row('time')).pid;
    process.kill(parentOf(pids[0]), 'SIGKILL');
    await allGone(pids);
    const server = await eventually(() => row('shim'), each => each.last_error !== null);
    assert.match(server.last_error.message, /supervising process mcptrunk-child was killed/);
    assert.equal((await row('time')).pid, before);
    assert.equal(await daemon.close(), 0);
    tree.forget();
  });
});

describe('a daemon that is asked to end', { timeout: 240_000 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`lets a call in flight end, then exits 0 (${signal})`, async () => {
      const slow = { ...fixture('fetch', '--delay', '1000'), name: 'slow' };
      const daemon = await Daemon.start([slow]);
      const agent = await Agent.open(daemon.at('/mcp'));
      await eventually(() => agent.find('fetch a web page'), ids => ids.includes('slow:fetch'));
      const answer = agent.call('slow:fetch', { probe: 1 });
      await eventually(() => daemon.rest('servers/slow'), each => each.body.data.counters.calls_in_flight === 1);
      const ended = daemon.stop(signal);
      const { failed, text } = await answer;
      assert.ok(!failed, text);
      assert.match(text, /"probe":1/);
      assert.equal(await ended, 0);
      await assert.rejects(fetch(daemon.at('/healthz')));
      await daemon.close();
    });
  }

  it('exits 0 within 10 s even when a call never ends and a tree resists', async () => {
    const tree = resisting('endless', '--hang', 'call');
    const daemon = await Daemon.start([tree.server]);
    const agent = await Agent.open(daemon.at('/mcp'));
    const pids = await eventually(tree.pids, found => found.length === 3);
    await eventually(() => agent.find('duckduckgo web search'), ids => ids.includes('endless:duckduckgo_web_search'));
    const answer = agent.call('endless:duckduckgo_web_search').then(() => 'answered', () => 'cut');
    await eventually(() => daemon.rest('servers/endless'), each => each.body.data.counters.calls_in_flight === 1);
    const since = Date.now();
    assert.equal(await daemon.stop('SIGTERM'), 0);
    assert.ok(Date.now() - since < 10_000, `${Date.now() - since} ms`);
    await answer;
    assert.deepEqual(pids.filter(lives), []);
    await daemon.close();
    tree.forget();
  });

  it('ends at once when asked twice, and leaves nothing either', async () => {
    const tree = resisting('twice', '--hang', 'call');
    const daemon = await Daemon.start([tree.server]);
    const agent = await Agent.open(daemon.at('/mcp'));
    const pids = await eventually(tree.pids, found => found.length === 3);
    await eventually(() => agent.find('duckduckgo web search'), ids => ids.includes('twice:duckduckgo_web_search'));
    agent.call('twice:duckduckgo_web_search').catch(() => {});
    await eventually(() => daemon.rest('servers/twice'), each => each.body.data.counters.calls_in_flight === 1);
    const ended = daemon.stop('SIGTERM');
    await eventually(() => fetch(daemon.at('/healthz')).then(() => true, () => false), up => !up);
    daemon.child.kill('SIGTERM');
    assert.equal(await ended, 1);
    assert.ok(await allGone(pids) < within);
    await daemon.close();
    tree.forget();
  });
});

// The digest of every file of a folder, by name.
function digestsOf(folder) {
  return Object.fromEntries(readdirSync(folder)
    .filter(name => statSync(join(folder, name)).isFile())
    .map(name => [name, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]));
}

describe('a second daemon', { timeout: 240_000 }, () => {
  let daemon;
  before(async () => {
    daemon = await Daemon.start();
    await eventually(() => daemon.rest('servers'), answer => answer.body.data.servers.every(server => server.state === 'ready'));
  });
  after(async () => { await daemon.close(); });

  it('on the same data directory exits 3, says whose it is, and touches nothing', async () => {
    // What is written behind has come to rest when nothing has changed for some looks.
    let last = '';
    let same = 0;
    await eventually(() => JSON.stringify(digestsOf(daemon.data)), now => {
      same = now === last ? same + 1 : 0;
      last = now;
      return same === 10;
    });
    const { code, text } = await daemon.runToEnd(['serve', '--config', daemon.config]);
    assert.equal(code, 3, text);
    assert.ok(text.includes(daemon.data), text);
    assert.ok(text.includes(`${daemon.child.pid}`), text);
    assert.match(text, /mcptrunk status|--data-dir/);
    assert.deepEqual(digestsOf(daemon.data), JSON.parse(last));
    const rows = (await daemon.rest('servers')).body.data.servers;
    assert.ok(rows.every(server => server.state === 'ready'));
  });

  it('on the same port exits 5, names it and says how to get another', async () => {
    const other = join(daemon.home, 'other');
    const { code, text } = await daemon.runToEnd(['serve', '--config', daemon.config,
      '--listen', daemon.url.host, '--data-dir', other]);
    assert.equal(code, 5, text);
    assert.ok(text.includes(daemon.url.host), text);
    assert.match(text, /--listen|another port/);
    assert.ok(!existsSync(join(other, 'daemon.json')), 'nobody is led to a daemon that is none');
  });
});

describe('a session of a legacy client', { timeout: 240_000 }, () => {
  let daemon;
  before(async () => { daemon = await Daemon.start(); });
  after(async () => { await daemon.close(); });

  for (const signal of ['SIGTERM', 'SIGKILL']) {
    for (const revision of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
      it(`of ${revision} outlives ${signal}`, async () => {
        const agent = await Agent.open(daemon.at('/mcp'), revision);
        const flat = await Agent.open(daemon.at('/mcp/all'), revision);
        await daemon.restart(signal);
        assert.deepEqual((await agent.request('ping')).result, {});
        const answer = await eventually(() => agent.call('time:get_current_time', { timezone: 'UTC' }),
          each => !each.failed);
        assert.match(answer.text, /"UTC"/);
        assert.ok((await flat.request('tools/list')).result.tools.length > 0);
      });
    }
  }

  it('that was ended stays ended over a restart', async () => {
    const agent = await Agent.open(daemon.at('/mcp'));
    const other = await Agent.open(daemon.at('/mcp'));
    await fetch(daemon.at('/mcp'), { method: 'DELETE', headers: agent.headers });
    await daemon.restart('SIGTERM');
    const answer = await agent.post('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    assert.equal(answer.status, 404, answer.text);
    assert.deepEqual((await other.request('ping')).result, {});
  });
});
