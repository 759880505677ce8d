// A server all of whose answers have something too large in them, and one tool that works.
import { answer, serve, write } from './servers.mjs';

const text = bytes => 'x'.repeat(bytes);
const schema = { inputSchema: { type: 'object' } };
serve({
  good({ id }) { answer(id, 'well'); },
  // Everything that it can say beside its answer.
  chatter({ id, params }) {
    const token = params._meta?.progressToken;
    for (let i = 0; i < 5; ++i) {
      write({ method: 'notifications/message', params: { level: 'info', logger: text(1_000_000), data: text(3_000_000) } });
      write({ method: 'notifications/progress', params: { progressToken: token, progress: i, message: text(4_000_000) } });
      write({ method: 'notifications/progress', params: { progressToken: text(4_000_000), progress: i } });
      write({ method: 'notifications/resources/updated', params: { uri: text(4_000_000) } });
      write({ method: 'notifications/cancelled', params: { requestId: text(4_000_000), reason: text(4_000_000) } });
      write({ method: `notifications/${text(4_000_000)}` });
      write({ id: text(4_000_000), method: 'elicitation/create', params: { message: 'x' } });
      write({ id: i + 1, method: 'sampling/createMessage', params: { messages: [], systemPrompt: text(6_000_000) } });
      write({ id: text(4_000_000), result: {} });
      process.stdout.write(`${text(4_000_000)}\n`);
      process.stderr.write(`Error: ${text(4_000_000)}\n`);
    }
    answer(id, 'said');
  },
  fails({ id }) { write({ id, error: { code: -1, message: text(8_000_000), data: text(2_000_000) } }); }
}, {
  initialize: ({ params }) => ({ protocolVersion: params.protocolVersion,
    capabilities: { experimental: { x: text(200_000) }, tools: {}, resources: { subscribe: true }, prompts: {}, logging: {} },
    serverInfo: { name: text(200_000), version: text(200_000), icons: [{ src: text(200_000) }] }, instructions: text(200_000) }),
  'tools/list': () => ({ tools: [
    { name: 'good', ...schema }, { name: 'chatter', ...schema }, { name: 'fails', ...schema },
    { name: text(300), ...schema },
    { name: 'described', description: text(2_000_000), ...schema },
    { name: 'typed', inputSchema: { type: 'object', description: text(2_000_000) } }
  ] }),
  'prompts/list': () => ({ prompts: [{ name: text(10_000) }, { name: 'kept' }], nextCursor: text(8_000_000) }),
  'resources/list': () => ({ resources: [{ uri: `memo://${text(9_000)}`, name: 'x' }] }),
  'resources/subscribe': () => ({})
});
