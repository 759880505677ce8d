// Servers that are far away: TLS with a certificate of the user's own authority, HTTP/1.1 and
// HTTP/2, packed answers, many calls at once.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createPlain } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { Agent } from '../faults/demo.mjs';

const home = mkdtempSync(join(tmpdir(), 'mcptrunk-remote-'));
const [keyFile, certFile] = [join(home, 'key.pem'), join(home, 'cert.pem')];

function answerTo(message) {
  switch (message.method) {
    case 'initialize':
      return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'far', version: '1' } };
    case 'tools/list':
      return { tools: [{ name: 'echo', description: 'says it again', inputSchema: { type: 'object' } }] };
    case 'tools/call':
      return { content: [{ type: 'text', text: JSON.stringify(message.params.arguments) }] };
    default:
      return {};
  }
}

// One MCP server, whatever carries it. It answers calls when `seen.together` of them are there.
function serve(seen, pack) {
  let held = [];
  return async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.versions.add(request.httpVersion);
    if (request.method !== 'POST') return response.writeHead(405).end();
    const message = JSON.parse(body);
    if (message.id === undefined) return response.writeHead(204).end();
    if (message.method === 'tools/call') {
      ++seen.calls;
      await new Promise(done => {
        held.push(done);
        if (held.length < seen.together) return;
        held.forEach(go => go());
        held = [];
      });
    }
    const text = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: answerTo(message) });
    const [encoding, bytes] = pack(text);
    response.writeHead(200, { 'Content-Type': 'application/json', ...encoding });
    response.end(bytes);
  };
}

const packed = {
  plain: text => [{}, text],
  gzip: text => [{ 'Content-Encoding': 'gzip' }, gzipSync(text)],
  br: text => [{ 'Content-Encoding': 'br' }, brotliCompressSync(text)],
  marked: text => [{}, `\uFEFF${text}`]
};

async function started(make, scheme, pack = packed.plain) {
  const seen = { calls: 0, together: 1, versions: new Set(), connections: 0 };
  const server = make(serve(seen, pack));
  server.on(scheme === 'https' ? 'secureConnection' : 'connection', () => { ++seen.connections; });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { seen, server, url: `${scheme}://localhost:${server.address().port}/mcp` };
}

describe('servers that are far away', { timeout: 240_000 }, () => {
  const far = {};
  let daemon;
  let agent;
  before(async () => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
      '-nodes', '-keyout', keyFile, '-out', certFile, '-days', '2', '-subj', '/CN=far',
      '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
    const tls = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
    far.h2 = await started(listener => createSecureServer(tls, listener), 'https');
    far.h1 = await started(listener => createTls(tls, listener), 'https');
    far.plain = await started(createPlain, 'http');
    far.gzip = await started(createPlain, 'http', packed.gzip);
    far.br = await started(listener => createSecureServer(tls, listener), 'https', packed.br);
    far.marked = await started(createPlain, 'http', packed.marked);
    far.strange = await started(listener => createTls(tls, listener), 'https');
    daemon = await Daemon.on({ mcpServers: Object.entries(far).map(([name, { url }]) => ({
      name, url, protocol: 'http', max_concurrent_requests: 1000,
      ...(name === 'strange' ? {} : { ca_file: certFile }) })) });
    agent = await Agent.open(daemon.at('/mcp'));
  });
  after(async () => {
    await daemon.close();
    for (const { server } of Object.values(far)) {
      server.close();
      server.closeAllConnections?.();
    }
    rmSync(home, { recursive: true });
  });

  const status = async name =>
    (await daemon.rest('servers')).body.data.servers.find(server => server.name === name);

  for (const name of ['h2', 'h1', 'plain', 'gzip', 'br', 'marked']) {
    it(`calls a tool of ${name}`, async () => {
      await eventually(() => status(name), server => server.state === 'ready');
      const { failed, text } = await agent.call(`${name}:echo`, { said: name });
      assert.ok(!failed, text);
      assert.match(text, new RegExp(`"said":"${name}"`));
    });
  }

  it('speaks the newest version of HTTP that both know', () => {
    assert.deepEqual([...far.h2.seen.versions], ['2.0']);
    assert.deepEqual([...far.br.seen.versions], ['2.0']);
    assert.deepEqual([...far.h1.seen.versions], ['1.1']);
    assert.deepEqual([...far.plain.seen.versions], ['1.1']);
  });

  it('says why a certificate is not trusted', async () => {
    await eventually(() => status('strange'), server => /self-signed certificate/.test(JSON.stringify(server)));
  });

  for (const [name, connectionsMax] of [['h2', 16], ['h1', 420], ['plain', 420]]) {
    it(`has 400 calls of ${name} under way at once`, async () => {
      const { seen } = far[name];
      seen.together = 400;
      const agents = await Promise.all(Array.from({ length: 20 }, () => Agent.open(daemon.at('/mcp'))));
      const answers = await Promise.all(Array.from({ length: 400 },
        (_, i) => agents[i % 20].call(`${name}:echo`, { number: i })));
      answers.forEach(({ failed, text }, i) => {
        assert.ok(!failed, text);
        assert.match(text, new RegExp(`"number":${i}}`));
      });
      assert.ok(seen.connections <= connectionsMax, `${seen.connections} connections`);
      assert.equal(seen.calls, 401);
      const threads = Number(/^Threads:\s+(\d+)/m.exec(
        readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8'))[1]);
      assert.ok(threads <= 10, `${threads} threads`);
    });
  }
});
