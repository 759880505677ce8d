// Another user of this machine, played by a process of Node that root starts as one.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

export const strangerUid = 65534;
const as = { uid: strangerUid, gid: strangerUid, cwd: '/', env: { PATH: process.env.PATH } };
const node = source => ['--input-type=module', '-e', source];

// Why there can be no stranger here; false when there can.
export const noStranger = process.getuid() !== 0
  ? 'only root can be two users'
  : spawnSync(process.execPath, node('process.exit(0)'), as).status !== 0
    ? `another user may not run ${process.execPath}`
    : false;

// A program in JavaScript as that user, to its end; what it has printed. Its arguments: process.argv.slice(1).
export async function asStranger(source, ...args) {
  const child = spawn(process.execPath, [...node(source), ...args.map(String)],
    { ...as, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', chunk => { text += chunk; });
  await new Promise(done => child.once('close', done));
  return text;
}

// Listens where a daemon did, or anywhere, and answers like one; keeps every byte that it gets.
const impostor = `
import { createServer } from 'node:net';
const [where] = process.argv.slice(1);
const answer = JSON.stringify({ success: true, data: { state: 'ready', version: '0.1.0', servers: {}, tools: 0 },
  jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'mcptrunk', version: '1' } } });
const server = createServer(socket => {
  console.log(JSON.stringify(''));
  socket.on('error', () => {});
  socket.on('data', bytes => {
    console.log(JSON.stringify(String(bytes)));
    socket.write('HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nMcp-Session-Id: s\\r\\nContent-Length: '
      + answer.length + '\\r\\n\\r\\n' + answer);
  });
});
server.listen(/^[0-9]+$/.test(where) ? { host: '127.0.0.1', port: Number(where) } : where,
  () => console.log('listening ' + (server.address().port ?? where)));
`;

export class Impostor {
  // At a port of loopback (0: any), or the path of a unix socket; as the other user where that is possible.
  static async at(where) {
    const self = new Impostor();
    self.connections = 0;
    self.bytes = '';
    self.child = spawn(process.execPath, [...node(impostor), String(where)],
      { ...(noStranger ? {} : as), stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((ready, failed) => {
      self.child.once('exit', () => failed(new Error('the impostor does not listen')));
      createInterface({ input: self.child.stdout }).on('line', line => {
        if (line.startsWith('listening ')) {
          self.port = line.slice(10);
          ready();
          return;
        }
        const bytes = JSON.parse(line);
        if (bytes === '') ++self.connections;
        self.bytes += bytes;
      });
    });
    return self;
  }

  async close() {
    const ended = new Promise(done => this.child.once('close', done));
    this.child.kill('SIGKILL');
    await ended;
  }
}
