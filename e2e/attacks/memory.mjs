// The memory that is the daemon's own, in MiB.
import { readFileSync } from 'node:fs';

export function memoryOf(daemon) {
  const status = readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)[1]) / 1024;
}

// Watches it until stopped: the most it was.
export function watchMemory(daemon) {
  let most = memoryOf(daemon);
  const timer = setInterval(() => { most = Math.max(most, memoryOf(daemon)); }, 10);
  return { stop() { clearInterval(timer); return most; } };
}
