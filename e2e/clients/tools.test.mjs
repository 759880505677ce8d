// mcptrunk's own tools beside search and call: read_cache, upstream_servers, groups.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Daemon, eventually, fixture } from './daemon.mjs';
import { textOf } from './variants.mjs';

const limits = { timeout: 240_000 };
const hugeSize = 300_000;
let daemon;
before(async () => {
  daemon = await Daemon.start([
    { ...fixture('time', '--huge', String(hugeSize)), name: 'huge' },
    { ...fixture('time'), name: 'off', startup_mode: 'disabled', groups: ['team'], env: { TOKEN: 'sesame-open' } },
    { ...fixture('time'), name: 'suspect', startup_mode: 'quarantined' }
  ]);
});
after(async () => { await daemon.close(); });

async function connect(headers = {}) {
  const client = new Client({ name: 'mcptrunk-client-tests', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(daemon.at('/mcp'), { requestInit: { headers } }));
  return client;
}
const use = (client, name, args) => client.callTool({ name, arguments: args });

describe('read_cache', limits, () => {
  const callHuge = client => use(client, 'call_tool', { id: 'huge:get_current_time', arguments: { timezone: 'UTC' } });

  it('reads a long result to its end, piece by piece', async () => {
    const client = await connect();
    const first = await eventually(() => callHuge(client), result => !result.isError);
    const { key, next, total } = first._meta['mcptrunk/cached'];
    assert.equal(first.content[0].text.length, 20_000);
    assert.ok(total >= hugeSize);
    let text = first.content[0].text;
    for (let offset = next; offset < total;) {
      const piece = await use(client, 'read_cache', { key, offset });
      assert.ok(!piece.isError, textOf(piece));
      text += piece.content[0].text;
      offset += piece.content[0].text.length;
    }
    assert.equal(text.length, total);
    assert.match(text, /^x+$/);
    await client.close();
  });

  it('gives it to nobody else', async () => {
    const client = await connect();
    const { key } = (await eventually(() => callHuge(client), result => !result.isError))._meta['mcptrunk/cached'];
    const stranger = await connect();
    const refused = await use(stranger, 'read_cache', { key });
    assert.ok(refused.isError);
    assert.match(textOf(refused), /MCPT_NOT_FOUND/);
    await Promise.all([client.close(), stranger.close()]);
  });
});

describe('management over MCP', limits, () => {
  const key = () => readFileSync(join(daemon.home, 'data/api_key'), 'utf8').trim();
  const withKey = () => connect({ 'X-API-Key': key() });
  const servers = async (client, args) => {
    const result = await use(client, 'upstream_servers', args);
    return { refused: result.isError === true, text: textOf(result) };
  };
  const intrusion = { operation: 'add', config: { name: 'intruder', command: 'sh', args: ['-c', 'true'], startup_mode: 'active' } };

  it('shows servers and groups to everybody, and no secrets', async () => {
    const client = await connect();
    const listed = JSON.parse((await servers(client, {})).text);
    assert.equal(listed.find(server => server.name === 'suspect').state, 'quarantined');
    const shown = await servers(client, { operation: 'show', name: 'off' });
    assert.ok(!shown.text.includes('sesame-open'));
    assert.match((await servers(client, { operation: 'why', name: 'off' })).text, /mcptrunk servers enable off/);
    assert.match(textOf(await use(client, 'groups', {})), /team/);
    await client.close();
  });

  it('changes nothing unless the configuration allows it, key or not', async () => {
    for (const client of [await connect(), await withKey()]) {
      for (const args of [intrusion, { operation: 'enable', name: 'off' }, { operation: 'approve', name: 'suspect' },
        { operation: 'update', name: 'time', config: { command: 'sh' } }, { operation: 'remove', name: 'time' }]) {
        const { refused, text } = await servers(client, args);
        assert.ok(refused, JSON.stringify(args));
        assert.match(text, /MCPT_FORBIDDEN/);
      }
      assert.ok((await use(client, 'groups', { operation: 'disable', name: 'team' })).isError);
      await client.close();
    }
  });

  it('lets an agent with the key change things when allowed, but never decide what runs', async () => {
    const config = JSON.parse(readFileSync(daemon.config, 'utf8'));
    writeFileSync(daemon.config, JSON.stringify({ allow_mcp_management: true, ...config }));
    daemon.child.kill('SIGHUP');
    const client = await withKey();
    const added = await eventually(() => servers(client, intrusion), answer => !answer.refused);
    assert.equal(JSON.parse(added.text).startup_mode, 'quarantined');
    assert.ok((await servers(client, { operation: 'enable', name: 'intruder' })).refused);
    assert.ok((await servers(client, { operation: 'approve', name: 'intruder' })).refused);
    assert.ok((await servers(client, { operation: 'update', name: 'intruder', config: { quarantined: false } })).refused);
    // A person has disabled it.
    assert.ok((await servers(client, { operation: 'update', name: 'off', config: { env: { EXTRA: '1' } } })).refused);
    for (const env of [{ TOKEN: 'open-sesame' }, { EXTRA: '1' }]) {
      const changed = await servers(client, { operation: 'update', name: 'intruder', config: { env } });
      assert.equal(JSON.parse(changed.text).startup_mode, 'quarantined');
    }
    const written = JSON.parse(readFileSync(daemon.config, 'utf8')).mcpServers.find(server => server.name === 'intruder');
    assert.deepEqual(written.env, { TOKEN: 'open-sesame', EXTRA: '1' });  // what is not named stays
    assert.ok(!(await servers(client, { operation: 'disable', name: 'time' })).refused);
    const withoutKey = await connect();
    assert.ok((await servers(withoutKey, { operation: 'enable', name: 'time' })).refused);
    await Promise.all([client.close(), withoutKey.close()]);
  });
});
