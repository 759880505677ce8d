// Processes as the kernel shows them: what lives below one, and what one uses.
import { readdirSync, readFileSync } from 'node:fs';

function childrenOf(pid) {
  const children = [];
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      children.push(...readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '));
    }
  } catch {
    return [];  // it has ended meanwhile
  }
  return children.filter(child => child !== '').map(Number);
}

export function descendantsOf(pid) {
  return childrenOf(pid).flatMap(child => [child, ...descendantsOf(child)]);
}

// A zombie has ended: it only waits to be looked at.
export function isAlive(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

// {anonymousMiB, files, threads} of a process.
export function usageOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = name => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  return {
    anonymousMiB: number('RssAnon') / 1024,
    files: readdirSync(`/proc/${pid}/fd`).length,
    threads: number('Threads')
  };
}
