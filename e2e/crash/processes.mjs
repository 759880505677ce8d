// The processes below one, as the kernel shows them.
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
