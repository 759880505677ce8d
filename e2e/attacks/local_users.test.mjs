// Who on this machine is served without a key: the daemon's own user, and others where they are let in.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { asStranger, noStranger } from './stranger.mjs';

const limits = { timeout: 120_000 };
const initialize = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } } });
const accept = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

// As that user: {status, body} of a POST, or a GET where there is no body.
const fetching = `
const [url, headers, body] = process.argv.slice(1);
const answer = await fetch(url, { method: body === '' ? 'GET' : 'POST', headers: JSON.parse(headers),
  body: body === '' ? undefined : body, signal: AbortSignal.timeout(20000) });
const streams = answer.headers.get('content-type')?.startsWith('text/event-stream') && answer.ok;
console.log(JSON.stringify({ status: answer.status, body: streams ? '' : await answer.text() }));
process.exit(0);
`;
const asksAsStranger = async (url, headers = accept, body = initialize) =>
  JSON.parse(await asStranger(fetching, url, JSON.stringify(headers), body));

// One request over the daemon's socket: {status, body}.
const overSocket = (daemon, path, headers = {}) => new Promise((done, failed) => {
  request({ socketPath: join(daemon.data, 'daemon.sock'), path, headers: { Host: 'localhost', ...headers } }, answer => {
    let body = '';
    answer.on('data', chunk => { body += chunk; });
    answer.on('end', () => done({ status: answer.statusCode, body }));
  }).on('error', failed).end();
});

describe('another user of this machine', { ...limits, skip: noStranger }, () => {
  let daemon;
  before(async () => { daemon = await Daemon.start(); });
  after(async () => { await daemon.close(); });
  const sessions = async () => (await daemon.rest('status')).body.data.sessions;

  for (const path of ['/mcp', '/mcp/all', '/mcp/call', '/mcp/servers/time']) {
    it(`needs the key for ${path}, and reads what to do`, async () => {
      const refused = await asksAsStranger(daemon.at(path));
      assert.equal(refused.status, 401, refused.body);
      assert.match(refused.body, /another user of this machine \(uid 65534\)/);
      assert.match(refused.body, /X-API-Key/);
      assert.match(refused.body, /local_users/);
      const served = await asksAsStranger(daemon.at(path), { ...accept, 'X-API-Key': daemon.key() });
      assert.equal(served.status, 200, served.body);
    });
  }

  it('needs it for /sse and /metrics too, not to see whether the daemon lives', async () => {
    for (const path of ['/sse', '/metrics']) {
      assert.equal((await asksAsStranger(daemon.at(path), {}, '')).status, 401, path);
      assert.equal((await asksAsStranger(daemon.at(path), { 'X-API-Key': daemon.key() }, '')).status, 200, path);
    }
    assert.equal((await asksAsStranger(daemon.at('/healthz'), {}, '')).status, 200);
  });

  it('gains nothing by closing, half-closing or resetting at once', async () => {
    const before = await sessions();
    const text = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`
      + `Accept: application/json, text/event-stream\r\nContent-Length: ${initialize.length}\r\n\r\n${initialize}`;
    const rush = `
      import { connect } from 'node:net';
      const [port, text] = process.argv.slice(1);
      const ends = ['end', 'destroy', 'resetAndDestroy'];
      let served = 0;
      const one = n => new Promise(done => {
        const socket = connect({ host: '127.0.0.1', port: Number(port) }, () => {
          socket.write(text, () => setTimeout(() => socket[ends[n % 3]](), n % 4));
        });
        socket.on('data', bytes => { if (String(bytes).startsWith('HTTP/1.1 200')) ++served; });
        socket.on('error', () => {});
        socket.on('close', done);
      });
      for (let round = 0; round < 20; ++round) {
        await Promise.all(Array.from({ length: 30 }, (_, n) => one(n)));
      }
      console.log(served);`;
    assert.equal(Number(await asStranger(rush, daemon.url.port, text)), 0);
    assert.equal(await sessions(), before);
  });

  it('cannot use the socket, also where the way to it is open', async () => {
    const dial = `
      import { connect } from 'node:net';
      const socket = connect(process.argv[1], () => { console.log('in'); process.exit(0); });
      socket.on('error', error => console.log(error.code));`;
    const socket = join(daemon.data, 'daemon.sock');
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    assert.equal((await asStranger(dial, socket)).trim(), 'EACCES');
    for (const dir of [daemon.home, daemon.data]) chmodSync(dir, 0o755);
    assert.equal((await asStranger(dial, socket)).trim(), 'EACCES');
    for (const dir of [daemon.home, daemon.data]) chmodSync(dir, 0o700);
  });

  it('is let in by local_users: all, and out again, without a restart', async () => {
    const config = JSON.parse(readFileSync(daemon.config, 'utf8'));
    const saved = async (local_users, status) => {
      writeFileSync(daemon.config, JSON.stringify({ ...config, local_users }));
      await eventually(() => asksAsStranger(daemon.at('/mcp')), answer => answer.status === status);
      assert.equal((await daemon.rest('status')).body.data.local_users, local_users);
    };
    await saved('all', 200);
    const doctor = await daemon.cli('doctor');
    assert.match(doctor.text, /local users: every user of this machine/);
    const proxied = await asksAsStranger(daemon.at('/mcp'), { ...accept, Via: '1.1 proxy' });
    assert.equal(proxied.status, 401);
    await saved('own', 401);
    assert.match((await daemon.cli('doctor')).text, /local users: only programs of the daemon's own user/);
  });
});

describe('the own user', limits, () => {
  let daemon;
  before(async () => { daemon = await Daemon.start(); });
  after(async () => { await daemon.close(); });
  const asks = async headers => {
    const answer = await fetch(daemon.at('/mcp'), { method: 'POST', headers: { ...accept, ...headers }, body: initialize });
    return { status: answer.status, body: await answer.text() };
  };

  it('needs no key for /mcp', async () => {
    assert.equal((await asks({})).status, 200);
    assert.equal((await fetch(daemon.at('/metrics'))).status, 200);
  });

  for (const name of ['Via', 'Forwarded', 'X-Forwarded-For', 'X-Forwarded-Anything', 'X-Real-IP', 'X-Client-IP',
    'True-Client-IP', 'CF-Connecting-IP', 'X-Cluster-Client-IP', 'Fastly-Client-IP']) {
    it(`needs it where a proxy has passed the request on: ${name}`, async () => {
      assert.equal((await asks({ [name]: '1.2.3.4' })).status, 401);
      assert.equal((await asks({ [name]: '1.2.3.4', 'X-API-Key': daemon.key() })).status, 200);
      assert.equal((await overSocket(daemon, '/api/v1/status', { [name]: '1.2.3.4' })).status, 401);
    });
  }

  it('needs none over the socket, for REST and events too', async () => {
    const status = await overSocket(daemon, '/api/v1/status');
    assert.equal(status.status, 200, status.body);
    assert.equal((await overSocket(daemon, '/events?follow=false')).status, 200);
    assert.equal((await overSocket(daemon, '/api/v1/status', { Host: 'evil.example' })).status, 403);
  });

  it('has its commands served without any key in the files', async () => {
    writeFileSync(join(daemon.data, 'api_key'), 'not the one that the daemon took\n');
    const { code, text } = await daemon.cli('status');
    assert.equal(code, 0, text);
    assert.ok(text.includes(daemon.url.origin), 'people still read the address');
  });
});
