// An agent that was talked into things, with allow_mcp_management and the key: whatever it tries
// over MCP, it never gives itself more than people gave.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from '../clients/daemon.mjs';

// Speaks MCP with the API key, the body of a call as written.
class Agent {
  constructor(daemon) {
    this.daemon = daemon;
    this.id = 0;
  }

  async post(body) {
    const answer = await fetch(this.daemon.url, {
      method: 'POST',
      headers: {
        'X-API-Key': this.daemon.key(), 'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        ...(this.session === undefined ? {} : { 'Mcp-Session-Id': this.session })
      },
      body
    });
    this.session ??= answer.headers.get('mcp-session-id') ?? undefined;
    const text = await answer.text();
    if (text === '') return undefined;
    return JSON.parse(text.startsWith('{') ? text : /^data: (.*)$/m.exec(text)[1]);
  }

  async connect() {
    this.session = undefined;
    await this.post(JSON.stringify({
      jsonrpc: '2.0', id: 0, method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'agent', version: '1' } }
    }));
    await this.post('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    return this;
  }

  // `args` is the text of the arguments. {ok, text}.
  async raw(tool, args) {
    this.id += 1;
    const answer = await this.post(
      `{"jsonrpc":"2.0","id":${this.id},"method":"tools/call","params":{"name":"${tool}","arguments":${args}}}`);
    if (answer.error !== undefined) return { ok: false, text: answer.error.message };
    return { ok: answer.result.isError !== true, text: answer.result.content.map(part => part.text).join('\n') };
  }

  servers(args) { return this.raw('upstream_servers', JSON.stringify(args)); }
  groups(args) { return this.raw('groups', JSON.stringify(args)); }
  update(name, config) { return this.servers({ operation: 'update', name, config }); }
  act(operation, name) { return this.servers({ operation, name }); }
}

describe('an agent that manages', { timeout: 120_000 }, () => {
  let daemon;
  let agent;
  const config = () => JSON.parse(readFileSync(daemon.config, 'utf8'));
  const entry = name => config().mcpServers.find(server => server.name === name);
  const text = () => readFileSync(daemon.config, 'utf8');
  const row = async name => (await daemon.rest(`servers/${name}`)).body.data;

  // Refused, said why and what a person does, and nothing was written.
  const refused = async (what, says = /agents may/) => {
    const before = text();
    const answer = await what();
    assert.equal(answer.ok, false, answer.text);
    assert.match(answer.text, says);
    assert.equal(text(), before);
  };

  before(async () => {
    daemon = await Daemon.on({
      allow_mcp_management: true,
      call_tool_timeout: '60s',
      groups: [{ name: 'ops', id: 3 }, { name: 'shut', enabled: false }],
      mcpServers: [
        { ...fixture('time'), disabled_tools: ['wipe'], call_timeout: '20s', groups: ['ops'] },
        { ...fixture('filesystem'), startup_mode: 'disabled' },
        { ...fixture('mcp-postgres'), startup_mode: 'lazy_loading', groups: ['shut'] },
        { ...fixture('brave-search'), startup_mode: 'quarantined' }
      ]
    });
    agent = await new Agent(daemon).connect();
  });
  after(async () => { await daemon.close(); });

  it('lets no more tools through, and waits no longer', async () => {
    for (const config of [
      { disabled_tools: [] }, { disabled_tools: null }, { disabled_tools: ['WIPE'] }, { disabled_tools: ['wipe\u200b'] },
      { disabled_tools: ['wi\u0440e'] }, { enabled_tools: ['wipe'], disabled_tools: null }, { call_timeout: '21s' },
      { call_timeout: null }, { init_timeout: '2m' }, { connection_timeout: '2m' }, { idle_timeout: '0s', call_timeout: '1h' },
      { auto_disable_threshold: 0 }, { health_check: false }, { groups: [] }, { groups: ['shut'] }, { group_id: 3, groups: null },
      { description: 'x', disabled_tools: [] }, { command: 'cat', disabled_tools: [] }
    ]) {
      await refused(() => agent.update('time', config));
    }
    assert.equal((await agent.update('time', { disabled_tools: ['wipe', 'more'], call_timeout: '10s' })).ok, true);
    assert.deepEqual(entry('time').disabled_tools, ['wipe', 'more']);
    assert.equal(entry('time').startup_mode ?? 'active', 'active');
  });

  it('is not let past by how a field is written', async () => {
    for (const config of [
      '{"disabled_tools":["wipe","more"],"disabled_tools":[]}', '{"disabled_tools":["wipe","more"],"disabled\\u005ftools":[]}',
      '{"Disabled_Tools":[]}', '{"DISABLED_TOOLS":[],"disabled_tools":["wipe","more"]}', '{"disabled_tools\\u0000":[]}',
      '{"startup_mode":"active"}', '{"startup\\u005fmode":"active"}', '{"enabled":true}', '{"quarantined":false}',
      '{"disabled":false}', '{"st\u0430rtup_mode":"active"}'
    ]) {
      for (const name of ['time', 'filesystem', 'brave-search']) {
        await refused(() => agent.raw('upstream_servers', `{"operation":"update","name":"${name}","config":${config}}`), /./);
      }
    }
    await refused(() => agent.raw('upstream_servers', '{"operation":"disable","operation":"enable","name":"filesystem"}'), /twice/);
    await refused(() => agent.raw('upstream_servers', '{"operation":"enable","name":"time","n\\u0061me":"filesystem"}'), /twice/);
    await refused(() => agent.raw('upstream_servers', '{"operation":"Enable","name":"filesystem"}'), /no operation/);
  });

  it('enables, releases and removes nothing of a person', async () => {
    await refused(() => agent.act('enable', 'filesystem'));
    await refused(() => agent.act('enable', 'brave-search'), /quarantined/);
    await refused(() => agent.act('approve', 'brave-search'), /approving never works/);
    await refused(() => agent.act('restart', 'filesystem'), /disabled/);
    for (const config of [{ description: 'x' }, { args: ['-x'] }]) await refused(() => agent.update('filesystem', config));
    for (const name of ['time', 'filesystem', 'brave-search']) await refused(() => agent.act('remove', name));
    await refused(() => agent.groups({ operation: 'enable', name: 'shut' }));
    await refused(() => agent.groups({ operation: 'remove', name: 'shut' }));
    await refused(() => agent.groups({ operation: 'update', name: 'shut', config: { enabled: true } }));
    await refused(() => agent.groups({ operation: 'update', name: 'shut', config: { name: 'open' } }));
    await refused(() => agent.groups({ operation: 'update', name: 'shut', config: { unassign: ['mcp-postgres'] } }));
    await refused(() => agent.groups({ operation: 'update', name: 'ops', config: { members: [] } }));
    await refused(() => agent.groups({ operation: 'update', name: 'ops', config: { description: 'obey' } }));
    await refused(() => agent.groups({ operation: 'add', config: { name: 'new', members: ['time'] } }));
    await daemon.restart('SIGKILL');
    await agent.connect();
    await refused(() => agent.act('enable', 'filesystem'));
    await refused(() => agent.groups({ operation: 'enable', name: 'shut' }));
  });

  it('undoes what it did itself, also after a crash, until a person has decided', async () => {
    assert.equal((await agent.act('disable', 'time')).ok, true);
    assert.equal((await row('time')).stopped_by, 'agent');
    const off = await eventually(() => row('time'), now => now.state === 'disabled');
    assert.match(off.why.summary, /by an agent, over MCP/);
    assert.match((await daemon.cli('servers', 'why', 'time')).text, /by an agent, over MCP/);
    await daemon.restart('SIGKILL');
    await agent.connect();
    assert.equal((await row('time')).stopped_by, 'agent');
    assert.equal((await agent.act('enable', 'time')).ok, true);

    assert.equal((await agent.act('disable', 'time')).ok, true);
    assert.equal((await daemon.cli('servers', 'disable', 'time')).code, 0);
    assert.equal((await row('time')).stopped_by, 'person');
    await refused(() => agent.act('enable', 'time'));
    await daemon.restart('SIGKILL');
    await agent.connect();
    await refused(() => agent.act('enable', 'time'));
    assert.equal((await daemon.cli('servers', 'enable', 'time')).code, 0);

    assert.equal((await agent.act('disable', 'time')).ok, true);
    writeFileSync(daemon.config, text().replace('"call_timeout"', '"description": "mine",\n   "call_timeout"'));
    await eventually(() => row('time'), now => now.description === 'mine');
    await refused(() => agent.act('enable', 'time'));
    assert.equal((await daemon.rest('servers/time/enable', {})).status, 200);

    assert.equal((await agent.groups({ operation: 'disable', name: 'ops' })).ok, true);
    assert.equal((await agent.groups({ operation: 'enable', name: 'ops' })).ok, true);
    assert.equal((await agent.groups({ operation: 'disable', name: 'ops' })).ok, true);
    assert.equal((await daemon.rest('groups/ops/disable', {})).status, 200);
    await refused(() => agent.groups({ operation: 'enable', name: 'ops' }));
    assert.equal((await daemon.rest('groups/ops/enable', {})).status, 200);
  });

  it('keeps what it added to itself, quarantined, until a person approves it', async () => {
    const added = { name: 'new', command: 'cat', startup_mode: 'active', enabled: true };
    assert.equal((await agent.servers({ operation: 'add', config: added })).ok, true);
    assert.equal(entry('new').startup_mode, 'quarantined');
    await refused(() => agent.act('enable', 'new'), /quarantined/);
    assert.equal((await agent.act('remove', 'new')).ok, true);
    assert.equal((await agent.servers({ operation: 'add', config: added })).ok, true);
    assert.equal((await daemon.cli('servers', 'approve', 'new')).code, 0);
    await refused(() => agent.act('remove', 'new'));
    assert.equal((await agent.update('new', { args: ['-u'] })).ok, true);
    assert.equal(entry('new').startup_mode, 'quarantined');
    await refused(() => agent.act('remove', 'new'));
  });
});
