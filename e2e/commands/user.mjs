// A user at a terminal beside a running daemon: runs commands, asks REST, looks at the file.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin } from '../clients/daemon.mjs';

export class User {
  constructor(daemon) {
    this.daemon = daemon;
    this.key = () => readFileSync(join(daemon.home, 'data', 'api_key'), 'utf8').trim();
  }

  // {code, out, err} of one command.
  async run(...args) {
    const child = spawn(join(bin, 'mcptrunk'), args, {
      stdio: ['ignore', 'pipe', 'pipe'], cwd: this.daemon.home,
      env: { ...process.env, MCPTRUNK_CONFIG: this.daemon.config, COLUMNS: '80' }
    });
    let out = '';
    let err = '';
    child.stdout.on('data', chunk => { out += chunk; });
    child.stderr.on('data', chunk => { err += chunk; });
    const code = await new Promise(done => child.once('close', done));
    return { code, out, err };
  }

  // What a command prints with -o json, parsed, and its exit code.
  async json(...args) {
    const { code, out, err } = await this.run(...args, '-o', 'json');
    return { code, err, data: out === '' ? undefined : JSON.parse(out) };
  }

  // {status, etag, body} of a request below /api/v1.
  async ask(method, path, body, headers = {}) {
    const answer = await fetch(this.daemon.at(`/api/v1/${path}`), {
      method, headers: { 'X-API-Key': this.key(), 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    });
    return { status: answer.status, etag: answer.headers.get('etag'), body: await answer.json() };
  }

  file() {
    return readFileSync(this.daemon.config, 'utf8');
  }

  // A server as it stands in the file.
  entry(name) {
    return JSON.parse(this.file()).mcpServers.find(server => server.name === name);
  }
}
