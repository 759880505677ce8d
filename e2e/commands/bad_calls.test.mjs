// Bad input for every MCP endpoint, and for every argument of every tool of our own, read from their
// schemas: what was wrong by name, a stable code, and what to do. A tool or endpoint without rows
// fails.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, fixture } from '../clients/daemon.mjs';
import { Agent } from '../faults/demo.mjs';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const told = [...readme.split('| endpoint |')[1].split('\n\n')[0].matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \|/gm)]
  .flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path));

// Values that are none of a type.
const wrong = {
  string: [5, true, [], {}], integer: ['x', true, [], {}], boolean: ['x', 5, [], {}],
  object: ['x', 5, true, []], array: [5, true, {}]
};

// good: arguments with which it would work. rows: arguments, what is said, what to do. lenient:
// arguments that are brought into bounds, or may be missing, because agents get them wrong.
const call = {
  good: { id: 'time:get_current_time' },
  rows: [
    [{ id: 'x' }, /no tool x/, /an id is server:tool/],
    [{ id: 'tme:get_current_time' }, /no server tme\. Did you mean time\?/, /servers are/],
    [{ id: 'time:get_curent_time' }, /Did you mean time:get_current_time\?/, /retrieve_tools/],
    [{ id: 'time:' }, /no tool/, /retrieve_tools/]]
};
const table = {
  retrieve_tools: { good: { query: 'time' }, lenient: ['query', 'limit'], rows: [
    [{ query: 'x', server: 'tme' }, /no server tme\. Did you mean time\?/, /servers are/],
    [{ query: 'x', group: 'nix' }, /no group "nix"/, /groups are: .*db/],
    [{ query: 'x', limt: 3 }, /no argument "limt"\. Did you mean limit\?/, /it takes: query/]] },
  describe_tool: { good: { ids: ['time:get_current_time'] }, rows: [
    [{ ids: [] }, /needs ids/, /"ids":\["server:tool"\]/],
    [{ ids: [5] }, /no string/, /server:tool/],
    [{ ids: Array(51).fill('a:b') }, /got 51 ids/, /at most 50/]],
  unknown: { ids: ['tme:x', 'time:nope', 'x'] } },
  call_tool_read: { ...call, rows: [...call.rows,
    [{ id: 'time:get_current_time' }, /call_tool_read may not call time:get_current_time/, /use call_tool_destructive/],
    [{ id: 'locked:x' }, /'locked' is quarantined/, /servers approve locked/],
    [{ id: 'lost:x' }, /'lost' cannot be started: .*no-such-program/, /servers restart lost/],
    [{ id: 'silent:x' }, /may not call silent:x: server silent was never listed.*it is (queued|connecting|backoff)/,
      /upstream_servers \{"operation":"why","name":"silent"\}/]] },
  call_tool_write: { ...call, rows: [...call.rows,
    [{ id: 'time:get_current_time' }, /call_tool_write may not call/, /use call_tool_destructive/]] },
  call_tool_destructive: { ...call, rows: [...call.rows,
    [{ id: 'locked:x' }, /'locked' is quarantined/, /servers approve locked/]] },
  call_tool: { ...call, rows: [...call.rows,
    [{ id: 'time:get_current_time', timezone: 'UTC' }, /call_tool has no argument "timezone"/, /it takes: id, arguments/],
    [{ id: 'locked:x' }, /'locked' is quarantined/, /servers approve locked/]] },
  read_cache: { good: { key: 'x' }, lenient: ['limit'], rows: [
    [{ key: 'nope' }, /no stored result of yours/, /call the tool again/],
    [{ key: '' }, /needs the key/, /as the shortened result says/],
    [{ key: 'x', offset: -1 }, /offset of read_cache is no whole number/, /count characters/],
    [{ key: 'x', offset: 1.5 }, /offset of read_cache is no whole number/, /count characters/]] },
  upstream_servers: { good: {}, rows: [
    [{ action: 'enable', name: 'time' }, /no argument "action"/, /it takes: operation, name/],
    [{ operation: 'show' }, /needs the name to show/, /"name"/],
    [{ operation: 'why', name: 'tme' }, /no server tme\. Did you mean time\?/, /servers are/],
    [{ operation: 'list', state: 'redy' }, /no state redy\. Did you mean ready\?/, /./],
    [{ operation: 'list', group: 'nix' }, /no group "nix"/, /groups are/],
    [{ operation: 'approve', name: 'locked' }, /approving never works over MCP/, /mcptrunk servers approve NAME/],
    [{ operation: 'disable', name: 'time' }, /may not disable over MCP/, /both: allow_mcp_management .*API key/],
    [{ operation: 'add' }, /needs config to add/, /JSON object/],
    [{ operation: 'update', name: 'time' }, /needs config to update/, /JSON object/]] },
  groups: { good: {}, rows: [
    [{ operation: 'why', name: 'db' }, /no operation why/, /use one of list, show/],
    [{ operation: 'show' }, /needs the name to show/, /"name"/],
    [{ operation: 'show', name: 'nix' }, /no group "nix"/, /groups are: .*db/],
    [{ operation: 'restart', name: 'db' }, /may not restart over MCP/, /both: allow_mcp_management .*API key/],
    [{ operation: 'add' }, /needs config to add/, /JSON object/]] }
};

// A path that is there, and one that is not with what is said of it.
const endpoints = {
  '/mcp': ['/mcp'],
  '/mcp/call': ['/mcp/call'],
  '/mcp/all': ['/mcp/all'],
  '/mcp/servers/NAME': ['/mcp/servers/time', '/mcp/servers/tme', /no server tme\. Did you mean time\? the servers are/],
  '/mcp/groups/NAME': ['/mcp/groups/db', '/mcp/groups/nix', /no group nix\..*groups list/],
  '/sse': ['/sse'],
  '/messages': ['/messages']
};

describe('bad input over MCP', { timeout: 300_000 }, () => {
  let daemon;
  let agent;
  let tools;
  before(async () => {
    daemon = await Daemon.on({
      groups: [{ name: 'dev' }, { name: 'db', parent: 'dev' }],
      mcpServers: [{ ...fixture('time'), groups: ['db'] }, { name: 'locked', command: 'cat', startup_mode: 'quarantined' },
        { name: 'silent', command: 'sleep', args: ['600'] }, { name: 'lost', command: 'no-such-program' }]
    });
    agent = await Agent.open(daemon.at('/mcp/call'));
    tools = (await agent.request('tools/list')).result.tools;
  });
  after(async () => { await daemon.close(); });

  async function refused(name, args, says, remedy) {
    const answer = await agent.request('tools/call', { name, arguments: args });
    const about = `${name} ${JSON.stringify(args)}: ${JSON.stringify(answer)}`;
    assert.equal(answer.result?.isError, true, about);
    const text = answer.result.content[0].text;
    assert.match(text, /\[MCPT_[A-Z_]+\]$/, about);
    assert.match(text, says, about);
    assert.match(text, remedy, about);
  }
  const each = async run => {
    for (const { name, inputSchema } of tools) await run(name, inputSchema, table[name]);
  };
  const may = (row, argument) => (row.lenient ?? []).includes(argument);

  it('the tables have every tool and every endpoint, and no others', () => {
    assert.deepEqual(Object.keys(table).sort(), tools.map(tool => tool.name).sort());
    assert.deepEqual(Object.keys(endpoints).sort(), [...told].sort());
    for (const { name, inputSchema } of tools) assert.equal(inputSchema.additionalProperties, false, name);
  });

  it('an argument of another type is named, with the type', () => each(async (name, schema, row) => {
    for (const [argument, { type }] of Object.entries(schema.properties)) {
      for (const value of wrong[type]) {
        await refused(name, { ...row.good, [argument]: value }, new RegExp(`${argument} of ${name} is `),
          /pass (a|an) |pass the tool's arguments/);
      }
    }
  }));

  it('a word that is none of those of an argument is refused with them', () => each(async (name, schema, row) => {
    for (const [argument, { enum: words }] of Object.entries(schema.properties)) {
      if (words === undefined) continue;
      await refused(name, { ...row.good, [argument]: 'nonsense' }, /nonsense/, new RegExp(words[0]));
    }
  }));

  it('an argument that is not known is refused with those that are', () => each((name, schema, row) =>
    refused(name, { ...row.good, nonsense: 1 }, new RegExp(`${name} has no argument "nonsense"`),
      new RegExp(`it takes: ${Object.keys(schema.properties).join(', ')}`))));

  it('a missing argument is named', () => each(async (name, schema, row) => {
    for (const argument of schema.required ?? []) {
      if (may(row, argument)) continue;
      const { [argument]: _, ...rest } = row.good;
      await refused(name, rest, new RegExp(`${name} (needs|names no)`), new RegExp(`"${argument}"`));
    }
  }));

  it('a name that is not there, or what may not be done, is refused with what to do', () => each(async (name, schema, row) => {
    for (const [args, ...rest] of row.rows) await refused(name, args, ...rest);
  }));

  it('describe_tool tells of each id that is not there, beside those that are', async () => {
    const answer = await agent.request('tools/call', { name: 'describe_tool', arguments: table.describe_tool.unknown });
    const { unknown } = JSON.parse(answer.result.content[0].text);
    assert.deepEqual(unknown.map(one => one.id), table.describe_tool.unknown.ids);
    for (const { error } of unknown) assert.match(error, /Did you mean|retrieve_tools|server:tool/);
  });

  it('a cursor that is no string is refused, where lists are one page too', async () => {
    for (const path of ['/mcp/call', '/mcp/all', '/mcp/servers/time']) {
      const client = await Agent.open(daemon.at(path));
      for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
        for (const cursor of [5, {}, [], true]) {
          const { error } = await client.request(method, { cursor });
          assert.equal(error?.code, -32602, `${path} ${method} ${JSON.stringify(cursor)}`);
          assert.match(error.message, /cursor/);
        }
        assert.equal((await client.request(method, { cursor: null })).error, undefined);
      }
    }
  });

  it('an endpoint names what it does not take, and the nearest of a name that is not there', async () => {
    for (const [name, [path, unknown, says]] of Object.entries(endpoints)) {
      const ask = (method, at, headers = {}) => fetch(daemon.at(at), {
        method, headers: { ...agent.headers, 'Mcp-Session-Id': 'x', ...headers },
        body: method === 'GET' || method === 'DELETE' ? undefined : '{}'
      });
      const put = await ask('PUT', path);
      assert.equal(put.status, 405, name);
      assert.match(put.headers.get('allow'), /GET|POST/, name);
      assert.match((await put.json()).error.message, /PUT is not taken here: .*(GET|POST)/, name);
      if (name.startsWith('/mcp')) {
        const form = await ask('POST', path, { 'Content-Type': 'text/plain' });
        assert.equal(form.status, 415, name);
        assert.match((await form.json()).error.message, /send Content-Type: application\/json/, name);
      }
      if (name === '/sse' || name.startsWith('/mcp')) {
        const plain = await ask('GET', path, { Accept: 'text/html' });
        assert.equal(plain.status, 406, name);
        assert.match((await plain.json()).error.message, /text\/event-stream/, name);
      }
      if (unknown === undefined) continue;
      for (const method of ['POST', 'GET', 'DELETE']) {
        const answer = await ask(method, unknown);
        assert.equal(answer.status, 404, `${method} ${unknown}`);
        assert.match((await answer.json()).error.message, says);
      }
    }
  });

  it('a server that may not run says why when its endpoint is initialized', async () => {
    const answer = await fetch(daemon.at('/mcp/servers/locked'), {
      method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } } })
    });
    assert.match(await answer.text(), /locked.*quarantined.*servers approve locked/);
  });
});
