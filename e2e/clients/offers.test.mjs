// Prompts and resources of upstreams that change, forget and crash, as the official client sees them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  PromptListChangedNotificationSchema, ResourceListChangedNotificationSchema, ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema
} from '@modelcontextprotocol/sdk/types.js';
import { bin, Daemon, eventually } from './daemon.mjs';

const program = join(bin, 'mcptrunk-fixture');
const everything = (name, ...args) =>
  ({ name, command: program, args: ['--server', name, '--everything', ...args] });

// A fixture of its own process that serves HTTP: its entry, and how to end it.
async function overHttp(name, ...args) {
  const child = spawn(program, ['--http', '127.0.0.1:0', '--server', name, '--everything', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  const url = await new Promise((found, reject) => {
    child.once('exit', code => reject(new Error(`the fixture ended with ${code}`)));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', line => {
        const match = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
        if (match !== null) found(`${match[0]}/mcp`);
      });
    }
  });
  return { entry: { name, url, protocol: 'streamable-http' }, end: () => child.kill() };
}

// A client that remembers what it was told outside of answers.
async function connect(daemon, path) {
  const client = new Client({ name: 'mcptrunk-client-tests', version: '1.0.0' }, {});
  const told = [];
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => { told.push('tools'); });
  client.setNotificationHandler(PromptListChangedNotificationSchema, () => { told.push('prompts'); });
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => { told.push('resources'); });
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => { told.push(params.uri); });
  await client.connect(new StreamableHTTPClientTransport(daemon.at(path)));
  return { client, told };
}

const names = async client => (await client.listPrompts()).prompts.map(each => each.name);
const uris = async client => (await client.listResources()).resources.map(each => each.uri);

describe('prompts and resources that change', { timeout: 240_000 }, () => {
  let daemon;
  before(async () => {
    daemon = await Daemon.on({
      mcpServers: [{ ...everything('changes', '--list-changed-after', '1'), groups: ['seen'] },
        { ...everything('stays'), groups: ['unseen'] }],
      groups: [{ name: 'seen' }, { name: 'unseen' }]
    });
  });
  after(async () => { await daemon.close(); });

  it('are announced to the clients that see the server, and to no others', async () => {
    const first = await connect(daemon, '/mcp');
    await eventually(() => uris(first.client), listed => listed.length === 6);
    await first.client.close();
    const paths = ['/mcp', '/mcp/all', '/mcp/groups/seen', '/mcp/servers/changes', '/mcp/groups/unseen'];
    const clients = [];
    for (const path of paths) clients.push(await connect(daemon, path));
    const [meta, , , own, unseen] = clients;
    assert.ok(!(await uris(own.client)).includes('test://added'));
    await own.client.callTool({ name: 'test_image_content', arguments: {} });
    for (const { told } of clients.slice(0, 4)) {
      const wanted = told === meta.told ? ['prompts', 'resources'] : ['prompts', 'resources', 'tools'];
      await eventually(async () => [...told].sort(), seen => seen.length >= wanted.length);
      assert.deepEqual([...told].sort(), wanted);
    }
    assert.deepEqual(unseen.told, []);
    assert.ok((await uris(own.client)).includes('test://added'));
    assert.ok((await uris(meta.client)).includes('test://added'));
    assert.ok((await names(meta.client)).includes('changes__fixture_added_prompt'));
    assert.ok(!(await uris(unseen.client)).includes('test://added'));
    for (const { client } of clients) await client.close();
  });
});

describe('a subscription', { timeout: 240_000 }, () => {
  let daemon, forgetful;
  before(async () => {
    forgetful = await overHttp('forgetful', '--update-after-calls', '--lose-session-after', '3');
    daemon = await Daemon.on({
      mcpServers: [everything('crashes', '--update-after-calls', '--crash-after', '4'),
        everything('reliable', '--update-after-calls'), forgetful.entry]
    });
  });
  after(async () => {
    await daemon.close();
    forgetful.end();
  });

  const watched = server => `mcptrunk://${server}/test://watched-resource`;
  const call = (client, server) => client.callTool({ name: `${server}__test_simple_text`, arguments: {} })
    .then(result => !result.isError, () => false);

  for (const name of ['crashes', 'forgetful']) {
    it(`outlives the connection of a server that ${name === 'crashes' ? name : 'forgets its session'}`, async () => {
      const { client, told } = await connect(daemon, '/mcp/all');
      await eventually(() => uris(client), listed => listed.includes(watched(name)) && listed.includes(watched('reliable')));
      // The client opens its stream in its own time; once this update is here it has.
      await client.subscribeResource({ uri: watched('reliable') });
      assert.ok(await call(client, 'reliable'));
      await eventually(async () => told.filter(each => each.startsWith('mcptrunk:')), seen => seen.length === 1);
      told.length = 0;

      await client.subscribeResource({ uri: watched(name) });
      for (let calls = 1; calls <= 3; ++calls) assert.ok(await call(client, name));
      await eventually(async () => told.length, count => count === 3);
      told.length = 0;
      // The fourth call is too much for this connection, or session.
      await eventually(() => call(client, name), works => works);
      // Told once, since it may have changed meanwhile; and by the new one, of the calls that follow.
      for (let calls = 1; calls <= 2; ++calls) assert.ok(await call(client, name));
      await eventually(async () => told.filter(each => each === watched(name)).length, count => count >= 3);
      await client.close();
    });
  }
});
