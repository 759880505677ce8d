// The official npm servers: how to run each, and how to speak to one without mcptrunk.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Client } from '../clients/node_modules/@modelcontextprotocol/sdk/dist/esm/client/index.js';
import { StdioClientTransport } from '../clients/node_modules/@modelcontextprotocol/sdk/dist/esm/client/stdio.js';
import { SSEClientTransport } from '../clients/node_modules/@modelcontextprotocol/sdk/dist/esm/client/sse.js';
import { StreamableHTTPClientTransport } from '../clients/node_modules/@modelcontextprotocol/sdk/dist/esm/client/streamableHttp.js';
import { CreateMessageRequestSchema, ElicitRequestSchema } from '../clients/node_modules/@modelcontextprotocol/sdk/dist/esm/types.js';

const packages = resolve(import.meta.dirname, '../clients/node_modules/@modelcontextprotocol');
const identity = { name: 'mcptrunk-upstream-tests', version: '1.0.0' };

function program(name) {
  const folder = join(packages, name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json')));
  return join(folder, Object.values(bin)[0]);
}

// Entries of a configuration. What a server writes is below `place`.
export function officialServers(place) {
  const files = join(place, 'files');
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, 'note.txt'), 'first line\nzweite Zeile: äöü\n');
  writeFileSync(join(files, 'dot.png'), Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==', 'base64'));
  const node = (name, server, ...args) =>
    ({ name, command: process.execPath, args: [program(`server-${server}`), ...args] });
  return {
    everything: node('everything', 'everything', 'stdio'),
    files: node('files', 'filesystem', files),
    memory: { ...node('memory', 'memory'), env: { MEMORY_FILE_PATH: join(place, 'memory.jsonl') } },
    thinking: node('thinking', 'sequential-thinking')
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

// server-everything, serving a transport over HTTP: its entry in a configuration, and how to end it.
export async function serveEverything(name, transport) {
  const port = await freePort();
  const child = spawn(process.execPath, [program('server-everything'), transport],
    { env: { ...process.env, PORT: String(port) }, stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise((ready, reject) => {
    child.once('exit', code => reject(new Error(`server-everything ${transport} ended with ${code}`)));
    child.stderr.on('data', text => { if (String(text).includes(`port ${port}`)) ready(); });
  });
  child.removeAllListeners('exit');
  const [protocol, path] = transport === 'sse' ? ['sse', '/sse'] : ['streamable-http', '/mcp'];
  return { entry: { name, protocol, url: `http://127.0.0.1:${port}${path}` }, end: () => child.kill() };
}

function directTransport({ command, args, env, protocol, url }) {
  if (protocol === 'sse') return new SSEClientTransport(new URL(url));
  if (url !== undefined) return new StreamableHTTPClientTransport(new URL(url));
  return new StdioClientTransport({ command, args, env: { ...process.env, ...env }, stderr: 'ignore' });
}

// A client that can be asked, as every client of these tests; servers list tools by that.
async function connect(transport) {
  const client = new Client(identity, { capabilities: { sampling: {}, elicitation: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({ role: 'assistant', model: 'none',
    content: { type: 'text', text: `asked: ${JSON.stringify(params.messages)}` } }));
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({ action: 'accept',
    content: { name: `asked: ${params.message}`, check: true } }));
  await client.connect(transport);
  return client;
}

// To the server of an entry, without mcptrunk.
export const connectDirectly = entry => connect(directTransport(entry));
export const connectThrough = url => connect(new StreamableHTTPClientTransport(url));
// By the transport of 2024-11-05.
export const connectOld = url => connect(new SSEClientTransport(url));

// What a request comes to, errors included, so that two outcomes can be compared.
export async function outcome(ask) {
  try {
    return { result: await ask() };
  } catch (error) {
    return { code: error.code, message: error.message, data: error.data };
  }
}

// Everything that tells one run of a server from another: times of the day, in text and in blobs.
export function withoutTimes(value) {
  const plain = text => text.replaceAll(/\d{1,2}:\d{2}:\d{2}( [AP]M)?/g, 'TIME');
  return JSON.parse(JSON.stringify(value), (key, part) => {
    if (typeof part !== 'string') return part;
    return plain(key === 'blob' ? Buffer.from(part, 'base64').toString('latin1') : part);
  });
}
