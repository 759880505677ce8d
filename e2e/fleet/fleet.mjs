// All 159 servers of the demo configuration, active and in one group, each the fixture with its
// real tools; some of them broken as a test wants it.
import { demoConfig } from '../faults/demo.mjs';
import { User } from '../commands/user.mjs';

export const everyone = 'everyone';

// `more`: further settings at the top level. `spoil(name, i)`: what to change in the entry of the
// i-th server; `args` are added to its own.
export function fleetConfig({ spoil = () => ({}), ...more } = {}) {
  const config = demoConfig();
  config.mcpServers = config.mcpServers.map((server, i) => {
    const { args = [], ...changes } = spoil(server.name, i);
    return {
      name: server.name, description: server.description, command: server.command,
      args: [...server.args, ...args], groups: [everyone], startup_mode: 'active', ...changes
    };
  });
  return {
    groups: [{ name: everyone }], mcpServers: config.mcpServers, logging: config.logging,
    max_concurrent_connections: 10, ...more
  };
}

export class FleetUser extends User {
  // The servers, by name.
  async servers() {
    const { servers } = (await this.ask('GET', 'servers')).body.data;
    return new Map(servers.map(server => [server.name, server]));
  }
  // Those that are kept, oldest first.
  async events(type) {
    const answer = await fetch(this.daemon.at(`/events?replay=all&follow=false&type=${type}`),
      { headers: { 'X-API-Key': this.key() } });
    return (await answer.text()).split('\n').filter(line => line.startsWith('data: '))
      .map(line => JSON.parse(line.slice(6)));
  }
}

export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

// "p50 1.2 ms, p99 3.4 ms of 567"
export function spread(milliseconds) {
  const at = share => quantile(milliseconds, share).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms of ${milliseconds.length}`;
}
