// Everything rude at once, from many clients, while honest ones work: streams aborted in the middle
// of large messages, batches, cancellations, clients that vanish, floods, bytes at random. Nothing
// of it may cost anybody but its sender; under a sanitizer nothing of it may be wrong at all.
//   MCPTRUNK_STORM_SECONDS=600 e2e/run attacks build/asan/bin storm.test.mjs
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from '../clients/daemon.mjs';
import { pick, randomFrom } from '../clients/random.mjs';
import { Agent } from '../faults/demo.mjs';

const seconds = Number(process.env.MCPTRUNK_STORM_SECONDS ?? 5);
const seed = Number(process.env.MCPTRUNK_STORM_SEED ?? 20261128);
const large = 'x'.repeat(100 * 1024);  // over what is scanned on the loop

let daemon;
before(async () => {
  daemon = await Daemon.start([
    { ...fixture('fetch', '--huge', '200000', '--delay', '5'), name: 'huge' },
    { ...fixture('fetch', '--progress', '5', '--delay', '30'), name: 'slow' },
    { ...fixture('fetch', '--ask', 'sampling'), name: 'asking' },
    { ...fixture('fetch', '--garbage'), name: 'noisy' },
    { ...fixture('fetch', '--crash-after', '40'), name: 'fragile', auto_disable_threshold: 0 },
    { ...fixture('fetch', '--mute-after', '60'), name: 'mute', auto_disable_threshold: 0 }
  ]);
  const agent = await Agent.open(daemon.at('/mcp'));
  await eventually(() => agent.find('fetch a web page'), ids => ids.includes('huge:fetch'));
});
after(async () => assert.equal(await daemon.close(), 0, 'the daemon ended in order'));

const servers = ['huge', 'slow', 'asking', 'noisy', 'fragile', 'mute', 'fetch', 'time'];
const surfaces = ['/mcp', '/mcp/all', ...servers.slice(0, 6).map(name => `/mcp/servers/${name}`)];
const message = (method, params, id) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const call = (server, args, id, meta) =>
  message('tools/call', { name: 'call_tool', arguments: { id: `${server}:fetch`, arguments: args }, _meta: meta }, id);

// A connection of its own that sends `text` as the body of a POST and goes away when told.
function raw(session, path, body, declared = Buffer.byteLength(body)) {
  const socket = connect({ host: daemon.url.hostname, port: Number(daemon.url.port) });
  socket.on('error', () => {});
  socket.resume();
  const headers = session === undefined ? '' : `Mcp-Session-Id: ${session}\r\n`;
  socket.write(`POST ${path} HTTP/1.1\r\nHost: ${daemon.url.host}\r\nContent-Type: application/json\r\n` +
    `Accept: application/json, text/event-stream\r\n${headers}Content-Length: ${declared}\r\n\r\n`);
  socket.write(body);
  return socket;
}
const pause = ms => new Promise(done => setTimeout(done, ms));
const ended = socket => new Promise(done => { socket.once('close', done); socket.destroy(); });

// What a rude client does once. Answers and failures are all the same to it.
const rudeness = {
  async vanishesAmidAnAnswer(random, agent) {
    const socket = raw(agent.headers['Mcp-Session-Id'], '/mcp', call('huge', { url: large }, 1));
    await pause(random() * 30);
    await ended(socket);
  },
  async vanishesAmidItsRequest(random, agent) {
    const body = call('slow', { url: large }, 2);
    const socket = raw(agent.headers['Mcp-Session-Id'], '/mcp', body.slice(0, Math.floor(random() * body.length)), body.length);
    await pause(random() * 10);
    await ended(socket);
  },
  async cancels(random, agent) {
    const id = 1000 + Math.floor(random() * 1e6);
    const answer = agent.post(call('slow', { url: 'x' }, id, { progressToken: id }));
    await pause(random() * 30);
    await agent.post(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }));
    await Promise.race([answer, pause(200)]);
  },
  async sendsBatches(random, agent) {
    const old = await Agent.open(daemon.at('/mcp'), '2025-03-26');
    const entries = Array.from({ length: 1 + Math.floor(random() * 60) }, (_, i) =>
      pick([call(pick(servers, random), { url: large.slice(0, random() * 3000) }, i), message('ping', {}, i),
        '{}', '1', message('notifications/cancelled', { requestId: i })], random));
    await old.post(`[${entries.join(',')}]`);
    await fetch(daemon.at('/mcp'), { method: 'DELETE', headers: old.headers });
  },
  async floods(random, agent) {
    const socket = raw(agent.headers['Mcp-Session-Id'], '/mcp', message('ping', {}, 1));
    const request = `POST /mcp HTTP/1.1\r\nHost: ${daemon.url.host}\r\nContent-Type: application/json\r\nMcp-Session-Id: ` +
      `${agent.headers['Mcp-Session-Id']}\r\nContent-Length: ${message('tools/list', {}, 1).length}\r\n\r\n${message('tools/list', {}, 1)}`;
    socket.pause();  // it never reads
    for (let i = 0; i < 200; ++i) socket.write(request);
    await pause(random() * 100);
    await ended(socket);
  },
  async leavesItsStreams(random, agent) {
    const abort = new AbortController();
    const streams = ['/mcp', '/sse'].map(path => fetch(daemon.at(path),
      { headers: { ...agent.headers, Accept: 'text/event-stream' }, signal: abort.signal }).catch(() => {}));
    await pause(random() * 30);
    abort.abort();
    await Promise.all(streams);
  },
  async isAskedAndGoes(random) {
    const asked = new Agent();
    const opened = await fetch(daemon.at('/mcp'), { method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
      body: message('initialize', { protocolVersion: '2025-06-18', capabilities: { sampling: {} }, clientInfo: { name: 'storm', version: '1' } }, 0) });
    await opened.text();
    asked.headers = { 'Mcp-Session-Id': opened.headers.get('mcp-session-id') };
    const socket = raw(asked.headers['Mcp-Session-Id'], '/mcp', call('asking', { url: 'x' }, 5));
    await pause(random() * 60);
    await ended(socket);
  },
  async opensAndForgets(random) {
    const agent = await Agent.open(daemon.at(pick(surfaces, random)));
    await agent.post(call(pick(servers, random), { url: large }, 3));
    if (random() < 0.5) await fetch(agent.url, { method: 'DELETE', headers: agent.headers });
  },
  async speaksNonsense(random, agent) {
    const bytes = Buffer.from(call('time', { url: 'x'.repeat(200) }, 4));
    for (let i = 0; i < 5; ++i) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    await agent.post(bytes);
    const socket = connect({ host: daemon.url.hostname, port: Number(daemon.url.port) });
    socket.on('error', () => {});
    socket.write(Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256))));
    await pause(5);
    await ended(socket);
  },
  async subscribes(random, agent) {
    for (const uri of ['a:b', large.slice(0, random() * 20000), 'mcptrunk://huge/x']) {
      await agent.post(message(pick(['resources/subscribe', 'resources/unsubscribe', 'resources/read'], random), { uri }, 6));
    }
  }
};

async function rude(number, until) {
  const random = randomFrom(seed + number);
  const names = Object.keys(rudeness);
  const done = {};
  let agent = await Agent.open(daemon.at('/mcp'));
  while (Date.now() < until) {
    const name = pick(names, random);
    // A refused or cut connection is what it asked for.
    await rudeness[name](random, agent).catch(() => {});
    done[name] = (done[name] ?? 0) + 1;
    if (random() < 0.05) agent = await Agent.open(daemon.at('/mcp'));
  }
  return done;
}

// Calls that must all be answered with what was asked.
async function honest(number, until) {
  const agent = await Agent.open(daemon.at('/mcp'));
  let calls = 0;
  while (Date.now() < until) {
    const timezone = `storm-${number}-${calls}`;
    const { failed, text } = await agent.call('time:get_current_time', { timezone });
    assert.equal(failed, false, text);
    assert.match(text, new RegExp(timezone));
    calls += 1;
  }
  return calls;
}

describe('a storm of rude clients', { timeout: (seconds + 120) * 1000 }, () => {
  it(`costs honest ones nothing, for ${seconds} s`, async t => {
    const until = Date.now() + seconds * 1000;
    const [counts, done] = await Promise.all([
      Promise.all([0, 1, 2].map(number => honest(number, until))),
      Promise.all(Array.from({ length: 12 }, (_, number) => rude(number, until)))
    ]);
    const total = {};
    for (const one of done) for (const [name, count] of Object.entries(one)) total[name] = (total[name] ?? 0) + count;
    t.diagnostic(`${counts.reduce((sum, count) => sum + count, 0)} honest calls; ${JSON.stringify(total)}`);
    assert.ok(counts.every(count => count > 0), 'every honest client was served');
    assert.ok(Object.keys(rudeness).every(name => total[name] > 0), 'all of it was done');
    assert.equal((await fetch(daemon.at('/healthz'))).status, 200);
  });
});
