// Everything that a client or a server can send and that is kept beyond its message, each beyond its
// limit: refused, cut or left out, and none of it stays in memory. docs/limits.md names the limits.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { Agent } from './agent.mjs';
import { memoryOf } from './memory.mjs';

const program = name => [join(import.meta.dirname, name)];
const text = bytes => 'x'.repeat(bytes);
const memoryMax = 16;  // MiB over what it was before, once it is over

describe('what is too large to keep', { timeout: 240_000 }, () => {
  let daemon, agent;
  before(async () => {
    daemon = await Daemon.on({ mcpServers: [
      { name: 'large', command: process.execPath, args: program('oversized.mjs') },
      { name: 'lists', command: process.execPath, args: program('endless_list.mjs') },
      { name: 'talker', command: process.execPath, args: program('late_talker.mjs') },
      { name: 'silent', command: 'sleep', args: ['600'], startup_mode: 'lazy_loading' }] });
    for (const name of ['large', 'talker', 'lists']) {
      await eventually(async () => (await daemon.rest('servers')).body.data.servers.find(one => one.name === name),
        server => server.state === 'ready');
    }
    agent = await Agent.open(daemon.at('/mcp/servers/talker'));
  });
  after(async () => {
    await agent.close();
    assert.equal(await daemon.close(), 0);
  });

  // Runs `attack`; afterwards the memory is as before.
  async function withoutGrowth(attack) {
    const before = memoryOf(daemon);
    await attack();
    await eventually(async () => memoryOf(daemon) - before, more => more < memoryMax);
  }

  // name, the message, what the answer says
  const fromClients = [
    ['a URI to watch', id => ({ id, method: 'resources/subscribe', params: { uri: `memo://${text(8_000_000)}` } }), /over 8192 bytes/],
    ['a URI to watch no more', id => ({ id, method: 'resources/unsubscribe', params: { uri: `memo://${text(8_000_000)}` } }), /over 8192 bytes/],
    ['a URI to read', id => ({ id, method: 'resources/read', params: { uri: `memo://${text(8_000_000)}` } }), /over 8192 bytes/],
    ['an id', () => ({ id: text(8_000_000), method: 'ping' }), /at most 256 bytes/],
    ['a progress token', id => ({ id, method: 'tools/call', params: { name: 'wait', _meta: { progressToken: text(8_000_000) } } }), /at most 256 bytes/],
    ['a method', id => ({ id, method: text(8_000_000) }), /"error"/],
    ['a log level', id => ({ id, method: 'logging/setLevel', params: { level: text(8_000_000) } }), /needs params.level/],
    ['a cursor', id => ({ id, method: 'tools/list', params: { cursor: text(8_000_000) } }), /"error"/],
    ['a name of a tool', id => ({ id, method: 'tools/call', params: { name: text(8_000_000) } }), /rror/],
    ['a name of a prompt', id => ({ id, method: 'prompts/get', params: { name: text(8_000_000) } }), /"error"/],
    ['a reference to complete', id => ({ id, method: 'completion/complete', params: { ref: { type: 'ref/prompt', name: text(8_000_000) }, argument: { name: 'x', value: 'y' } } }), /"error"/],
    ['an id that is taken back', () => ({ method: 'notifications/cancelled', params: { requestId: text(8_000_000), reason: text(1_000_000) } }), /./],
    ['an answer to nothing', () => ({ id: text(8_000_000), result: {} }), /the id of a result must be/]
  ];
  for (const [what, message, says] of fromClients) {
    it(`${what} of a client is refused and forgotten`, async () => {
      await withoutGrowth(async () => {
        for (let id = 1000; id < 1003; ++id) {
          const answer = await (await agent.post(message(id))).text();
          assert.match(answer === '' ? 'nothing' : answer, says);
          assert.ok(answer.length < 20_000, `${answer.length} bytes come back`);
        }
      });
      assert.deepEqual((await agent.request('ping')).result, {});
    });
  }

  it('what clients say of themselves is forgotten', async () => {
    await withoutGrowth(async () => {
      for (let i = 0; i < 8; ++i) {
        const answer = await (await agent.post({ id: i, method: 'initialize', params: {
          protocolVersion: text(1_000_000), capabilities: { experimental: { x: text(1_000_000) } },
          clientInfo: { name: text(1_000_000), title: text(1_000_000), version: text(1_000_000) } } })).text();
        assert.ok(answer.length < 20_000);
      }
    });
  });

  it('of subscriptions so many bytes are kept for a session, and for all', async () => {
    await withoutGrowth(async () => {
      let refused = 0;
      for (let client = 0; client < 4; ++client) {
        const one = await Agent.open(daemon.at('/mcp/servers/large'));
        for (let i = 0; i < 60; ++i) {
          const answer = await one.request('resources/subscribe', { uri: `memo://${client}/${i}/${text(8_000)}` });
          if (/512 KiB together/.test(answer.error?.message)) ++refused;
        }
        await one.close();
      }
      assert.ok(refused > 4 * 10, `${refused} were refused`);
    });
  });

  // One after another: what arrives at once has a smaller limit (bodies.test.mjs).
  it('calls that wait for a server are kept up to 64 MiB of them', async () => {
    const before = memoryOf(daemon);
    const client = await Agent.open(daemon.at('/mcp'));
    let refused = 0;
    const calls = [];
    for (let id = 100; id < 107; ++id) {
      const call = request(client.url, { method: 'POST', headers: client.headers }, answer => {
        let said = '';
        answer.on('data', bytes => { said += bytes; });
        answer.on('end', () => { if (/MiB wait for their servers/.test(said)) ++refused; });
      });
      call.on('error', () => {});
      call.end(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call',
        params: { name: 'call_tool', arguments: { id: 'silent:any', arguments: { text: text(15_000_000) } } } }));
      calls.push(call);
      await once(call, 'finish');
    }
    // Four of them are 57 MiB, five would be 72.
    await eventually(async () => refused, count => count === 3);
    for (const call of calls) call.destroy();
    await client.close();
    await eventually(async () => memoryOf(daemon) - before, more => more < memoryMax);
  });

  it('what is too large of a server is left out, and the rest of it serves', async () => {
    const client = await Agent.open(daemon.at('/mcp/servers/large'), { capabilities: { elicitation: {}, sampling: {} } });
    const { tools } = (await client.request('tools/list')).result;
    assert.deepEqual(tools.map(tool => tool.name).sort(), ['chatter', 'fails', 'good']);
    assert.equal((await client.call('good')).content[0].text, 'well');
    const shown = (await daemon.rest('servers/large')).body.data;
    assert.ok(JSON.stringify(shown).length < 200_000, `${JSON.stringify(shown).length} bytes are shown`);
    await client.close();
  });

  it('a server whose list is left out in part says so', async () => {
    const { warnings, tool_count: tools } = (await daemon.rest('servers/lists')).body.data;
    assert.equal(tools, 1);
    assert.match(warnings[0].message, /lists more than is kept/);
    assert.ok(warnings[0].remedy);
  });

  it('what a server says beside its answers is forgotten', async () => {
    const client = await Agent.open(daemon.at('/mcp/servers/large'));
    await withoutGrowth(async () => {
      const said = await client.call('chatter');
      assert.equal(said.content[0].text, 'said');
      await client.call('fails');
      client.heard = [];
    });
    assert.equal((await client.call('good')).content[0].text, 'well');
    await client.close();
  });
});
