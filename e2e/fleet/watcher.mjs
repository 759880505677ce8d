// Follows GET /events as a program does that must miss nothing: what arrived, byte by byte and
// event by event. Hundreds of them at once are cheap: only events that are looked at are parsed.
import { request } from 'node:http';

export class Watcher {
  static open(daemon, query = '') {
    const watcher = new Watcher();
    watcher.frames = [];  // all that came, but for the signs of life
    watcher.parsed = [];
    watcher.listeners = new Set();
    watcher.ended = false;
    return new Promise((opened, refused) => {
      watcher.request = request(daemon.at(`/events${query}`),
        { headers: { 'X-API-Key': daemon.key(), Accept: 'text/event-stream' }, agent: false });
      watcher.request.once('error', refused);
      watcher.request.once('response', answer => {
        if (answer.statusCode !== 200) return refused(new Error(`events: ${answer.statusCode}`));
        watcher.answer = answer;
        answer.setEncoding('utf8');
        let rest = '';
        answer.on('data', chunk => { rest = watcher.take(rest + chunk); });
        answer.on('error', () => {});
        answer.on('close', () => {
          watcher.ended = true;
          for (const listener of [...watcher.listeners]) listener();
        });
        opened(watcher);
      });
      watcher.request.end();
    });
  }

  // Takes whole frames, and returns what is left.
  take(text) {
    const frames = text.split('\n\n');
    const rest = frames.pop();
    for (const frame of frames) {
      if (frame.startsWith('id: ')) this.frames.push(frame);
    }
    for (const listener of [...this.listeners]) listener();
    return rest;
  }

  get events() {
    for (let at = this.parsed.length; at < this.frames.length; ++at) {
      const frame = this.frames[at];
      this.parsed.push({ id: frame.slice(4, frame.indexOf('\n')), ...JSON.parse(frame.slice(frame.indexOf('\ndata: ') + 7)) });
    }
    return this.parsed;
  }

  // Until something that is asked for after each arrival is there.
  until(look, what, patienceMs = 60_000) {
    return new Promise((found, failed) => {
      const end = (how, value) => {
        clearTimeout(giveUp);
        this.listeners.delete(again);
        how(value);
      };
      const again = () => {
        const value = look();
        if (value !== undefined) end(found, value);
      };
      const giveUp = setTimeout(() => end(failed, new Error(`the event did not come: ${what}`)), patienceMs);
      this.listeners.add(again);
      again();
    });
  }

  // The first event from the `from`-th on that passes `wanted`; those that came already count.
  next(wanted, from = 0) {
    let at = from;
    return this.until(() => {
      for (; at < this.events.length; ++at) {
        if (wanted(this.events[at])) return this.events[at];
      }
      return undefined;
    }, wanted);
  }

  untilId(id) {
    let at = 0;
    return this.until(() => {
      for (; at < this.frames.length; ++at) {
        if (this.frames[at].startsWith(`id: ${id}\n`)) return true;
      }
      return undefined;
    }, id);
  }

  // From now on it reads nothing any more.
  pause() {
    this.answer.pause();
  }
  resume() {
    this.answer.resume();
  }

  close() {
    this.request.destroy();
  }
}

// The number of an event within its epoch.
export const sequence = event => Number(event.id.split('-')[1]);
