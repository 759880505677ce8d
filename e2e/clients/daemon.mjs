// Runs the built mcptrunk on a configuration of fixture servers, for one test file.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const root = resolve(here, '../..');
export const bin = process.env.MCPTRUNK_BIN ?? join(root, 'build/dev/bin');
export const toolsFile = join(root, 'e2e/data/tools/tools.jsonl');
const patienceMs = 60_000;  // for machines that are busy with other things

// Every tool of the corpus: {server, name, ...}.
export const everyTool = readFileSync(toolsFile, 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line));

// The servers of the tests, each the fixture with the real tool list of its name.
export const servers = ['time', 'brave-search', 'filesystem', 'mcp-postgres'];

// The tools of those servers, as their upstreams name them.
export const corpusTools = everyTool.filter(tool => servers.includes(tool.server));

export function fixture(name, ...args) {
  return { name, command: join(bin, 'mcptrunk-fixture'), args: ['--server', name, '--tools', toolsFile, ...args] };
}

// Resolves with what the ready line says; rejects when the program ends or says nothing.
function readyLine(child) {
  return new Promise((resolveReady, reject) => {
    const said = [];
    const giveUp = setTimeout(() => reject(new Error(`not ready in time:\n${said.join('\n')}`)), patienceMs);
    const listen = stream => createInterface({ input: stream }).on('line', line => {
      said.push(line);
      const match = /^mcptrunk ready on (http:\/\/[^ ]+\/mcp): (\d+) servers, (\d+) enabled, (\d+) tools searchable, in \d+ ms$/.exec(line);
      if (match === null) return;
      clearTimeout(giveUp);
      const [servers, enabled, tools] = match.slice(2).map(Number);
      resolveReady({ url: new URL(match[1]), servers, enabled, tools });
    });
    listen(child.stdout);
    listen(child.stderr);
    child.once('exit', (code, signal) => {
      clearTimeout(giveUp);
      reject(new Error(`mcptrunk ended with ${code ?? signal}:\n${said.join('\n')}`));
    });
  });
}

export class Daemon {
  // `more`: servers besides those of the corpus.
  static start(more = []) {
    return Daemon.on({ mcpServers: [...servers.map(name => fixture(name)), ...more] });
  }

  // On a whole configuration; the address and the data directory are its own.
  static async on(config) {
    for (const program of ['mcptrunk', 'mcptrunk-child', 'mcptrunk-fixture']) {
      if (!existsSync(join(bin, program))) throw new Error(`${program} is not built in ${bin}: ./dev build`);
    }
    const daemon = new Daemon();
    daemon.home = mkdtempSync(join(tmpdir(), 'mcptrunk-clients-'));
    daemon.config = join(daemon.home, 'mcp_config.json');
    daemon.data = join(daemon.home, 'data');
    writeFileSync(daemon.config,
      JSON.stringify({ ...config, listen: '127.0.0.1:0', data_dir: daemon.data }, null, 1));
    await daemon.run([]);
    return daemon;
  }

  key() {
    return readFileSync(join(this.data, 'api_key'), 'utf8').trim();
  }

  // Asks below /api/v1: {status, body}; a `body` makes it a POST.
  async rest(path, body) {
    const answer = await fetch(this.at(`/api/v1/${path}`), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'X-API-Key': this.key(), 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body)
    });
    return { status: answer.status, body: await answer.json() };
  }

  // A command of the command line, to its end: {code, text}. Tables are as wide as they want.
  cli(...args) {
    return this.runToEnd(['--config', this.config, ...args], { COLUMNS: '1000' });
  }

  async run(args) {
    this.child = spawn(join(bin, 'mcptrunk'), ['serve', '--config', this.config, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ready = await readyLine(this.child);
    this.url = this.ready.url;
  }

  // Runs the program once more, with other arguments, to its end: {code, text}.
  async runToEnd(args, env = {}) {
    const child = spawn(join(bin, 'mcptrunk'), args,
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    let text = '';
    child.stdout.on('data', chunk => { text += chunk; });
    child.stderr.on('data', chunk => { text += chunk; });
    const code = await new Promise(done => child.once('close', done));
    return { code, text };
  }

  // What a client starts to speak to this daemon on its standard input.
  program = join(bin, 'mcptrunk');
  stdioArgs(options) {
    return ['stdio', '--config', this.config, ...options];
  }

  // An endpoint of the daemon: '/mcp', '/mcp/all'.
  at(path) {
    return new URL(path, this.url);
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = new Promise(done => this.child.once('exit', done));
    this.child.kill(signal);
    return await ended;
  }

  // The same data directory and the same port, another process.
  async restart(signal) {
    await this.stop(signal);
    await this.run(['--listen', this.url.host]);
  }

  async close() {
    const code = await this.stop();
    rmSync(this.home, { recursive: true, force: true });
    return code;
  }
}

// Asks until `answer` passes `wanted`; fails with the last answer.
export async function eventually(ask, wanted) {
  const giveUp = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > giveUp) throw new Error(`never came: ${JSON.stringify(answer).slice(0, 2000)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
