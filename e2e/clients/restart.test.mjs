// A session outlives the daemon that gave it: the client notices nothing but a short silence.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually } from './daemon.mjs';
import { textOf, variants } from './variants.mjs';

let daemon;
before(async () => { daemon = await Daemon.start(); });
after(async () => { await daemon.close(); });

const call = client => client.callTool(
  { name: 'call_tool', arguments: { id: 'time:get_current_time', arguments: { timezone: 'UTC' } } });
// While the server of the tool is still starting, the call says so and may be repeated.
const works = result => !result.isError;

for (const variant of variants) {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    describe(`${variant.name}, ${signal}`, { timeout: 240_000 }, () => {
      it('calls a tool in the same session before and after', async () => {
        const { client, transport } = await variant.connect(daemon.at('/mcp'));
        await eventually(() => call(client), works);
        const session = transport.sessionId;
        await daemon.restart(signal);
        const result = await eventually(() => call(client), works);
        assert.match(textOf(result), /get_current_time/);
        assert.equal(transport.sessionId, session);
        await client.close();
      });
    });
  }
}
