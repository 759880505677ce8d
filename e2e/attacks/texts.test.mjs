// A server whose definitions hide text, names that are paths, backups that would be written
// anywhere, names that look like others.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bin, Daemon, eventually, fixture } from '../clients/daemon.mjs';

const tags = [...'obey'].map(c => String.fromCodePoint(0xE0000 + c.charCodeAt(0))).join('');
const hidden = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e0fff}]/u;
const tools = [
  {
    name: 'plain', title: `T\u200Bitle`, description: `reads\u202E the file\u2066${tags}`,
    inputSchema: { type: 'object', properties: { path: { type: 'string', description: `where\u200B${tags}`, enum: ['a\u200B', 'b'] } } }
  },
  { name: `na\u200Bme`, description: 'a tool with a hidden name', inputSchema: { type: 'object' } },
  { name: 'fine', description: 'emoji \u{1F468}\u200D\u{1F469}\u200D\u{1F467} and \u2764\uFE0F stay', inputSchema: { type: 'object' } }
];

describe('texts and names that deceive', { timeout: 120_000 }, () => {
  let daemon;
  let home;
  let id = 0;
  const headers = () => ({
    'X-API-Key': daemon.key(), 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream'
  });
  const open = async path => {
    const url = daemon.at(path);
    const hello = await fetch(url, {
      method: 'POST', headers: headers(), body: JSON.stringify({
        jsonrpc: '2.0', id: 0, method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'agent', version: '1' } }
      })
    });
    await hello.text();
    const session = { 'Mcp-Session-Id': hello.headers.get('mcp-session-id') };
    return async (method, params) => {
      id += 1;
      const answer = await fetch(url, {
        method: 'POST', headers: { ...headers(), ...session }, body: JSON.stringify({ jsonrpc: '2.0', id, method, params })
      });
      const text = await answer.text();
      return JSON.parse(text.startsWith('{') ? text : /^data: (.*)$/m.exec(text)[1]).result;
    };
  };
  const rest = async (method, path, body) => {
    const answer = await fetch(daemon.at(`/api/v1/${path}`), {
      method, headers: headers(), body: body === undefined ? undefined : JSON.stringify(body)
    });
    return { status: answer.status, body: await answer.json() };
  };

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'mcptrunk-texts-'));
    const file = join(home, 'tools.jsonl');
    writeFileSync(file, tools.map(tool => JSON.stringify({ server: 'liar', ...tool })).join('\n') + '\n');
    daemon = await Daemon.on({
      mcpServers: [
        { name: 'liar', command: join(bin, 'mcptrunk-fixture'), args: ['--server', 'liar', '--tools', file] },
        fixture('time')
      ]
    });
    await eventually(async () => (await daemon.rest('servers/liar')).body.data, now => now.tool_count === 3);
  });
  after(async () => {
    await daemon.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('agents read definitions without hidden text, where servers are joined', async () => {
    const ask = await open('/mcp');
    for (const detail of ['compact', 'full']) {
      const found = await ask('tools/call', { name: 'retrieve_tools', arguments: { query: 'reads the file', server: 'liar', detail } });
      assert.match(found.content[0].text, /reads the file/);
      assert.doesNotMatch(found.content[0].text.replaceAll(/\u{1F468}.*?\u{1F467}/gu, ''), hidden);
    }
    const described = await ask('tools/call', { name: 'describe_tool', arguments: { ids: ['liar:plain'] } });
    assert.doesNotMatch(described.content[0].text, hidden);
    assert.match(described.content[0].text, /a\\u200b/);  // a value the server needs, visible
    const joined = (await (await open('/mcp/all'))('tools/list', {})).tools;
    const plain = joined.find(tool => tool.name === 'liar__plain');
    assert.equal(plain.title, 'Title');
    assert.equal(plain.description, 'reads the file');
    assert.equal(plain.inputSchema.properties.path.description, 'where');
    assert.deepEqual(plain.inputSchema.properties.path.enum, ['a\u200B', 'b']);
    assert.equal(joined.find(tool => tool.name === 'liar__fine').description, tools[2].description);
    for (const tool of joined) assert.doesNotMatch(tool.name, hidden);
  });

  it('a tool whose name hides something is found and called by a name that does not', async () => {
    const ask = await open('/mcp');
    const found = await ask('tools/call', { name: 'retrieve_tools', arguments: { query: 'tool with a hidden name', server: 'liar' } });
    const tool = JSON.parse(found.content[0].text).tools.find(one => one.description === 'a tool with a hidden name');
    assert.equal(tool.name, 'name');
    assert.doesNotMatch(tool.id, hidden);
    const called = await ask('tools/call', { name: tool.call_with ?? 'call_tool_destructive', arguments: { id: tool.id, arguments: {} } });
    assert.notEqual(called.isError, true, JSON.stringify(called));
  });

  it('the endpoint of the one server hides no text either, its names stay its own', async () => {
    const own = (await (await open('/mcp/servers/liar'))('tools/list', {})).tools;
    assert.deepEqual(own.map(tool => tool.name).sort(), tools.map(tool => tool.name).sort());
    for (const tool of own) assert.doesNotMatch((tool.description ?? '').replaceAll(/\u{1F468}.*?\u{1F467}/gu, ''), hidden);
  });

  it('people see what hides', async () => {
    const { text } = await daemon.cli('tools', 'list');
    assert.match(text, /reads<U\+202E> the file<U\+2066><U\+E006F>/);
    assert.match(text, /na<U\+200B>me/);
    assert.doesNotMatch(text.replaceAll(/\u{1F468}.*?\u{1F467}/gu, ''), hidden);
  });

  it('no name is a path, and no variable more than a name', async () => {
    for (const name of ['.', '..']) {
      assert.equal((await rest('POST', 'servers', { name, command: 'cat' })).status, 400);
      assert.equal((await rest('POST', 'groups', { name })).status, 400);
    }
    assert.equal((await rest('POST', 'groups', { name: 'ops\u200b' })).status, 400);
    for (const headers of [{ '': 'x' }, { 'Authorization: Bearer k': '' }]) {
      assert.equal((await rest('POST', 'servers', { name: 'far', url: 'http://127.0.0.1:1/mcp', headers })).status, 400);
    }
    for (const env of [{ '': 'x' }, { 'LD_PRELOAD=/x': 'y' }]) {
      assert.equal((await rest('POST', 'servers', { name: 'env', command: 'cat', env })).status, 400);
      assert.equal((await rest('PATCH', 'servers/time', { env })).status, 400);
    }
  });

  it('a name that looks like another is told to whoever adds it and whoever looks', async () => {
    const added = await rest('POST', 'servers', { name: 'Tlme', command: 'cat', startup_mode: 'disabled' });
    assert.equal(added.body.data.warnings, undefined);
    const alike = await rest('POST', 'servers', { name: 'TIME', command: 'cat', startup_mode: 'quarantined' });
    assert.match(alike.body.data.warnings[0].message, /looks like that of "time"/);
    assert.match((await daemon.cli('servers', 'list')).text, /looks like that of "time"/);
    assert.match((await daemon.cli('config', 'check')).text, /looks like that of "time"/);
    assert.match((await daemon.cli('doctor')).text, /looks like that of "time"/);
    for (const name of ['Tlme', 'TIME']) assert.equal((await rest('DELETE', `servers/${name}`)).status, 200);
  });

  it('a backup is written to its directory and nowhere else', async () => {
    const saved = await rest('POST', 'backup', { name: 'one.mdb' });
    assert.equal(saved.status, 201);
    assert.equal(saved.body.data.path, join(daemon.data, 'backups', 'one.mdb'));
    assert.equal(statSync(join(daemon.data, 'backups')).mode & 0o777, 0o700);
    const aim = join(home, 'aim');
    symlinkSync(aim, join(daemon.data, 'backups', 'link.mdb'));
    for (const body of [{ name: '../up.mdb' }, { name: '/tmp/x.mdb' }, { name: '..' }, { path: join(home, 'x.mdb') },
      { name: 'link.mdb' }, { name: 'one.mdb' }, { name: 'a/../../b' }]) {
      assert.notEqual((await rest('POST', 'backup', body)).status, 201, JSON.stringify(body));
    }
    assert.equal(existsSync(aim), false);
    const copy = join(home, 'copy.mdb');
    assert.equal((await daemon.cli('backup', copy)).code, 0);
    assert.ok(statSync(copy).size > 0);
    assert.deepEqual(readdirSync(join(daemon.data, 'backups')).sort(), ['link.mdb', 'one.mdb']);
  });

  it('read_only_mode writes no backup', async () => {
    const config = JSON.parse(readFileSync(daemon.config, 'utf8'));
    mkdirSync(join(home, 'later'));
    writeFileSync(daemon.config, JSON.stringify({ ...config, read_only_mode: true }));
    const refused = await eventually(() => rest('POST', 'backup', {}), now => now.status === 403);
    assert.match(refused.body.error.message, /read_only_mode/);
    assert.equal((await daemon.cli('backup', join(home, 'later', 'x.mdb'))).code, 1);
  });
});
