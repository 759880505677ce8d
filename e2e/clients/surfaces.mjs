// Every way to reach mcptrunk, and every client that is tried on it: data for matrix.test.mjs.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as Sse1 } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client as Client2, SSEClientTransport as Sse2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { listAllTools } from './variants.mjs';

const run = promisify(execFile);
const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const script = path => join(here, 'node_modules', path);
const patience = { timeout: 120_000, maxBuffer: 64 * 1024 * 1024 };

export const group = 'web tools';
export const server = 'duck duck';

// A tool under its own and its flat name; what is called on each kind of surface.
const time = { zone: { timezone: 'Europe/Berlin' }, says: /get_current_time \{.*"Europe\/Berlin".*\}/s };
const duck = { query: { query: 'x' }, says: /duckduckgo_web_search \{.*"x".*\}/s };
const meta = { lists: 'retrieve_tools', tool: 'call_tool',
  args: { id: 'time:get_current_time', arguments: time.zone }, says: time.says };
const all = { lists: 'time__get_current_time', tool: 'time__get_current_time', args: time.zone, says: time.says };
const grouped = { ...all, lists: 'clock__get_current_time', tool: 'clock__get_current_time' };
const one = { lists: 'duckduckgo_web_search', tool: 'duckduckgo_web_search', args: duck.query, says: duck.says };

// {name, kind, path | args, lists, tool, args, says}
export const endpoints = [
  { name: '/mcp', kind: 'http', path: '/mcp', ...meta },
  { name: '/mcp/all', kind: 'http', path: '/mcp/all', ...all },
  { name: '/mcp/servers/{name}', kind: 'http', path: '/mcp/servers/duck%20duck', ...one },
  { name: '/mcp/groups/{name}', kind: 'http', path: '/mcp/groups/web%20tools', ...grouped },
  { name: '/sse', kind: 'sse', path: '/sse', ...meta },
  { name: 'mcptrunk stdio', kind: 'stdio', options: [], ...meta },
  { name: 'mcptrunk stdio --all', kind: 'stdio', options: ['--all'], ...all },
  { name: 'mcptrunk stdio --server', kind: 'stdio', options: ['--server', server], ...one },
  { name: 'mcptrunk stdio --group', kind: 'stdio', options: ['--group', group], ...grouped }
];

// A connected client of an SDK's as {list(), call(tool, args), close()}.
async function sdkClient(Client, options, transport) {
  const client = new Client({ name: 'mcptrunk-client-tests', version: '1.0.0' }, options);
  await client.connect(transport);
  return {
    list: () => listAllTools(client),
    call: (name, args) => client.callTool({ name, arguments: args }),
    close: () => client.close()
  };
}

function official(name, Client, options, { Http, Sse, Stdio }) {
  return {
    name,
    reaches: () => true,
    open: (daemon, endpoint) => sdkClient(Client, options, endpoint.kind === 'stdio'
      ? new Stdio({ command: daemon.program, args: daemon.stdioArgs(endpoint.options), stderr: 'inherit' })
      : new (endpoint.kind === 'sse' ? Sse : Http)(daemon.at(endpoint.path)))
  };
}

const first = { Http: Http1, Sse: Sse1, Stdio: Stdio1 };
const second = { Http: Http2, Sse: Sse2, Stdio: Stdio2 };

// Runs a command-line client; resolves with the JSON that it prints.
async function printed(daemon, program, args) {
  const { stdout } = await run(process.execPath, [script(program), ...args],
    { ...patience, cwd: daemon.home, env: { ...process.env, HOME: daemon.home, NO_COLOR: '1', MCPTRUNK_CONFIG: daemon.config } });
  return JSON.parse(stdout);
}

const inspector = {
  name: 'MCP Inspector, command line',
  reaches: () => true,
  open: async (daemon, endpoint) => {
    // As a user has it: in a file, so that the options of one are not taken for those of the other.
    const file = join(daemon.home, 'inspector.json');
    writeFileSync(file, JSON.stringify({ mcpServers: { mcptrunk: endpoint.kind === 'stdio'
      ? { command: daemon.program, args: daemon.stdioArgs(endpoint.options) }
      : { type: endpoint.kind === 'sse' ? 'sse' : 'streamable-http', url: daemon.at(endpoint.path).href } } }));
    const target = ['--config', file, '--server', 'mcptrunk'];
    const ask = args => printed(daemon, '@modelcontextprotocol/inspector/clients/launcher/build/index.js', ['--cli', ...target, ...args]);
    return {
      list: async () => (await ask(['--method', 'tools/list'])).tools,
      call: (tool, args) => ask(['--method', 'tools/call', '--tool-name', tool,
        ...Object.entries(args).flatMap(([key, value]) =>
          ['--tool-arg', `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`])]),
      close: async () => {}
    };
  }
};

const mcporter = {
  name: 'mcporter',
  reaches: () => true,
  open: async (daemon, endpoint) => {
    const target = endpoint.kind === 'stdio'
      ? ['--stdio', daemon.program, ...['stdio', ...endpoint.options].flatMap(word => ['--stdio-arg', word])]
      : ['--http-url', daemon.at(endpoint.path).href, '--allow-http'];
    return {
      list: async () => (await printed(daemon, 'mcporter/dist/cli.js', ['list', ...target, '--json'])).tools,
      call: (tool, args) => printed(daemon, 'mcporter/dist/cli.js',
        ['call', ...target, tool, '--args', JSON.stringify(args), '--output', 'json']),
      close: async () => {}
    };
  }
};

const mcpRemote = {
  name: 'mcp-remote',
  reaches: endpoint => endpoint.kind !== 'stdio',
  open: (daemon, endpoint) => sdkClient(Client1, {}, new Stdio1({
    command: process.execPath,
    args: [script('mcp-remote/dist/proxy.js'), daemon.at(endpoint.path).href, '--allow-http',
      '--transport', endpoint.kind === 'sse' ? 'sse-only' : 'http-only'],
    env: { ...process.env, HOME: daemon.home },
    stderr: 'ignore'
  }))
};

export const clients = [
  official('sdk 1.x', Client1, {}, first),
  official('client 2.x, legacy', Client2, { versionNegotiation: { mode: 'legacy' } }, second),
  official('client 2.x, auto', Client2, { versionNegotiation: { mode: 'auto' } }, second),
  inspector,
  mcporter,
  mcpRemote
];
