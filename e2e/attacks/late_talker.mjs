// A shared server that goes on about a call behind its answer: it logs, reports progress, asks, and
// dies with it on its lips. Once it has died, and left the file of its argument, it never gets ready
// again, so that why it died can be looked at.
import { existsSync, writeFileSync } from 'node:fs';
import { answer, serve, write } from './servers.mjs';

const died = process.argv[2];
if (died !== undefined && existsSync(died)) await new Promise(() => setInterval(() => {}, 60_000));

let asked = 0;
const say = secret => {
  write({ method: 'notifications/message', params: { level: 'alert', data: secret } });
  write({ method: 'notifications/elicitation/complete', params: { elicitationId: secret } });
  write({ method: 'notifications/tasks/status', params: { taskId: secret } });
  write({ method: 'notifications/whatever', params: { secret } });
};
const held = [];
serve({
  // Answers at once, and tells the secret 0.3 s later. One that asks may get a process for each client.
  tell({ id, params }) {
    const { secret, asks } = params.arguments;
    const token = params._meta?.progressToken;
    answer(id, 'done');
    setTimeout(() => {
      say(secret);
      write({ method: 'notifications/progress', params: { progressToken: token ?? id, progress: 1, message: secret } });
      if (asks) write({ id: `q${++asked}`, method: 'elicitation/create', params: { message: secret, requestedSchema: { type: 'object', properties: {} } } });
      process.stderr.write(`Error: ${secret}\n`);
      for (const other of held.splice(0)) answer(other, 'released');
    }, 300);
  },
  // Waits until somebody's secret was told.
  wait({ id }) { held.push(id); },
  die() {
    if (died !== undefined) writeFileSync(died, '');
    process.exit(3);
  }
});
