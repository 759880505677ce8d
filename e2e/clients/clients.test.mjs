// The unmodified official clients find and call tools through mcptrunk.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { corpusTools, Daemon, eventually } from './daemon.mjs';
import { listAllTools, textOf, variants } from './variants.mjs';

let daemon;
before(async () => { daemon = await Daemon.start(); });
after(async () => assert.equal(await daemon.close(), 0, 'SIGTERM drains and exits 0'));

const retrieve = async (client, query) =>
  JSON.parse(textOf(await client.callTool({ name: 'retrieve_tools', arguments: { query, limit: 5 } })));

const found = id => answer => answer.tools.some(tool => tool.id === id);

for (const variant of variants) {
  describe(variant.name, { timeout: 240_000 }, () => {
    it('connects to /mcp and sees the meta tools', async () => {
      const { client } = await variant.connect(daemon.at('/mcp'));
      assert.equal(client.getServerVersion().name, 'mcptrunk');
      const names = (await listAllTools(client)).map(tool => tool.name);
      for (const name of ['retrieve_tools', 'describe_tool', 'call_tool_read', 'call_tool_write',
        'call_tool_destructive', 'call_tool']) {
        assert.ok(names.includes(name), `${name} is missing in ${names}`);
      }
      await client.close();
    });

    it('retrieves a tool and calls it the way the answer says', async () => {
      const { client } = await variant.connect(daemon.at('/mcp'));
      const id = 'time:get_current_time';
      const answer = await eventually(
        () => retrieve(client, 'get the current time in a timezone'), found(id));
      assert.equal(answer.query, 'get the current time in a timezone');
      const hit = answer.tools.find(tool => tool.id === id);
      assert.equal(hit.server, 'time');
      assert.match(hit.call_with, /^call_tool/);
      const result = await client.callTool(
        { name: hit.call_with, arguments: { id, arguments: { timezone: 'Europe/Berlin' } } });
      assert.ok(!result.isError, textOf(result));
      assert.match(textOf(result), /^get_current_time \{.*"Europe\/Berlin".*\}$/s);
      await client.close();
    });

    it('describes a tool with its schema', async () => {
      const { client } = await variant.connect(daemon.at('/mcp'));
      const id = 'time:get_current_time';
      await eventually(() => retrieve(client, 'current time'), found(id));
      const result = await client.callTool({ name: 'describe_tool', arguments: { id } });
      assert.ok(!result.isError, textOf(result));
      assert.match(textOf(result), /inputSchema/);
      await client.close();
    });

    it('lists every tool of every server under /mcp/all and calls one', async () => {
      const { client } = await variant.connect(daemon.at('/mcp/all'));
      const tools = await eventually(
        () => listAllTools(client), listed => listed.length >= corpusTools.length);
      assert.equal(tools.length, corpusTools.length);
      const names = new Set(tools.map(tool => tool.name));
      assert.equal(names.size, tools.length, 'no name twice');
      for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{1,48}$/);
      const result = await client.callTool(
        { name: 'time__get_current_time', arguments: { timezone: 'UTC' } });
      assert.ok(!result.isError, textOf(result));
      assert.match(textOf(result), /^get_current_time .*"UTC"/s);
      await client.close();
    });

    it('is told the nearest name of an unknown tool', async () => {
      const { client } = await variant.connect(daemon.at('/mcp'));
      await eventually(() => retrieve(client, 'current time'), found('time:get_current_time'));
      const result = await client.callTool(
        { name: 'call_tool', arguments: { id: 'time:get_curent_time', arguments: {} } });
      assert.equal(result.isError, true);
      assert.match(textOf(result), /time:get_current_time/);
      await client.close();
    });

    it('gets an error for a tool that the surface does not have, and goes on', async () => {
      const { client } = await variant.connect(daemon.at('/mcp'));
      const said = await client.callTool({ name: 'retrieve_tool', arguments: {} })
        .then(result => (result.isError ? textOf(result) : undefined), error => error.message);
      assert.match(said ?? 'no error', /retrieve_tools/);
      assert.ok((await listAllTools(client)).length > 0);
      await client.close();
    });

    it('gets an error for arguments that are no object, and goes on', async () => {
      const { client } = await variant.connect(daemon.at('/mcp'));
      const said = await client.callTool({ name: 'call_tool', arguments: { id: 'time:get_current_time', arguments: [1] } })
        .then(result => (result.isError ? textOf(result) : undefined), error => error.message);
      assert.match(said ?? 'no error', /object/);
      assert.ok((await listAllTools(client)).length > 0);
      await client.close();
    });
  });
}
