// One process takes every connection it can get. The health check, the command line and honest
// clients are served all the same.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { Agent } from '../faults/demo.mjs';
import { closeAll, closeRest, healthy, openMany, pause } from './sockets.mjs';

const many = 4300;  // of 4,096

let daemon;
let honest;
let stream;
before(async () => {
  daemon = await Daemon.start();
  honest = await Agent.open(daemon.at('/mcp'));
  stream = await fetch(daemon.at('/mcp'), { headers: { ...honest.headers, Accept: 'text/event-stream' } });
  assert.equal(stream.status, 200);
});
after(async () => {
  await stream.body.cancel().catch(() => {});
  assert.equal(await daemon.close(), 0);
});

afterEach(closeRest);

async function isServed() {
  const started = Date.now();
  for (let i = 0; i < 5; ++i) assert.ok(await healthy(daemon));
  const fresh = await Agent.open(daemon.at('/mcp'));
  assert.deepEqual((await fresh.request('ping')).result, {});
  assert.deepEqual((await honest.request('ping')).result, {});
  const status = await daemon.cli('status', '-o', 'json');
  assert.equal(status.code, 0, status.text);
  assert.ok(Date.now() - started < 20_000, 'served, but slowly');
}

// The honest client's open stream is none that is ended for others.
const streamLives = async () => {
  const reader = stream.body.getReader();
  const first = await Promise.race([reader.read(), pause(200).then(() => 'open')]);
  reader.releaseLock();
  return first === 'open' || !first.done;
};

describe('all places are taken', () => {
  const attacks = [
    ['by silence', ''],
    ['by heads that do not end', 'GET /healthz HTTP/1.1\r\nHo'],
    ['by health checks', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['by refused requests', 'GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['by nonsense', 'nonsense\r\n\r\n']
  ];
  for (const [how, text] of attacks) {
    it(how, async () => {
      const sockets = await openMany(daemon, many, text);
      await isServed();
      assert.ok(await streamLives());
      await closeAll(sockets);
    });
  }

  it('by ever new ones', async () => {
    let going = true;
    let opened = 0;
    const flood = (async () => {
      while (going) {
        const sockets = await openMany(daemon, 400);
        opened += sockets.length;
        for (const socket of sockets) socket.destroy();
      }
    })();
    await isServed();
    await isServed();
    going = false;
    await flood;
    assert.ok(opened > 1000);
  });

  it('by silence, around three hundred open streams', async () => {
    const text = ['GET /sse HTTP/1.1', `Host: ${daemon.url.host}`, 'Accept: text/event-stream', '', ''].join('\r\n');
    const streams = await openMany(daemon, 300, text);
    await eventually(() => streams.filter(socket => socket.text !== '').length, answered => answered === 300);
    const silent = await openMany(daemon, many);
    await isServed();
    assert.ok(streams.every(socket => !socket.gone && socket.text.startsWith('HTTP/1.1 200')));
    await closeAll([...streams, ...silent]);
  });
});
