// Servers behind a url that never come to an end of something: each fails with a sentence, takes
// no memory to speak of, and keeps nobody else waiting.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { Agent } from './agent.mjs';
import { memoryOf, watchMemory } from './memory.mjs';

const memoryMax = 16;  // MiB over what it was before
const messageMax = 1024 * 1024;
const head = (type, more = '') => `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${more}`;
const chunked = 'Transfer-Encoding: chunked\r\n\r\n';
const letters = 'a'.repeat(64 * 1024);
const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });

// What is sent first, and then again and again.
const kinds = {
  'status line': ['HTTP/1.1 200 ', letters],
  'header': ['HTTP/1.1 200 OK\r\nX-Long: ', letters],
  'headers': ['HTTP/1.1 200 OK\r\n', `X-Many: ${'b'.repeat(1000)}\r\n`.repeat(64)],
  'informational answers': ['', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)],
  'hints': ['', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(1000)],
  'headers of an informational answer': ['HTTP/1.1 100 Continue\r\n', `X-Many: ${letters}\r\n`],
  'extension of a chunk': [`${head('application/json')}${chunked}1;x=`, letters],
  'size of a chunk': [`${head('application/json')}${chunked}`, '0'.repeat(64 * 1024)],
  'trailers': [`${head('application/json')}${chunked}2\r\n{}\r\n0\r\n`, `X-Many: ${'b'.repeat(1000)}\r\n`.repeat(64)],
  'body': [`${head('application/json')}${chunked}`, `10000\r\n${letters}\r\n`],
  'body without a frame': [`${head('application/json')}\r\n`, letters],
  'body of an error': [`HTTP/1.1 500 No\r\nContent-Type: text/plain\r\n${chunked}`, `10000\r\n${letters}\r\n`],
  'line of events': [`${head('text/event-stream')}${chunked}7\r\ndata: x\r\n`, `10000\r\n${letters}\r\n`],
  'event': [`${head('text/event-stream')}${chunked}`, `1000c\r\ndata: ${letters.slice(0, -1)}x\ndata:\r\n`],
  'compressed body': [`${head('application/json', 'Content-Encoding: gzip\r\n')}Content-Length: ${zeros.length * 1000}\r\n\r\n`, zeros]
};

// What one kind of server answers to everything.
async function endless([first, rest]) {
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(first);
      const more = () => { while (socket.writable && socket.write(rest)); };
      socket.on('drain', more);
      more();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('a server behind a url that never ends its', { timeout: 240_000 }, () => {
  let daemon, agent;
  const servers = {};
  before(async () => {
    for (const [kind, bytes] of Object.entries(kinds)) servers[kind] = await endless(bytes);
    let step = 0;
    servers.redirects = createServer(socket => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write(`HTTP/1.1 307 On\r\nLocation: /${++step}\r\nContent-Length: 0\r\n\r\n`));
    });
    servers.redirects.listen(0, '127.0.0.1');
    await once(servers.redirects, 'listening');
    daemon = await Daemon.on({
      limits: { message_bytes_max: messageMax },
      mcpServers: [
        ...Object.entries(servers).map(([name, server]) =>
          ({ name, url: `http://127.0.0.1:${server.address().port}/mcp`, protocol: 'http', startup_mode: 'disabled', connect_timeout: 20 })),
        { name: 'well', command: process.execPath, args: [new URL('./late_talker.mjs', import.meta.url).pathname] }]
    });
    await eventually(async () => (await daemon.rest('servers')).body.data.servers.find(one => one.name === 'well'),
      server => server.state === 'ready');
    agent = await Agent.open(daemon.at('/mcp/servers/well'));
  });
  after(async () => {
    await agent.close();
    assert.equal(await daemon.close(), 0);
    for (const server of Object.values(servers)) server.close();
  });

  for (const kind of [...Object.keys(kinds), 'redirects']) {
    it(`${kind} fails with a sentence, in little memory, beside calls that go on`, async () => {
      const before = memoryOf(daemon);
      const watch = watchMemory(daemon);
      await daemon.cli('servers', 'enable', kind);
      const failed = await eventually(async () => {
        const started = performance.now();
        assert.equal((await agent.call('tell', { secret: 'none' })).content[0].text, 'done');
        assert.ok(performance.now() - started < 5000, 'a call waited');
        return (await daemon.rest('servers')).body.data.servers.find(one => one.name === kind);
      }, server => server.last_error);
      const most = watch.stop();
      await daemon.cli('servers', 'disable', kind);
      assert.match(failed.last_error.message, /[a-z]{3}/);
      assert.ok(most - before < memoryMax, `${kind}: ${before.toFixed(1)} MiB, then ${most.toFixed(1)} MiB`);
      console.log(`${kind}: ${(most - before).toFixed(1)} MiB more; ${failed.last_error.message}`);
    });
  }
});
