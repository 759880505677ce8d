// A client written by hand: one session, everything it is sent in `heard`, whichever stream brings
// it.
import assert from 'node:assert/strict';

export class Agent {
  heard = [];
  #last = 0;

  static async open(url, { capabilities = {}, headers = {} } = {}) {
    const agent = new Agent();
    agent.url = url;
    agent.headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers };
    const response = await agent.post({ id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18',
      capabilities, clientInfo: { name: 'agent', version: '1' } } });
    agent.headers['Mcp-Session-Id'] = response.headers.get('mcp-session-id');
    await agent.read(response);
    await (await agent.post({ method: 'notifications/initialized' })).text();
    agent.#closing = new AbortController();
    const stream = await fetch(url, { headers: { ...agent.headers, Accept: 'text/event-stream' }, signal: agent.#closing.signal });
    assert.equal(stream.status, 200);
    agent.#listening = agent.read(stream).catch(() => {});
    return agent;
  }
  #closing;
  #listening;

  post(message) {
    return fetch(this.url, { method: 'POST', headers: this.headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  }

  // Reads a response to its end: its messages.
  async read(response) {
    const messages = [];
    if (!(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
      const text = await response.text();
      if (text !== '') messages.push(JSON.parse(text));
      this.heard.push(...messages);
      return messages;
    }
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop();
      for (const line of lines.filter(one => one.startsWith('data: {'))) {
        const message = JSON.parse(line.slice(6));
        messages.push(message);
        this.heard.push(message);
      }
    }
    return messages;
  }

  // The answer: {result} or {error}.
  async request(method, params) {
    const id = ++this.#last;
    const messages = await this.read(await this.post({ id, method, params }));
    return messages.find(message => message.id === id && message.method === undefined);
  }

  async call(name, args = {}) {
    return (await this.request('tools/call', { name, arguments: args, _meta: { progressToken: `t${this.#last}` } })).result;
  }

  // Whether anything of what it was sent holds that text.
  knows(text) { return JSON.stringify(this.heard).includes(text); }

  async close() {
    this.#closing.abort();
    await this.#listening;
  }
}
