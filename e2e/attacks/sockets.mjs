// Raw connections to the daemon, many at a time, and what they cost it.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

export const MiB = 1024 * 1024;

const opened = new Set();

// A connection that keeps what it is told in `text`; `ended` once the daemon has closed it.
export function open(daemon, text = '') {
  const socket = connect({ host: daemon.url.hostname, port: Number(daemon.url.port), noDelay: true });
  opened.add(socket);
  socket.text = '';
  socket.gone = false;
  socket.on('data', bytes => { socket.text += bytes.toString('latin1').slice(0, 4096); });
  socket.on('error', () => {});
  socket.whenGone = new Promise(done => socket.on('close', () => { opened.delete(socket); socket.gone = true; done(); }));
  socket.whenConnected = new Promise(done => {
    socket.once('connect', done);
    socket.once('error', done);
  });
  if (text !== '') socket.write(text);
  return socket;
}

// As many, all of them connected.
export async function openMany(daemon, count, text = '') {
  const sockets = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(200, count - sockets.length) }, () => open(daemon, text));
    await Promise.all(some.map(socket => socket.whenConnected));
    sockets.push(...some);
  }
  return sockets;
}

export async function closeAll(sockets) {
  for (const socket of sockets) socket.destroy();
  await Promise.all(sockets.map(socket => socket.whenGone));
}

// Whatever a test has left open: one that fails must not spoil the next.
export const closeRest = () => closeAll([...opened]);

// The head of a request with a body.
export function head(daemon, path, length, more = {}) {
  const headers = {
    Host: daemon.url.host, 'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    ...(length === undefined ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': length }), ...more
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

// Anonymous memory of the daemon, in bytes.
export function rssAnon(daemon) {
  const status = readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8');
  return Number(/RssAnon:\s+(\d+) kB/.exec(status)[1]) * 1024;
}

// Looks at the memory until stop(), which gives the highest value.
export function watchMemory(daemon) {
  let highest = rssAnon(daemon);
  const timer = setInterval(() => { highest = Math.max(highest, rssAnon(daemon)); }, 5);
  return { stop: () => { clearInterval(timer); return Math.max(highest, rssAnon(daemon)); } };
}

export async function healthy(daemon) {
  const answer = await fetch(daemon.at('/healthz'), { headers: { Connection: 'close' }, signal: AbortSignal.timeout(5000) });
  await answer.text();
  return answer.status === 200;
}

export const pause = ms => new Promise(done => setTimeout(done, ms));
