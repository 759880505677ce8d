// Servers that ask in the middle of a call: the question reaches the client that called, and nobody
// else, on every endpoint and over stdio; its answer comes back.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as Sse1 } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client as Client2, SSEClientTransport as Sse2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { bin, Daemon, eventually } from './daemon.mjs';
import { textOf } from './variants.mjs';

const sdks = [
  { name: 'sdk 1.x', Client: Client1, Http: Http1, Sse: Sse1, Stdio: Stdio1, options: {},
    sampling: CreateMessageRequestSchema, elicitation: ElicitRequestSchema },
  { name: 'client 2.x, legacy', Client: Client2, Http: Http2, Sse: Sse2, Stdio: Stdio2,
    options: { versionNegotiation: { mode: 'legacy' } },
    sampling: 'sampling/createMessage', elicitation: 'elicitation/create' }
];

const asks = (name, ...more) => ({ name, command: join(bin, 'mcptrunk-fixture'),
  args: ['--server', name, '--everything', ...more] });

// A connected client that answers in the name of `who`, and remembers what it was asked. `before`
// is waited for before each answer.
async function connect(sdk, daemon, where, who, before = async () => {}, abilities = { sampling: {}, elicitation: {} }) {
  const client = new sdk.Client({ name: who, version: '1.0.0' }, { ...sdk.options, capabilities: abilities });
  const asked = [];
  if (abilities.sampling) client.setRequestHandler(sdk.sampling, async ({ params }) => {
    asked.push(params.messages[0].content.text);
    await before();
    return { role: 'assistant', model: 'none', content: { type: 'text', text: `${who} says ${asked.at(-1)}` } };
  });
  if (abilities.elicitation) client.setRequestHandler(sdk.elicitation, async ({ params }) => {
    asked.push(params.message);
    await before();
    return { action: 'accept', content: { username: who, email: 'a@b.c' } };
  });
  await client.connect(where.startsWith('stdio')
    ? new sdk.Stdio({ command: daemon.program, args: daemon.stdioArgs(where.split(' ').slice(1)), stderr: 'inherit' })
    : new (where === '/sse' ? sdk.Sse : sdk.Http)(daemon.at(where)));
  return { client, asked };
}

// How a tool of a server is called there.
const own = (server, tool, args) => ({ name: tool, arguments: args });
const flat = (server, tool, args) => ({ name: `${server}__${tool}`, arguments: args });
const meta = (server, tool, args) => ({ name: 'call_tool', arguments: { id: `${server}:${tool}`, arguments: args } });
const places = [
  { where: server => `/mcp/servers/${server}`, call: own },
  { where: () => '/mcp/all', call: flat },
  { where: () => '/mcp', call: meta },
  { where: () => '/sse', call: meta },
  { where: () => 'stdio', call: meta },
  { where: server => `stdio --server ${server}`, call: own }
];
// Each with a server of its own: one that was called by another a moment ago asks nobody.
const cases = sdks.flatMap(sdk => places.map(place => ({ sdk, ...place })))
  .map((one, index) => ({ ...one, server: `s${index}` }));

const ready = (daemon, name) => eventually(
  async () => (await daemon.rest('servers')).body.data.servers.find(server => server.name === name),
  server => server.state === 'ready');

describe('questions of servers', { timeout: 240_000 }, () => {
  let daemon, http;
  before(async () => {
    http = spawn(join(bin, 'mcptrunk-fixture'), ['--http', '127.0.0.1:0', '--everything', '--sse-answers'],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: http.stdout }), 'line');
    daemon = await Daemon.on({ mcpServers: [...cases.map(one => asks(one.server)),
      asks('mixed'), asks('plain'), asks('patient'),
      ...['shared', 'session'].map(sharing => ({ name: `roots-${sharing}`, sharing,
        command: join(bin, 'mcptrunk-fixture'), args: ['--ask', 'roots'] })),
      { name: 'http', url: line.replace('listening on ', ''), protocol: 'http' }] });
    for (const name of [...cases.map(one => one.server), 'mixed', 'plain', 'patient', 'http']) await ready(daemon, name);
  });
  after(async () => {
    assert.equal(await daemon.close(), 0);
    http.kill('SIGTERM');
  });

  for (const { sdk, where, call, server } of cases) {
    it(`are answered by ${sdk.name} at ${where(server)}`, async () => {
      const { client, asked } = await connect(sdk, daemon, where(server), 'Anna');
      const sampled = await client.callTool(call(server, 'test_sampling', { prompt: 'hello' }));
      assert.equal(textOf(sampled), 'LLM response: Anna says hello');
      const elicited = await client.callTool(call(server, 'test_elicitation', { message: 'Who?' }));
      assert.match(textOf(elicited), /User response: action=accept, content=.*"username":"Anna"/);
      assert.deepEqual(asked, ['hello', 'Who?']);
      await client.close();
    });
  }

  it('are refused for a client that cannot answer them', async () => {
    const { client, asked } = await connect(sdks[0], daemon, '/mcp/servers/plain', 'Carl', undefined, { sampling: {} });
    const result = await client.callTool(own('plain', 'test_elicitation', { message: 'Who?' }));
    assert.equal(textOf(result), 'Elicitation was refused');
    assert.deepEqual(asked, []);
    await client.close();
  });

  it('about roots are asked of the only client of an instance, and of nobody else', async () => {
    const client = new Client1({ name: 'Dora', version: '1.0.0' }, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, async () => ({ roots: [{ uri: 'file:///home/dora' }] }));
    await client.connect(new Http1(daemon.at('/mcp/all')));
    const ask = sharing => client.callTool({ name: `roots-${sharing}__echo`, arguments: {} });
    assert.match(textOf(await ask('session')), /answered \{"roots":\[\{"uri":"file:\/\/\/home\/dora"\}\]\}/);
    assert.match(textOf(await ask('shared')), /answered \{"code":-32601/);
    await client.close();
  });

  it('never reach the client that did not call; then each client has an instance that asks it', async () => {
    let let_go;
    const both_called = new Promise(done => { let_go = done; });
    const anna = await connect(sdks[0], daemon, '/mcp/servers/mixed', 'Anna', () => both_called);
    const bert = await connect(sdks[1], daemon, '/mcp/all', 'Bert');
    const of_anna = anna.client.callTool(own('mixed', 'test_elicitation', { message: 'for Anna' }));
    await eventually(async () => anna.asked, asked => asked.length === 1);
    const of_bert = await bert.client.callTool(flat('mixed', 'test_sampling', { prompt: 'for Bert' }));
    let_go();
    assert.equal(textOf(of_bert), 'Sampling was refused');
    assert.match(textOf(await of_anna), /"username":"Anna"/);
    assert.deepEqual(anna.asked, ['for Anna']);
    assert.deepEqual(bert.asked, []);
    // From now on.
    const again = await Promise.all([
      anna.client.callTool(own('mixed', 'test_sampling', { prompt: 'again, Anna' })),
      bert.client.callTool(flat('mixed', 'test_sampling', { prompt: 'again, Bert' }))]);
    assert.deepEqual(again.map(textOf),
      ['LLM response: Anna says again, Anna', 'LLM response: Bert says again, Bert']);
    const shown = await daemon.cli('servers', 'show', 'mixed');
    assert.match(shown.text, /Instances: +2 for single clients, because it asks in the middle of calls/);
    await anna.client.close();
    await bert.client.close();
  });

  it('of a server behind a url reach each caller at the same time', async () => {
    let let_go;
    const both_asked = new Promise(done => { let_go = done; });
    const anna = await connect(sdks[0], daemon, '/mcp/servers/http', 'Anna', () => both_asked);
    const bert = await connect(sdks[1], daemon, '/mcp/servers/http', 'Bert', () => both_asked);
    const of_anna = anna.client.callTool(own('http', 'test_sampling', { prompt: 'for Anna' }));
    const of_bert = bert.client.callTool(own('http', 'test_sampling', { prompt: 'for Bert' }));
    await eventually(async () => [...anna.asked, ...bert.asked], asked => asked.length === 2);
    let_go();
    assert.equal(textOf(await of_anna), 'LLM response: Anna says for Anna');
    assert.equal(textOf(await of_bert), 'LLM response: Bert says for Bert');
    await anna.client.close();
    await bert.client.close();
  });

  it('end with the call: the client is told, and the next question is answered', async () => {
    let cancelled = 0;
    const anna = await connect(sdks[0], daemon, '/mcp/servers/patient', 'Anna');
    anna.client.setRequestHandler(ElicitRequestSchema, (_request, { signal }) => {
      signal.addEventListener('abort', () => { ++cancelled; });
      return new Promise(() => {});
    });
    const giving_up = new AbortController();
    const call = anna.client.callTool(own('patient', 'test_elicitation', { message: 'Who?' }), undefined,
      { signal: giving_up.signal });
    setTimeout(() => giving_up.abort(), 300);
    await assert.rejects(call);
    await eventually(async () => cancelled, count => count === 1);
    anna.client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'decline' }));
    const again = await anna.client.callTool(own('patient', 'test_elicitation', { message: 'Who?' }));
    assert.match(textOf(again), /action=decline/);
    await anna.client.close();
  });
});
