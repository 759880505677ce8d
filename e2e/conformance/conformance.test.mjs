// The official conformance suite, server side, through the surface of one server: the fixture, which
// has what the suite expects of a server under test. Each scenario is a client of its own and comes
// right behind the one before: `sharing: session` tells them apart.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon } from '../clients/daemon.mjs';

const here = import.meta.dirname;
const suite = resolve(here, '../clients/node_modules/@modelcontextprotocol/conformance/dist/index.js');

let daemon;
before(async () => {
  daemon = await Daemon.start([{
    name: 'everything', command: join(process.env.MCPTRUNK_BIN, 'mcptrunk-fixture'),
    args: ['--server', 'everything', '--everything'], sharing: 'session'
  }]);
});
after(async () => { await daemon.close(); });

// Runs the suite: {code, text}.
async function run(...args) {
  const child = spawn(process.execPath, [suite, 'server',
    '--url', daemon.at('/mcp/servers/everything').href,
    '--expected-failures', join(here, 'expected-failures.yaml'),
    '-o', join(daemon.home, 'results'), ...args], { cwd: daemon.home });
  let text = '';
  child.stdout.on('data', chunk => { text += chunk; });
  child.stderr.on('data', chunk => { text += chunk; });
  const code = await new Promise(done => child.once('close', done));
  return { code, text };
}

function summaryOf(text) {
  return text.slice(Math.max(0, text.indexOf('=== SUMMARY')));
}

describe('the official conformance suite', { timeout: 600_000 }, () => {
  it('passes all requirements of 2025-11-25', async () => {
    const { code, text } = await run('--requirements', '2025-11-25');
    assert.equal(code, 0, summaryOf(text));
    // The suite must have run: a set that is empty passes too.
    assert.match(text, /✓ prompts-get-with-args: 2 passed/);
    assert.match(text, /✓ resources-templates-read: 2 passed/);
    assert.match(text, /✓ tools-call-with-progress: 2 passed/);
    assert.match(text, /✓ tools-call-sampling: 2 passed/);
    console.log(summaryOf(text));
  });

  for (const revision of ['2025-06-18', '2025-03-26']) {
    it(`passes all there is for ${revision}`, async () => {
      const { code, text } = await run('--suite', 'all', '--spec-version', revision);
      assert.equal(code, 0, summaryOf(text));
    });
  }
});
