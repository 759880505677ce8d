// A shared server that goes on about a call behind its answer: it logs, reports progress, asks, and
// dies with it on its lips.
import { answer, serve, write } from './servers.mjs';

let asked = 0;
const say = secret => {
  write({ method: 'notifications/message', params: { level: 'alert', data: secret } });
  write({ method: 'notifications/elicitation/complete', params: { elicitationId: secret } });
  write({ method: 'notifications/tasks/status', params: { taskId: secret } });
  write({ method: 'notifications/whatever', params: { secret } });
};
const held = [];
serve({
  // Answers at once, and tells the secret 0.3 s later.
  tell({ id, params }) {
    const { secret } = params.arguments;
    const token = params._meta?.progressToken;
    answer(id, 'done');
    setTimeout(() => {
      say(secret);
      write({ method: 'notifications/progress', params: { progressToken: token ?? id, progress: 1, message: secret } });
      write({ id: `q${++asked}`, method: 'elicitation/create', params: { message: secret, requestedSchema: { type: 'object', properties: {} } } });
      process.stderr.write(`Error: ${secret}\n`);
      for (const other of held.splice(0)) answer(other, 'released');
    }, 300);
  },
  // Waits until somebody's secret was told.
  wait({ id }) { held.push(id); },
  die() { process.exit(3); }
});
