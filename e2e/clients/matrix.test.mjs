// Every client on every endpoint: it connects, lists the tools of that surface and calls one.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from './daemon.mjs';
import { clients, endpoints, group, server } from './surfaces.mjs';
import { textOf } from './variants.mjs';

let daemon;
before(async () => {
  daemon = await Daemon.start([
    { ...fixture('duckduckgo-search'), name: server },
    { ...fixture('time'), name: 'clock', groups: [group] }
  ]);
});
after(async () => { await daemon.close(); });

for (const client of clients) {
  describe(client.name, { timeout: 600_000 }, () => {
    for (const endpoint of endpoints) {
      if (!client.reaches(endpoint)) continue;
      it(`lists and calls at ${endpoint.name}`, async () => {
        const open = await client.open(daemon, endpoint);
        try {
          await eventually(() => open.list(), tools => tools.some(tool => tool.name === endpoint.lists));
          // While the server of the tool is still starting, the call says so and may be repeated.
          const result = await eventually(() => open.call(endpoint.tool, endpoint.args), answer => !answer.isError);
          assert.match(textOf(result), endpoint.says);
        } finally {
          await open.close();
        }
      });
    }
  });
}
