// One server for each way of being broken, found and mended with the command line alone, as somebody
// would who has read nothing: from the list, from `servers why`, from `doctor`.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from '../clients/daemon.mjs';

// An MCP server at /mcp that wants a key, and a web page everywhere else.
function webServer() {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.url !== '/mcp') return response.setHeader('Content-Type', 'text/html').end('<html>Welcome</html>');
    if (request.headers.authorization !== 'Bearer good') return response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
    if (request.method !== 'POST') return response.writeHead(405).end();
    const { id, method } = JSON.parse(body);
    const result = {
      initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'web', version: '1' } },
      'tools/list': { tools: [{ name: 'look', inputSchema: { type: 'object' } }] }
    }[method];
    if (id === undefined) return response.writeHead(202).end();
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({
      jsonrpc: '2.0', id, ...(result ? { result } : { error: { code: -32601, message: 'unknown' } })
    }));
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const npxSays = [
  'npm error code E404',
  'npm error 404 Not Found - GET https://packages.example/no-such-server',
  "npm error 404  The requested resource 'no-such-server@*' could not be found or you do not have permission to access it.",
  'npm error 404 Note that you can also install from a',
  'npm error 404 tarball, folder, http url, or git url.',
  'npm error A complete log of this run can be found in: /home/u/.npm/_logs/debug-0.log'
];

describe('a broken server', { timeout: 300_000 }, () => {
  const { command, args } = fixture('time');
  const working = ['--', command, ...args];
  let daemon;
  let web;
  let cases;

  before(async () => {
    web = await webServer();
    const at = `127.0.0.1:${web.address().port}`;
    const shell = (...lines) => ({ command: 'sh', args: ['-c', lines.join('; ')] });
    const key = ['-H', 'Authorization: Bearer good'];
    // name, what is configured, its state, what `why` says and what it says to write, the arguments
    // of `servers update` that mend it.
    cases = [
      ['no command', { command: 'githb-mcp-server' }, 'unconfigured', /"githb-mcp-server" was not found in PATH/,
        /Install it/, '-- COMMAND', working],
      ['no directory', { command, args, working_dir: '/no/such/folder' }, 'unconfigured',
        /working directory "\/no\/such\/folder" does not exist/, /Create it/, '--working-dir DIRECTORY', ['--working-dir', '/']],
      ['no variable', { command, args, env: { TOKEN: '${env:MCPTRUNK_TEST_UNSET}' } }, 'unconfigured',
        /variable MCPTRUNK_TEST_UNSET is not set/, /\$\{MCPTRUNK_TEST_UNSET:-value\}/, '', ['-e', 'TOKEN=abc']],
      ['no package', { command: './npx', args: ['-y', 'no-such-server'] }, 'auto_disabled',
        /exited with code 1: .*'no-such-server@\*' could not be found/, /package does not exist in the registry/, '-- COMMAND', working],
      ['port closed', { url: 'http://127.0.0.1:1/mcp', headers: { Authorization: 'Bearer good' } }, 'auto_disabled',
        /No connection to http:\/\/127\.0\.0\.1:1: Connection refused/, /Start the server there, or correct host and port/,
        '--server-url URL', ['--server-url', `http://${at}/mcp`]],
      ['no tls', { url: `https://${at}/mcp`, headers: { Authorization: 'Bearer good' } }, 'auto_disabled',
        /TLS with https:.* failed/, /without TLS write http:/, 'ca_file', ['--server-url', `http://${at}/mcp`]],
      ['banner', { ...shell('echo Welcome to My Server', 'exec sleep 600'), connect_timeout: '1s' }, 'auto_disabled',
        /what it wrote is no MCP message: "Welcome to My Server"/, /option that starts its stdio mode/, '', working],
      ['web page', { url: `http://${at}/index.html`, headers: { Authorization: 'Bearer good' } }, 'auto_disabled',
        /answered with text\/html that is no answer of an MCP server/, /must be the server's MCP endpoint/,
        '--server-url URL', ['--server-url', `http://${at}/mcp`]],
      ['needs login', { url: `http://${at}/mcp` }, 'login_required', /wants a login \(HTTP 401/,
        /Authorization header/, '-H "Authorization: Bearer TOKEN"', key],
      ['hangs', { command, args: [...args, '--hang', 'initialize'], connect_timeout: '1s' }, 'auto_disabled',
        /did not answer initialize within 1 s/, /Run its command by hand/, '--json \'{"connect_timeout":"2m"}\'', working],
      ['crashes', shell('test -n "$DATABASE_URL" || { echo "Error: DATABASE_URL is required" >&2; exit 1; }',
        `exec ${[command, ...args].map(word => `'${word}'`).join(' ')}`), 'auto_disabled',
      /exited with code 1: Error: DATABASE_URL is required/, /wants a setting/, '-e NAME=VALUE', ['-e', 'DATABASE_URL=x']]
    ];
    const npx = folder => {
      writeFileSync(join(folder, 'npx'), `#!/bin/sh\ncat >&2 <<'END'\n${npxSays.join('\n')}\nEND\nexit 1\n`);
      chmodSync(join(folder, 'npx'), 0o755);
      return join(folder, 'npx');
    };
    daemon = await Daemon.on({ mcpServers: [] });
    const mcpServers = cases.map(([name, entry]) => ({ name, ...entry,
      ...(entry.command === './npx' ? { command: npx(daemon.home) } : {}) }));
    writeFileSync(daemon.config, JSON.stringify({ listen: '127.0.0.1:0', data_dir: daemon.data, mcpServers }, null, 1));
    await eventually(rows, all => all.length === cases.length &&
      cases.every(([name, , state]) => all.find(row => row.name === name).state === state));
  });
  after(async () => {
    await daemon.close();
    web.close();
  });

  const rows = async () => (await daemon.rest('servers')).body.data.servers;

  it('of each kind stands in the list with its state and its reason', async () => {
    const { code, text } = await daemon.cli('servers', 'list');
    assert.equal(code, 0);
    for (const [name, , state, reason] of cases) {
      const line = text.split('\n').find(each => each.startsWith(`${name} `));
      assert.ok(line.includes(state), line);
      assert.match(line, reason);
    }
  });

  it('of each kind is explained by `servers why`, with the command that writes what is wrong', async () => {
    for (const [name, entry, state, reason, fix, written] of cases) {
      const { text } = await daemon.cli('servers', 'why', name);
      assert.ok(text.includes(state), text);
      assert.match(text, reason);
      assert.match(text, fix);
      if (written !== '') {
        const line = text.split('\n').find(each => each.startsWith('Write it with:')) ?? text;
        assert.ok(line.includes(`mcptrunk servers update "${name}"`.replace(/"(\w+)"/, '$1')), line);
        assert.ok(line.includes(written), line);
      }
      assert.match(text, new RegExp(`^Then: .*mcptrunk servers (enable|restart) "?${name}"?$`, 'm'));
      assert.equal(/^Log:/m.test(text), entry.url === undefined, text);
    }
  });

  it('has its last words in its log; one that is only dialled says that it has none', async () => {
    assert.match((await daemon.cli('servers', 'logs', 'crashes')).text, /DATABASE_URL is required/);
    const { code, text } = await daemon.cli('servers', 'logs', 'port closed');
    assert.equal(code, 7);
    assert.match(text, /dialled, not started here.*\n.*servers why "port closed"/);
  });

  it('of each kind is a problem that doctor tells, with what to do: exit 1', async () => {
    const { code, text } = await daemon.cli('doctor');
    assert.equal(code, 1);
    for (const [name, , , reason, fix] of cases) {
      const [, told, remedy] = new RegExp(`server ${name}: (.*)\n +-> (.*)`).exec(text) ?? [];
      assert.match(told, reason);
      assert.match(remedy, fix);
    }
    assert.match(text, new RegExp(`${cases.length} problems to solve`));
  });

  it('of each kind is mended by one command, and doctor is content', async () => {
    for (const [name, , , , , , change] of cases) {
      const { code, text } = await daemon.cli('servers', 'update', name, '--wait', ...change);
      assert.equal(code, 0, text);
      assert.match(text, new RegExp(`${name}: reached`));
    }
    for (const row of await rows()) assert.deepEqual([row.state, row.warnings], ['ready', []], row.name);
    const { code, text } = await daemon.cli('doctor');
    assert.equal(code, 0, text);
    assert.match(text, /nothing needs to be done/);
  });
});
