// sharing: session: each client has a process of the server of its own, four at a time.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { bin, Daemon, eventually } from './daemon.mjs';
import { textOf } from './variants.mjs';

const counting = (name, more = {}, ...args) => ({ name, command: join(bin, 'mcptrunk-fixture'),
  args: ['--server', name, '--count-calls', ...args], ...more });

const lives = pid => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function connect(daemon, path) {
  const client = new Client({ name: 'mcptrunk-client-tests', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(daemon.at(path));
  await client.connect(transport);
  return {
    call: async (name = 'echo') => {
      const result = await client.callTool({ name, arguments: {} });
      const said = /^call (\d+) of process (\d+)$/.exec(textOf(result));
      assert.ok(said, textOf(result));
      return { nth: Number(said[1]), pid: Number(said[2]) };
    },
    end: async () => {
      await transport.terminateSession();
      await client.close();
    }
  };
}

describe('a server', { timeout: 240_000 }, () => {
  let daemon;
  const shown = async name => (await daemon.rest(`servers/${name}`)).body.data;
  before(async () => {
    daemon = await Daemon.on({ mcpServers: [
      counting('together'),
      counting('apart', { sharing: 'session' }),
      counting('turns', { sharing: 'session', startup_mode: 'lazy_loading' }),
      counting('slow', { sharing: 'session' }, '--delay', '300')
    ] });
    for (const name of ['together', 'apart', 'slow']) {
      await eventually(() => shown(name), server => server.state === 'ready');
    }
    await eventually(() => shown('turns'), server => server.state === 'idle' && server.tool_count > 0);
  });
  after(async () => { await daemon.close(); });

  it('that is shared is one process for two clients', async () => {
    const [one, other] = [await connect(daemon, '/mcp/servers/together'), await connect(daemon, '/mcp/all')];
    const first = await one.call();
    assert.deepEqual(await other.call('together__echo'), { nth: 2, pid: first.pid });
    assert.equal((await shown('together')).instances, 0);
    await one.end();
    await other.end();
  });

  it('that is not shared has a process for each client, which ends with its session', async () => {
    const [one, other] = [await connect(daemon, '/mcp/servers/apart'), await connect(daemon, '/mcp/all')];
    const of_one = await one.call();
    const of_other = await other.call('apart__echo');
    assert.equal(of_other.nth, 1);
    assert.notEqual(of_other.pid, of_one.pid);
    assert.deepEqual(await one.call(), { nth: 2, pid: of_one.pid });
    const server = await shown('apart');
    assert.equal(server.instances, 2);
    assert.equal(server.state, 'ready');
    assert.equal(server.counters.calls, 3);
    // The command line is no session: it uses the one beside them.
    const { text } = await daemon.cli('call', 'apart:echo');
    assert.match(text, new RegExp(`call 1 of process ${server.pid}`));
    await one.end();
    await eventually(async () => lives(of_one.pid), alive => !alive);
    assert.ok(lives(of_other.pid));
    assert.deepEqual(await other.call('apart__echo'), { nth: 2, pid: of_other.pid });
    await other.end();
  });

  it('answers five clients, though it runs four times at most', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(daemon, '/mcp/servers/turns')));
    for (let round = 0; round < 2; ++round) {
      const answers = await Promise.all(clients.map(client => client.call()));
      assert.equal(answers.length, 5);
      assert.ok((await shown('turns')).instances <= 4);
    }
    // Whose turn it is meets a new process, never another's.
    for (const client of clients) await client.call();
    const server = await shown('turns');
    assert.equal(server.counters.calls_failed, 0);
    assert.equal(server.state, 'idle');
    await Promise.all(clients.map(client => client.end()));
    await eventually(() => shown('turns'), now => now.instances === 0);
  });

  it('serves two clients at the same time', async () => {
    const [one, other] = [await connect(daemon, '/mcp/servers/slow'), await connect(daemon, '/mcp/servers/slow')];
    const [first, second] = await Promise.all([one.call(), other.call()]);
    assert.notEqual(first.pid, second.pid);
    await one.end();
    await other.end();
  });

  for (const signal of ['SIGTERM', 'SIGKILL']) {
    it(`leaves nothing of its instances when the daemon ends by ${signal}`, async () => {
      const own = await Daemon.on({ mcpServers: [counting('apart', { sharing: 'session' })] });
      const clients = [await connect(own, '/mcp/servers/apart'), await connect(own, '/mcp/servers/apart')];
      const pids = (await Promise.all(clients.map(client => client.call()))).map(({ pid }) => pid);
      assert.notEqual(pids[0], pids[1]);
      assert.ok(pids.every(lives));
      await own.stop(signal);
      await eventually(async () => pids.filter(lives), left => left.length === 0);
      await own.close();
    });
  }
});
