// The demo configuration of 159 servers, in which a test may spoil single ones; and an agent.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, everyTool } from '../clients/daemon.mjs';

// A fresh one, as `./dev demo-config` writes it, without the noise on the console.
export function demoConfig() {
  const folder = mkdtempSync(join(tmpdir(), 'mcptrunk-demo-'));
  const file = join(folder, 'mcp_config.json');
  const made = spawnSync(join(bin, 'mcptrunk-demo-config'), [file], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`no demo configuration: ${made.stderr}`);
  const config = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(folder, { recursive: true });
  config.logging.enable_console = false;
  return config;
}

export function serverOf(config, name) {
  const found = config.mcpServers.find(server => server.name === name);
  if (found === undefined) throw new Error(`no server ${name} in the demo configuration`);
  return found;
}

// The servers that may run, by name.
export function runnable(config) {
  return config.mcpServers
    .filter(server => ['active', 'lazy_loading'].includes(server.startup_mode))
    .map(server => server.name);
}

// The id of a tool of the server, as an agent calls it.
export function toolOf(server) {
  const tool = everyTool.find(each => each.server === server);
  if (tool === undefined) throw new Error(`no tool of ${server} in the corpus`);
  return `${server}:${tool.name}`;
}

// A session with an MCP endpoint, by hand: what the official clients would not send can be sent.
export class Agent {
  static async open(url, revision = '2025-11-25', headers = {}) {
    const agent = new Agent();
    agent.url = url;
    agent.headers = {
      'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers
    };
    agent.ids = 0;
    const answer = await agent.post(JSON.stringify({
      jsonrpc: '2.0', id: 0, method: 'initialize',
      params: { protocolVersion: revision, capabilities: {}, clientInfo: { name: 'faults', version: '1' } }
    }));
    if (answer.status !== 200) throw new Error(`initialize: ${answer.status} ${answer.text}`);
    agent.headers['Mcp-Session-Id'] = answer.headers.get('mcp-session-id');
    agent.headers['MCP-Protocol-Version'] = revision;
    await agent.post(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    return agent;
  }

  // {status, text, json, headers}; `json` is undefined when the body is none.
  async post(body, headers = {}) {
    const answer = await fetch(this.url,
      { method: 'POST', headers: { ...this.headers, ...headers }, body });
    const text = await answer.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: answer.status, text, json, headers: answer.headers };
  }

  async request(method, params) {
    this.ids += 1;
    return (await this.post(JSON.stringify({ jsonrpc: '2.0', id: this.ids, method, params }))).json;
  }

  // Calls a tool of a server behind: {failed, text}.
  async call(id, args = {}) {
    const answer = await this.request('tools/call',
      { name: 'call_tool', arguments: { id, arguments: args } });
    if (answer.result === undefined) return { failed: true, text: JSON.stringify(answer) };
    return {
      failed: answer.result.isError === true,
      text: answer.result.content.map(block => block.text).join('\n')
    };
  }

  // Ends the session.
  async close() {
    await (await fetch(this.url, { method: 'DELETE', headers: this.headers })).text();
  }

  // The ids that a search answers.
  async find(query) {
    const answer = await this.request('tools/call',
      { name: 'retrieve_tools', arguments: { query, limit: 20 } });
    return JSON.parse(answer.result.content[0].text).tools.map(tool => tool.id);
  }
}
