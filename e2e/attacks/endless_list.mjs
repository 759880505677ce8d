// A server with one tool on its first page of tools, and more than anybody can use on the next.
import { serve } from './servers.mjs';

const tool = name => ({ name, inputSchema: { type: 'object' } });
serve({}, {
  'tools/list': ({ params }) => (params?.cursor
    ? { tools: Array.from({ length: 10_001 }, (_, i) => tool(`more${i}`)) }
    : { tools: [tool('good')], nextCursor: 'rest' })
});
