// Bodies, heads and answers that are meant to fill the daemon's memory. After each of them the memory
// is back where it was, and meanwhile the health check and an honest client are served.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { Agent } from '../faults/demo.mjs';
import { closeAll, closeRest, head, healthy, MiB, open, openMany, pause, rssAnon, watchMemory } from './sockets.mjs';

const bodyMax = 16 * MiB;
const almost = Buffer.alloc(bodyMax - 1, 'x');
const budget = 64 * MiB;
// A buffer that grows is there twice for a moment; read buffers, parsers.
const slack = 24 * MiB;

let daemon;
let honest;
let key;
let start;
before(async () => {
  daemon = await Daemon.on({ mcpServers: [], require_mcp_auth: true });
  key = { 'X-API-Key': daemon.key() };
  honest = new Agent();
  honest.url = daemon.at('/mcp');
  honest.headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...key };
  honest.ids = 0;
  await greet();
});
after(async () => assert.equal(await daemon.close(), 0));
beforeEach(() => { start = rssAnon(daemon); });
afterEach(closeRest);

// The honest client: a handshake of its own.
async function greet() {
  const answer = await honest.post(JSON.stringify({
    jsonrpc: '2.0', id: 1, method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'honest', version: '1' } }
  }));
  assert.equal(answer.status, 200);
  assert.equal(answer.json.result.serverInfo.name, 'mcptrunk');
}

async function memoryComesBack(sockets) {
  await closeAll(sockets);
  await eventually(() => (rssAnon(daemon) - start) / MiB, grown => grown <= 8);
}

const written = (socket, bytes) => new Promise(done => {
  socket.once('close', done);
  socket.write(bytes, done);
});

describe('who is refused is not read', () => {
  const strangers = [
    ['without a key', '/mcp', {}, 401],
    ['with a wrong key', '/mcp', { 'X-API-Key': 'no' }, 401],
    ['to the REST API', '/api/v1/tools/call', {}, 401],
    ['for a foreign host', '/mcp', { Host: 'evil.example' }, 403],
    ['from a foreign page', '/mcp', { Origin: 'https://evil.example' }, 403],
    ['to nowhere', '/nowhere', {}, 404],
    ['to the health check', '/healthz', {}, 405],
    ['to a server that is none', '/mcp/servers/none', 'key', 404],
    ['as a form', '/mcp', { 'Content-Type': 'application/x-www-form-urlencoded', key: true }, 415],
    ['to no route of the API', '/api/v1/none', 'key', 404],
    ['too large', '/mcp', { 'Content-Length': bodyMax + 1, key: true }, 413]
  ];
  for (const [name, path, what, status] of strangers) {
    for (const length of name === 'without a key' ? [bodyMax, undefined] : [bodyMax]) {
      it(`${name}, ${length === undefined ? 'chunked' : 'with a length'}`, async () => {
        const { key: withKey, ...given } = what === 'key' ? { key: true } : what;
        const headers = { ...given, ...(withKey ? key : {}) };
        const peak = watchMemory(daemon);
        const sockets = await openMany(daemon, 24, head(daemon, path, length, headers));
        for (const socket of sockets) {
          if (length === undefined) socket.write(`${almost.length.toString(16)}\r\n`);
          socket.write(almost);
        }
        await Promise.all(sockets.map(socket => socket.whenGone));
        for (const socket of sockets) {
          // Who sends on and on may lose the answer: then the connection is gone.
          if (socket.text !== '') assert.match(socket.text, new RegExp(`^HTTP/1.1 ${status} `));
        }
        assert.ok(sockets.some(socket => socket.text !== ''));
        const grown = peak.stop() - start;
        assert.ok(grown < 8 * MiB, `grew by ${grown / MiB} MiB`);
        await greet();
        await memoryComesBack(sockets);
      });
    }
  }

  it('the answer is there before a byte of the body is sent', async () => {
    const socket = open(daemon, head(daemon, '/mcp', bodyMax));
    await socket.whenGone;
    assert.match(socket.text, /^HTTP\/1.1 401 [\s\S]*Connection: close[\s\S]*needs the API key/);
  });
});

describe('who may ask has a budget', () => {
  for (const length of [bodyMax, undefined]) {
    it(`24 bodies, each one byte short, ${length === undefined ? 'chunked' : 'with a length'}`, async () => {
      const peak = watchMemory(daemon);
      const sockets = await openMany(daemon, 24, head(daemon, '/mcp', length, key));
      for (const socket of sockets) {
        if (length === undefined) socket.write(`${bodyMax.toString(16)}\r\n`);
        socket.write(almost);
      }
      await eventually(() => sockets.filter(socket => socket.gone).length, gone => gone >= 20);
      assert.ok(await healthy(daemon));
      const refused = sockets.filter(socket => socket.text !== '');
      assert.ok(refused.length > 0);
      for (const socket of refused) assert.match(socket.text, /^HTTP\/1.1 503 [\s\S]*Retry-After: \d/);
      const grown = peak.stop() - start;
      assert.ok(grown < budget + slack, `grew by ${grown / MiB} MiB`);
      await greet();
      await memoryComesBack(sockets);
    });
  }

  it('24 whole bodies of nonsense', async () => {
    for (let i = 0; i < 24; ++i) {
      const socket = open(daemon, head(daemon, '/mcp', bodyMax - 1, { ...key, Connection: 'close' }));
      await written(socket, almost);
      await socket.whenGone;
      assert.match(socket.text, /^HTTP\/1.1 400 /);
    }
    await memoryComesBack([]);
  });

  it('a thousand bodies that are announced and come byte by byte', async () => {
    const peak = watchMemory(daemon);
    const sockets = await openMany(daemon, 1000, head(daemon, '/mcp', bodyMax, key));
    for (let round = 0; round < 5; ++round) {
      for (const socket of sockets) socket.write('x');
      await greet();
      assert.ok(await healthy(daemon));
    }
    const grown = peak.stop() - start;
    assert.ok(grown < 16 * MiB, `grew by ${grown / MiB} MiB`);
    await memoryComesBack(sockets);
  });
});

describe('without any body', () => {
  it('two thousand heads that do not end', async () => {
    const peak = watchMemory(daemon);
    const sockets = await openMany(daemon, 2000,
      `GET /mcp HTTP/1.1\r\nHost: ${daemon.url.host}\r\nX-Long: ${'x'.repeat(31_000)}`);
    await eventually(() => sockets.filter(socket => socket.text.startsWith('HTTP/1.1 503 ')).length, refused => refused > 0);
    assert.ok(await healthy(daemon));
    const grown = peak.stop() - start;
    assert.ok(grown < budget + slack, `grew by ${grown / MiB} MiB`);
    await memoryComesBack(sockets);
    await greet();
  });

  it('answers that nobody takes', async () => {
    const one = `GET /healthz HTTP/1.1\r\nHost: ${daemon.url.host}\r\n\r\n`;
    const peak = watchMemory(daemon);
    const sockets = [];
    for (let i = 0; i < 100; ++i) {
      const socket = open(daemon);
      socket.pause();
      socket.write(one.repeat(2000));
      sockets.push(socket);
    }
    for (let round = 0; round < 20; ++round) {
      await pause(50);
      assert.ok(await healthy(daemon));
    }
    const grown = peak.stop() - start;
    assert.ok(grown < budget + slack, `grew by ${grown / MiB} MiB`);
    await greet();
    await memoryComesBack(sockets);
  });
});
