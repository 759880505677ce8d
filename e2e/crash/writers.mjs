// What changes the configuration while the daemon is killed. Each writer owns what it changes and
// remembers what it was told, so that it knows what must be found afterwards.

const modes = ['active', 'lazy_loading', 'disabled', 'quarantined'];
const runs = mode => mode === 'active' || mode === 'lazy_loading';

// The mode of a server as its entry in the file says it, and what it is once it may run again.
function modeOf(entry) {
  const word = entry.startup_mode ?? 'active';
  const mode = entry.quarantined === true ? 'quarantined' : entry.enabled === false && runs(word) ? 'disabled' : word;
  return { mode, released: runs(word) ? word : 'active' };
}
export const stateOf = entry => ({ ...modeOf(entry), description: entry.description ?? '' });

class Writer {
  constructor(name, random) {
    this.name = name;
    this.random = random;
    this.acknowledged = 0;
    this.attempted = undefined;  // the change nobody has answered about
  }
  pick(items) {
    return items[Math.floor(this.random() * items.length)];
  }
  // Changes again and again until the daemon is gone. `editor`: somebody else saves the file, who
  // may quarantine a server anew that was approved meanwhile.
  async work(user, { editor = false } = {}) {
    for (;;) {
      const change = this.nextChange();
      this.attempted = change.leads;
      let answer;
      try {
        answer = await user.ask(...change.request);
      } catch {
        return;  // killed
      }
      if (answer.status >= 500 || answer.status === 412) continue;
      if (editor && answer.body.error?.code === 'MCPT_SERVER_QUARANTINED') {
        this.state = { ...this.state, mode: 'quarantined' };
        continue;
      }
      if (answer.status >= 300) {
        throw new Error(`${change.request.slice(0, 2).join(' ')}: ${JSON.stringify(answer.body)}`);
      }
      this.state = change.leads;
      this.attempted = undefined;
      this.acknowledged += 1;
    }
  }
  // After a crash: the last acknowledged state, or the one that was under way.
  found(state) {
    const allowed = [this.state, ...(this.attempted === undefined ? [] : [this.attempted])];
    const text = JSON.stringify(state);
    if (!allowed.some(one => JSON.stringify(one) === text)) {
      throw new Error(`${this.name} is ${text}; acknowledged was ${JSON.stringify(this.state)}, under way ${JSON.stringify(this.attempted)}`);
    }
    this.state = state;
    this.attempted = undefined;
  }
}

// The mode and the description of a server.
export class ServerWriter extends Writer {
  constructor(name, random) {
    super(name, random);
    this.state = { mode: 'lazy_loading', released: 'lazy_loading', description: '' };
  }
  nextChange() {
    if (this.random() < 0.5) {
      const mode = this.pick(modes);
      if (this.state.mode === 'quarantined') {
        return {
          request: ['POST', `servers/${this.name}/approve`],
          leads: { ...this.state, mode: this.state.released }
        };
      }
      return {
        request: ['PATCH', `servers/${this.name}`, { startup_mode: mode }],
        leads: { ...this.state, mode, released: runs(mode) ? mode : this.state.released }
      };
    }
    const description = `revision ${Math.floor(this.random() * 1e9)}`;
    return {
      request: ['PATCH', `servers/${this.name}`, { description }],
      leads: { ...this.state, description }
    };
  }
  look(config) {
    const entry = config.mcpServers.find(server => server.name === this.name);
    this.found(stateOf(entry));
  }
}

// Whether a group is enabled: a change of its servers, never of their entries.
export class GroupWriter extends Writer {
  constructor(name, random) {
    super(name, random);
    this.state = { enabled: true };
  }
  nextChange() {
    const enabled = !this.state.enabled;
    return {
      request: ['POST', `groups/${this.name}/${enabled ? 'enable' : 'disable'}`],
      leads: { enabled }
    };
  }
  look(config) {
    this.found({ enabled: config.groups.find(group => group.name === this.name).enabled ?? true });
  }
}

// A server that comes and goes.
export class GuestWriter extends Writer {
  constructor(name, random) {
    super(name, random);
    this.state = { there: false };
  }
  nextChange() {
    const there = !this.state.there;
    return {
      request: there
        ? ['POST', 'servers', { name: this.name, command: 'cat', startup_mode: 'disabled' }]
        : ['DELETE', `servers/${this.name}`],
      leads: { there }
    };
  }
  look(config) {
    this.found({ there: config.mcpServers.some(server => server.name === this.name) });
  }
}
