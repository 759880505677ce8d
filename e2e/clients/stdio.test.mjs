// `mcptrunk stdio` as a process: starts the daemon, leaves it running, lives through its restarts.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Daemon, eventually, fixture } from './daemon.mjs';
import { listAllTools, textOf } from './variants.mjs';

// A configuration with a data directory of its own, and no daemon yet.
class Home {
  path = mkdtempSync(join(tmpdir(), 'mcptrunk-stdio-'));
  config = join(this.path, 'mcp_config.json');
  program = join(process.env.MCPTRUNK_BIN, 'mcptrunk');
  constructor(text) {
    writeFileSync(this.config, text ?? JSON.stringify({
      listen: '127.0.0.1:0', data_dir: join(this.path, 'data'), mcpServers: [fixture('time')] }));
  }
  // The process id of the daemon; undefined when none has said that it serves.
  pid() {
    const file = join(this.path, 'data/daemon.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).pid : undefined;
  }
  async connect(...options) {
    const client = new Client({ name: 'mcptrunk-client-tests', version: '1.0.0' });
    await client.connect(new StdioClientTransport({ command: this.program,
      args: ['stdio', '--config', this.config, ...options], stderr: 'inherit' }));
    return client;
  }
  // Runs to its end on that input: {code, out, err}.
  async run(input, ...options) {
    const child = spawn(this.program, ['stdio', '--config', this.config, '--data-dir', join(this.path, 'data'), ...options]);
    let out = '', err = '';
    child.stdout.on('data', chunk => { out += chunk; });
    child.stderr.on('data', chunk => { err += chunk; });
    child.stdin.end(input);
    const code = await new Promise(done => child.once('close', done));
    return { code, out, err };
  }
  async close() {
    const pid = this.pid();
    if (pid !== undefined) process.kill(pid, 'SIGTERM');
    await eventually(async () => this.pid(), left => left === undefined);
    rmSync(this.path, { recursive: true, force: true });
  }
}

const lives = pid => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const callTime = client => client.callTool({ name: 'get_current_time', arguments: { timezone: 'UTC' } });
const works = result => !result.isError;
const limits = { timeout: 240_000 };

describe('mcptrunk stdio', limits, () => {
  it('starts the daemon, which outlives it, and finds it again', async () => {
    const home = new Home();
    const first = await home.connect('--server', 'time');
    await eventually(() => callTime(first), works);
    const pid = home.pid();
    await first.close();
    assert.ok(lives(pid));
    const second = await home.connect('--all');
    assert.equal(home.pid(), pid);
    await second.close();
    await home.close();
  });

  it('starts one daemon, however many begin at once', async () => {
    const home = new Home();
    const clients = await Promise.all(Array.from({ length: 5 }, () => home.connect('--server', 'time')));
    const pid = home.pid();
    assert.ok(lives(pid));
    for (const client of clients) assert.ok(works(await eventually(() => callTime(client), works)));
    assert.equal(home.pid(), pid);
    await Promise.all(clients.map(client => client.close()));
    await home.close();
  });

  for (const signal of ['SIGTERM', 'SIGKILL']) {
    it(`starts the daemon anew after ${signal}, in the same session`, async () => {
      const home = new Home();
      const client = await home.connect('--server', 'time');
      await eventually(() => callTime(client), works);
      const pid = home.pid();
      process.kill(pid, signal);
      await eventually(async () => lives(pid), alive => !alive);
      assert.match(textOf(await eventually(() => callTime(client), works)), /get_current_time/);
      assert.notEqual(home.pid(), pid);
      await client.close();
      await home.close();
    });
  }

  it('answers what is in the pipe and ends with 0 at its end', async () => {
    const home = new Home();
    const lines = [
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } } },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 2, method: 'tools/list' }
    ];
    const { code, out } = await home.run(lines.map(line => JSON.stringify(line)).join('\n') + '\n{bad\n');
    assert.equal(code, 0);
    const answers = out.trim().split('\n').map(line => JSON.parse(line));
    assert.ok(answers.find(answer => answer.id === 2).result.tools.length > 0);
    assert.ok(answers.some(answer => answer.error?.code === -32700));
    await home.close();
  });

  it('starts the daemon of the file that the environment names, from any directory', async () => {
    const home = new Home();
    const child = spawn(home.program, ['stdio'], {
      cwd: home.path, env: { ...process.env, MCPTRUNK_CONFIG: 'mcp_config.json', MCPTRUNK_DATA_DIR: 'data' },
      stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end();
    assert.equal(await new Promise(done => child.once('close', done)), 0);
    assert.ok(lives(home.pid()));
    await home.close();
  });

  it('says what is wrong and ends with the code for it', async () => {
    const home = new Home();
    const unknown = await home.run('', '--server', 'tim');
    assert.equal(unknown.code, 7);
    assert.match(unknown.err, /Did you mean time\?/);
    assert.equal(unknown.out, '');
    assert.equal((await home.run('', '--group', 'nobody')).code, 7);
    assert.equal((await home.run('', '--server', 'time', '--all')).code, 2);
    const away = await home.run('', '--url', 'http://127.0.0.1:1');
    assert.equal(away.code, 6);
    assert.match(away.err, /mcptrunk serve/);
    await home.close();
    const broken = new Home('{"listen": ');
    const { code, err } = await broken.run('');
    assert.equal(code, 4);
    assert.match(err, /line 1/);
    await broken.close();
  });
});

describe('a server joins a group', limits, () => {
  it('is told to the clients of the group, and listed', async () => {
    const joins = { ...fixture('time'), name: 'joins' };
    const daemon = await Daemon.start([{ ...fixture('time'), name: 'member', groups: ['g'] }, joins]);
    const stdio = new Client({ name: 'mcptrunk-client-tests', version: '1.0.0' });
    const told = new Promise(done => stdio.setNotificationHandler(ToolListChangedNotificationSchema, done));
    await stdio.connect(new StdioClientTransport({ command: daemon.program, args: daemon.stdioArgs(['--group', 'g']), stderr: 'inherit' }));
    const names = async () => (await listAllTools(stdio)).map(tool => tool.name);
    await eventually(names, listed => listed.includes('member__get_current_time'));
    assert.ok(!(await names()).includes('joins__get_current_time'));
    const config = JSON.parse(readFileSync(daemon.config, 'utf8'));
    config.mcpServers.find(server => server.name === 'joins').groups = ['g'];
    writeFileSync(daemon.config, JSON.stringify(config));
    daemon.child.kill('SIGHUP');
    await told;
    await eventually(names, listed => listed.includes('joins__get_current_time'));
    await stdio.close();
    await daemon.close();
  });
});
