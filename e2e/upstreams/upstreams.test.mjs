// The official npm servers behind mcptrunk, compared field by field with a direct connection.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ResourceUpdatedNotificationSchema } from '../clients/node_modules/@modelcontextprotocol/sdk/dist/esm/types.js';
import { Daemon, eventually } from '../clients/daemon.mjs';
import {
  connectDirectly, connectOld, connectThrough, officialServers, outcome, serveEverything, withoutTimes
} from './servers.mjs';

// Each side has a place of its own; what is asked of them names none.
const home = mkdtempSync(join(tmpdir(), 'mcptrunk-upstreams-'));
const shared = officialServers(join(home, 'through'));
const alone = { ...officialServers(join(home, 'direct')), files: shared.files };
const files = shared.files.args[1];
// The same server over HTTP: one process for both sides.
const overHttp = {
  'everything-http': await serveEverything('everything-http', 'streamableHttp'),
  'everything-sse': await serveEverything('everything-sse', 'sse')
};
for (const [name, { entry }] of Object.entries(overHttp)) shared[name] = alone[name] = entry;

const call = (name, args) => client => client.callTool({ name, arguments: args });
const prompt = (name, args) => client => client.getPrompt({ name, arguments: args });
const read = uri => client => client.readResource({ uri });
const complete = (ref, name, value, context) => client =>
  client.complete({ ref, argument: { name, value }, ...(context && { context: { arguments: context } }) });

// What is asked of each server, in this order.
const questions = {
  everything: {
    'echo': call('echo', { message: 'hällo "quoted" \\ \u2028' }),
    'sum': call('get-sum', { a: 1e21, b: -0.5 }),
    'wrong type': call('get-sum', { a: 'one' }),
    'image': call('get-tiny-image', {}),
    'annotations': call('get-annotated-message', { messageType: 'error', includeImage: true }),
    'structured': call('get-structured-content', { location: 'Chicago' }),
    'links': call('get-resource-links', { count: 4 }),
    'embedded text': call('get-resource-reference', { resourceType: 'Text', resourceId: 3 }),
    'embedded blob': call('get-resource-reference', { resourceType: 'Blob', resourceId: 4 }),
    'sampling': call('trigger-sampling-request', { prompt: 'Ünï?', maxTokens: 10 }),
    'elicitation': call('trigger-elicitation-request', {}),
    'prompt': prompt('simple-prompt'),
    'prompt with arguments': prompt('args-prompt', { city: 'Zürich', state: 'ZH' }),
    'prompt without its argument': prompt('args-prompt', {}),
    'prompt with resource': prompt('resource-prompt', { resourceType: 'Text', resourceId: '2' }),
    'resource': read('demo://resource/static/document/features.md'),
    'text of a template': read('demo://resource/dynamic/text/7'),
    'blob of a template': read('demo://resource/dynamic/blob/8'),
    'template with a bad value': read('demo://resource/dynamic/text/x'),
    'no such resource': read('demo://nothing'),
    'completion of a prompt': complete({ type: 'ref/prompt', name: 'completable-prompt' }, 'department', 'S'),
    'completion that depends': complete({ type: 'ref/prompt', name: 'completable-prompt' }, 'name', '', { department: 'Sales' }),
    'completion of a template': complete({ type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' }, 'resourceId', '1')
  },
  files: {
    'text': call('read_text_file', { path: join(files, 'note.txt') }),
    'head': call('read_text_file', { path: join(files, 'note.txt'), head: 1 }),
    'media': call('read_media_file', { path: join(files, 'dot.png') }),
    'listing': call('list_directory', { path: files }),
    'outside': call('read_text_file', { path: '/etc/passwd' }),
    'allowed': call('list_allowed_directories', {})
  },
  memory: {
    'create': call('create_entities', { entities: [{ name: 'trunk', entityType: 'line', observations: ['carries 160'] }] }),
    'observe': call('add_observations', { observations: [{ entityName: 'trunk', contents: ['ünïcode'] }] }),
    'search': call('search_nodes', { query: 'trunk' }),
    'graph': call('read_graph', {}),
    'resource': read('memory://knowledge-graph'),
    'unknown entity': call('add_observations', { observations: [{ entityName: 'nobody', contents: ['x'] }] })
  },
  thinking: {
    'thought': call('sequentialthinking', { thought: 'first', nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 2 }),
    'next': call('sequentialthinking', { thought: 'second', nextThoughtNeeded: false, thoughtNumber: 2, totalThoughts: 2 })
  }
};

for (const name of Object.keys(overHttp)) questions[name] = questions.everything;
const everythings = ['everything', ...Object.keys(overHttp)].sort();  // the same server, several times

const lists = [
  ['tools', client => client.listTools()],
  ['prompts', client => client.listPrompts()],
  ['resources', client => client.listResources()],
  ['resourceTemplates', client => client.listResourceTemplates()]
];
const has = (client, list) => {
  const abilities = client.getServerCapabilities();
  return (list === 'resourceTemplates' ? abilities.resources : abilities[list]) !== undefined;
};

let daemon;
before(async () => { daemon = await Daemon.start(Object.values(shared)); });
after(async () => {
  await daemon.close();
  for (const { end } of Object.values(overHttp)) end();
  rmSync(home, { recursive: true, force: true });
});

// A client of one server's surface, once its tools are listed there.
async function through(name) {
  const waiting = await connectThrough(daemon.at(`/mcp/servers/${name}`));
  await eventually(() => waiting.listTools(), listed => listed.tools.length > 0);
  await waiting.close();
  // What initialize says is what is known of the server by then.
  return connectThrough(daemon.at(`/mcp/servers/${name}`));
}

for (const name of Object.keys(shared)) {
  describe(`${name} on its own surface`, { timeout: 240_000 }, () => {
    let direct, proxied;
    before(async () => {
      direct = await connectDirectly(alone[name]);
      proxied = await through(name);
    });
    after(async () => {
      await direct.close();
      await proxied.close();
    });

    it('says of itself what it says directly', () => {
      // Tasks of 2025-11-25 are not relayed, so they are not announced.
      const { tasks, ...capabilities } = direct.getServerCapabilities();
      assert.deepEqual(proxied.getServerCapabilities(), capabilities);
      assert.equal(proxied.getInstructions(), direct.getInstructions());
      assert.equal(proxied.getServerVersion().name, direct.getServerVersion().name);
      assert.equal(proxied.getServerVersion().version, direct.getServerVersion().version);
    });

    for (const [list, ask] of lists) {
      it(`lists the same ${list}`, async () => {
        if (!has(direct, list)) return assert.ok(!has(proxied, list));
        const expected = await ask(direct);
        assert.ok(list !== 'tools' || expected.tools.length > 0);
        assert.deepEqual(await ask(proxied), expected);
      });
    }

    for (const [title, ask] of Object.entries(questions[name])) {
      it(`answers the same: ${title}`, async () => {
        const expected = await outcome(() => ask(direct));
        const answer = await outcome(() => ask(proxied));
        assert.deepEqual(withoutTimes(answer), withoutTimes(expected));
      });
    }
  });
}

for (const name of everythings) {
  describe(`${name}, outside of answers`, { timeout: 240_000 }, () => {
    let client;
    before(async () => { client = await through(name); });
    after(async () => { await client.close(); });

    it('reports the progress of a long call', async () => {
      const seen = [];
      await client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 4 } },
        undefined, { onprogress: ({ progress, total }) => seen.push([progress, total]) });
      assert.deepEqual(seen, [[1, 4], [2, 4], [3, 4], [4, 4]]);
    });

    it('tells those who subscribed, and nobody else, of an update', async () => {
      const uri = 'demo://resource/dynamic/text/1';
      const joined = `mcptrunk://${name}/${uri}`;
      const bystander = await through(name);
      const old = await connectOld(daemon.at('/sse'));
      const heard = new Map([client, bystander, old].map(each => [each, []]));
      for (const [each, uris] of heard) {
        each.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => uris.push(params.uri));
      }
      await client.subscribeResource({ uri });
      await old.subscribeResource({ uri: joined });
      await client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
      await eventually(async () => [client, old].map(each => heard.get(each).length),
        counts => counts.every(count => count > 0));
      assert.ok(heard.get(client).every(each => each === uri));
      assert.ok(heard.get(old).every(each => each === joined));
      assert.deepEqual(heard.get(bystander), []);
      await client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
      await client.unsubscribeResource({ uri });
      await bystander.close();
      await old.close();
    });
  });
}

describe('the official servers together on /mcp/all', { timeout: 240_000 }, () => {
  let client, direct;
  before(async () => {
    direct = await connectDirectly(alone.everything);
    for (const name of Object.keys(shared)) await (await through(name)).close();
    client = await connectThrough(daemon.at('/mcp/all'));
  });
  after(async () => {
    await client.close();
    await direct.close();
  });

  it('shows prompts by flat names, all else unchanged', async () => {
    const { prompts } = await client.listPrompts();
    const own = (await direct.listPrompts()).prompts;
    assert.deepEqual(prompts, everythings.flatMap(server =>
      own.map(each => ({ ...each, name: `${server}__${each.name}` }))));
    const asked = { arguments: { city: 'Bern' } };
    const expected = await direct.getPrompt({ name: 'args-prompt', ...asked });
    for (const server of everythings) {
      assert.deepEqual(await client.getPrompt({ name: `${server}__args-prompt`, ...asked }), expected);
    }
  });

  it('shows a resource that one server has by its own URI, and those of several with the server', async () => {
    const { resources } = await client.listResources();
    const own = (await direct.listResources()).resources;
    const joined = (server, uri) => `mcptrunk://${server}/${uri}`;
    assert.deepEqual(resources.filter(each => each.uri.startsWith('mcptrunk:')),
      everythings.flatMap(server => own.map(each => ({ ...each, uri: joined(server, each.uri) }))));
    assert.deepEqual(resources.filter(each => !each.uri.startsWith('mcptrunk:')).map(each => each.uri),
      ['memory://knowledge-graph']);
    const { resourceTemplates } = await client.listResourceTemplates();
    const ownTemplates = (await direct.listResourceTemplates()).resourceTemplates;
    assert.deepEqual(resourceTemplates, everythings.flatMap(server =>
      ownTemplates.map(each => ({ ...each, uriTemplate: joined(server, each.uriTemplate) }))));
    for (const { uri } of resources) {
      const { contents } = await client.readResource({ uri });
      assert.equal(contents[0].uri, uri);
    }
    const [template] = resourceTemplates;
    const uri = template.uriTemplate.replace('{resourceId}', '5');
    assert.equal((await client.readResource({ uri })).contents[0].uri, uri);
  });

  it('refuses a URI of several servers, and names those that are clear', async () => {
    const { code, message } = await outcome(() => client.readResource({ uri: 'demo://resource/dynamic/text/5' }));
    assert.equal(code, -32602);
    for (const server of everythings) assert.ok(message.includes(`mcptrunk://${server}/demo:`), message);
  });

  it('completes arguments of prompts and templates by the names it shows', async () => {
    const argument = { name: 'department', value: 'S' };
    const ref = name => ({ type: 'ref/prompt', name });
    assert.deepEqual(await client.complete({ ref: ref('everything__completable-prompt'), argument }),
      await direct.complete({ ref: ref('completable-prompt'), argument }));
    const uri = 'demo://resource/dynamic/text/{resourceId}';
    const id = { name: 'resourceId', value: '1' };
    assert.deepEqual(
      await client.complete({ ref: { type: 'ref/resource', uri: `mcptrunk://everything/${uri}` }, argument: id }),
      await direct.complete({ ref: { type: 'ref/resource', uri }, argument: id }));
  });

  it('gives links that can be read', async () => {
    const { content } = await client.callTool({ name: 'everything__get-resource-links', arguments: { count: 3 } });
    const links = content.filter(block => block.type === 'resource_link');
    assert.equal(links.length, 3);
    for (const link of links) {
      const { contents } = await client.readResource({ uri: link.uri });
      assert.equal(contents[0].uri, link.uri);
    }
  });
});
