// A server that several clients share goes on about one's call when only another has one: what it
// says reaches the client it can only be meant for, else nobody.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { Agent } from './agent.mjs';

const files = mkdtempSync(join(tmpdir(), 'mcptrunk-crossing-'));
const talker = name => ({ name, command: process.execPath,
  args: [join(import.meta.dirname, 'late_talker.mjs'), join(files, name)] });
const names = ['alone', 'behind', 'dying'];
const asks = { capabilities: { elicitation: {} } };

describe('what a shared server says behind its answer', { timeout: 60_000 }, () => {
  let daemon;
  before(async () => {
    daemon = await Daemon.on({ mcpServers: names.map(talker) });
    for (const name of names) {
      await eventually(async () => (await daemon.rest('servers')).body.data.servers.find(one => one.name === name),
        server => server.state === 'ready');
    }
  });
  after(async () => {
    assert.equal(await daemon.close(), 0);
    rmSync(files, { recursive: true });
  });
  const at = name => daemon.at(`/mcp/servers/${name}`);

  it('reaches its caller when nobody else has called', async () => {
    const anna = await Agent.open(at('alone'), asks);
    await anna.call('tell', { secret: 'for-anna', asks: true });
    await eventually(async () => anna.heard, heard => heard.some(one => one.method === 'notifications/message'));
    await eventually(async () => anna.heard, heard => heard.some(one => one.method === 'elicitation/create'));
    assert.ok(!anna.heard.some(one => one.method === 'notifications/progress'));
    await anna.close();
  });

  it('reaches nobody when another client has the only call', async () => {
    const anna = await Agent.open(at('behind'), asks);
    const bert = await Agent.open(at('behind'), asks);
    await anna.call('tell', { secret: 'of-anna', asks: true });
    const waited = await bert.call('wait');
    assert.equal(waited.content[0].text, 'released');
    assert.equal((await bert.request('ping')).error, undefined);
    assert.ok(!bert.knows('of-anna'), JSON.stringify(bert.heard));
    assert.ok(!anna.knows('of-anna'), JSON.stringify(anna.heard));
    await anna.close();
    await bert.close();
  });

  it('is not read in the last words that end another client\'s call', async () => {
    const anna = await Agent.open(at('dying'));
    const bert = await Agent.open(at('dying'));
    await anna.call('tell', { secret: 'of-anna' });
    await anna.close();
    await bert.call('wait');
    const died = await bert.call('die');
    assert.match(died.content[0].text, /exited with code 3/);
    assert.ok(!bert.knows('of-anna'), JSON.stringify(bert.heard));
    await bert.close();
    // Nor when the server is looked at; who has the key may read what it wrote.
    const look = async (agent, operation) =>
      JSON.stringify(await agent.call('upstream_servers', { operation, ...(operation === 'list' ? {} : { name: 'dying' }) }));
    const stranger = await Agent.open(daemon.at('/mcp'));
    for (const operation of ['list', 'show', 'why']) {
      assert.ok(!(await look(stranger, operation)).includes('of-anna'), operation);
    }
    await stranger.close();
    const owner = await Agent.open(daemon.at('/mcp'), { headers: { 'X-API-Key': daemon.key() } });
    assert.match(await look(owner, 'why'), /of-anna/);
    await owner.close();
  });
});
